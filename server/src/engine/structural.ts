import { fingerprint } from '../findings/fingerprint';
import { findingMessage } from '../findings/message';
import { ruleInfo } from '../findings/registry';
import type { Site, StructuralContext, StructuralFinding } from '../findings/structural';
import { structuralChecks } from '../findings/structural-checks';
import type { Finding, ThreadInfo } from '../findings/types';
import { reachability } from '../lifetimes/reach';
import type { Roots } from '../lifetimes/roots';
import type { Lifetime } from '../lifetimes/types';
import type { Program } from '../program/types';
import type { LifetimeResult } from '../races/check';
import type { Sources } from './sources';

/** The findings of the rules that facts and program decide, less those that exploration has already shown at the same place. */
export function structuralFindings(
  model: { program: Program; roots: Roots; lifetimes: readonly Lifetime[] },
  results: readonly LifetimeResult[],
  explored: readonly Finding[],
  sources: Sources,
): Finding[] {
  const byLifetime = new Map(results.map((result) => [result.lifetime, result]));
  const context: StructuralContext = {
    ...model,
    reach: reachability(model.program),
    violated: (lifetime) => {
      const pairs = byLifetime.get(lifetime)?.pairs ?? [];
      return pairs.length === 0 ? null : pairs.some((pair) => pair.witnesses.length > 0);
    },
  };
  const shown = new Set(explored.map(placeKey));
  return structuralChecks
    .flatMap((check) => check(context))
    .map((found) => findingOf(found, model, byLifetime, sources))
    .filter((finding) => !shown.has(placeKey(finding)));
}

const placeKey = (finding: Finding) => `${finding.rule} ${finding.file}:${finding.line}`;

function findingOf(
  found: StructuralFinding,
  model: { program: Program; lifetimes: readonly Lifetime[] },
  results: ReadonlyMap<Lifetime, LifetimeResult>,
  sources: Sources,
): Finding {
  const site = found.sites.at(-1) as Site;
  const place = sources.place(site.fn.file.path, site.at, site.end);
  const info = ruleInfo(found.rule);
  const lifetime = lifetimeOf(found, model);
  const finding: Finding = {
    rule: found.rule,
    severity: info.severity,
    message: findingMessage(found.rule, found.detail),
    file: place.file,
    line: place.line,
    column: place.column,
    function: site.fn.fn.name,
    lifetime: {
      action: found.action?.fn.name ?? lifetime?.action.fn.name ?? site.fn.fn.name,
      object: lifetime?.tag ?? found.object ?? '',
      host: (lifetime && results.get(lifetime)?.host) ?? null,
    },
    threads: [thread(found, site, sources)],
    trace: found.sites.map((step) => {
      const at = sources.place(step.fn.file.path, step.at, step.end);
      return {
        thread: 0,
        file: at.file,
        line: at.line,
        function: step.fn.fn.name,
        op: step.op,
        text: sources.excerpt(at.file, step.at, step.end),
      };
    }),
    pairs: [],
    assumptions: [],
    fixes: [],
    fingerprint: '',
  };
  return { ...finding, fingerprint: fingerprint(finding) };
}

/** Who gets there: the entry point, or the function itself where none is known. */
function thread(found: StructuralFinding, site: Site, sources: Sources): ThreadInfo {
  const fn = found.entry?.fn ?? site.fn;
  const place = sources.place(fn.file.path, fn.fn.nameAt);
  return { name: 'CPU 0', entry: fn.fn.name, kind: found.entry?.kind ?? 'export', file: place.file, line: place.line };
}

/** The lifetime that a finding is about: that of the struct that it names, or of one that embeds it. */
function lifetimeOf({ action, object }: StructuralFinding, { program, lifetimes }: { program: Program; lifetimes: readonly Lifetime[] }) {
  const theirs = lifetimes.filter((lifetime) => lifetime.action === action);
  if (object === null) return theirs[0];
  const around = new Set(program.embedders(object).map(({ tag }) => tag));
  return theirs.find(({ tag }) => tag === object) ?? theirs.find(({ tag }) => around.has(tag));
}
