import type { StatusParams } from '../../../protocol/status';
import type { Verdict } from '../findings/types';
import type { FolderAnalysis } from './folder';
import { nameOfScope } from './scopes';

/** What to tell the user about a folder. Degraded: the findings shown may not be all there are. */
export function statusOf(folder: FolderAnalysis): StatusParams {
  const all = folder.report?.findings ?? [];
  const findings = all.length;
  const base = { findings, folder: folder.folderUri };
  const name = nameOfScope(folder.scope);
  const failure = folder.trouble.get('');
  if (folder.phase === 'indexing') {
    const total = folder.scope.files.length;
    const message = `Reading ${name}${folder.read > 0 ? `: ${folder.read} of ${total} files` : ''}`;
    return { ...base, state: 'indexing', message, percent: Math.round((folder.read / Math.max(1, total)) * 100) };
  }
  if (folder.phase === 'analysing')
    return { ...base, state: 'indexing', message: `Exploring ${name}${failure === undefined ? '' : ` (${failure})`}` };
  const reasons = [
    ...folder.trouble.values(),
    ...unread(folder.analysis?.unread ?? []),
    ...undecided(folder.report?.verdicts ?? []),
    folder.scope.note,
  ].filter((text) => text !== '');
  const count = counted(findings, all.filter(({ file }) => !folder.open.has(file)).length);
  const state = reasons.length > 0 ? 'degraded' : 'idle';
  return { ...base, state, message: `${name}: ${[count, ...reasons].join('; ')}` };
}

/** Findings, and how many of them the list of problems leaves out. */
function counted(findings: number, elsewhere: number): string {
  const count = findings === 1 ? '1 finding' : `${findings} findings`;
  return elsewhere === 0 ? count : `${count}, ${elsewhere} in files that are not open`;
}

function unread(places: readonly string[]): string[] {
  const [first] = places;
  if (first === undefined) return [];
  const others = places.length > 1 ? ` and ${places.length - 1} more` : '';
  return [`${first}${others} not understood, what stands there was not checked`];
}

/** Verdicts that were cut short, one reason each, most frequent first. */
function undecided(verdicts: readonly Verdict[]): string[] {
  const counts = new Map<string, number>();
  for (const { verdict, reason } of verdicts) {
    if (verdict === 'incomplete') counts.set(reason ?? 'cut short', (counts.get(reason ?? 'cut short') ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([reason, count]) => `${count === 1 ? '1 pair' : `${count} pairs`} of paths not decided (${reason})`);
}
