import type { Place as ShownPlace } from '../../../protocol/message';
import type { ReplayParams, Replay as ShownReplay } from '../../../protocol/replay';
import type { Place, Replay } from '../engine/types';
import { statementOf } from '../features/excerpt';
import { ruleInfo } from '../findings/registry';
import { headline } from '../findings/render';
import type { Finding } from '../findings/types';
import type { Client } from './capabilities';
import type { FolderAnalysis } from './folder';
import type { Folders } from './folders';
import { findingFor } from './interleaving';

/** A finding with the states along its trace, which are computed now. Where the results are not those of the texts, the trace alone. */
export async function replayFor(params: ReplayParams, folders: Folders, client: Client): Promise<ShownReplay | null> {
  const found = findingFor(params, folders);
  if (!found) return null;
  const { finding, folder } = found;
  const replay = isExplored(finding) && params.states !== false ? await folder.replayOf(finding.fingerprint) : null;
  return resultOf(finding, folder.isCurrent ? replay : null, folder, client);
}

function resultOf(finding: Finding, replay: Replay | null, folder: FolderAnalysis, { encoding }: Client): ShownReplay {
  const rule = ruleInfo(finding.rule);

  /** Offsets are offsets of the texts that were analysed, which `replay` is only given for. */
  function exactly(place: Place): ShownPlace {
    const source = folder.source(place.file);
    const range = source?.range(place.at, place.end, encoding);
    return range ? { uri: folder.uriOf(place.file), range } : statement(place.file, place.line);
  }

  function statement(file: string, line: number): ShownPlace {
    const source = folder.source(file);
    const span = source && statementOf(source.text, line);
    const start = { line: Math.max(0, line - 1), character: 0 };
    return { uri: folder.uriOf(file), range: source && span ? source.range(span.at, span.end, encoding) : { start, end: start } };
  }

  return {
    fingerprint: finding.fingerprint,
    rule: finding.rule,
    title: titleOf(finding),
    what: headline(finding),
    why: rule.why,
    action: rule.action,
    consequence: rule.consequence,
    explored: isExplored(finding),
    lifetime: finding.lifetime,
    threads: finding.threads.map(({ name, entry, kind, file, line }) => ({ name, entry, kind, place: statement(file, line) })),
    steps: finding.trace.map((step, i) => {
      const known = replay?.steps[i];
      return {
        thread: step.thread,
        function: step.function,
        op: step.op,
        text: step.text,
        place: known?.place ? exactly(known.place) : statement(step.file, step.line),
        stack: known?.stack.map((call) => ({ function: call.function, place: call.place && exactly(call.place) })) ?? [],
        state: known?.state ?? [],
        moved: known?.moved ?? [],
      };
    }),
    pairs: finding.pairs,
    assumptions: finding.assumptions,
    related: (folder.report?.findings ?? [])
      .filter((other) => other.lifetime.object === finding.lifetime.object)
      .map((other) => ({ fingerprint: other.fingerprint, title: titleOf(other) })),
  };
}

/** What is read from the code alone is found in no pair. */
function isExplored(finding: Finding): boolean {
  return finding.pairs.length > 0;
}

function titleOf(finding: Finding): string {
  return `${finding.rule} in ${finding.function}()`;
}
