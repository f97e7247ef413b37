import type { LifetimeView, ReleaserView } from '../engine/types';
import type { Finding, Verdict } from '../findings/types';
import type { Span } from './excerpt';
import { relocated } from './relocate';
import { worstOf } from './worst';

/** Lenses of one function: a probe may build many objects. */
const MAX_LENSES = 3;

/** What stands above a function. */
export interface Lens extends Span {
  title: string;
  /** The finding to show when it is chosen; null where nothing was found. */
  fingerprint: string | null;
}

interface Candidate {
  name: string;
  at: number;
  title: string;
  racing: number;
  finding: Finding | null;
}

/**
 * The lenses of a file: on teardowns ("2 paths can release this; 2 race"), and on the entries that build or release an object. Lifetimes
 * that only the unbind of the host ends have none. `text` is the file as it is now, the rest is of the last check.
 */
export function lensesOf(lifetimes: readonly LifetimeView[], findings: readonly Finding[], path: string, text: string): Lens[] {
  const byName = new Map<string, Candidate[]>();
  for (const view of lifetimes.filter(({ verdicts }) => verdicts.length > 0)) {
    const theirs = findings.filter(({ lifetime }) => lifetime.action === view.action && lifetime.object === view.object);
    for (const candidate of candidates(view, theirs, path)) {
      const known = byName.get(candidate.name) ?? [];
      byName.set(candidate.name, [...known, candidate]);
    }
  }
  return [...byName.values()].flatMap((found) =>
    found
      .sort((a, b) => b.racing - a.racing)
      .slice(0, MAX_LENSES)
      .flatMap(({ name, at, title, finding }) => {
        const span = relocated(text, name, at);
        return span ? [{ ...span, title, fingerprint: finding?.fingerprint ?? null }] : [];
      }),
  );
}

function candidates(view: LifetimeView, findings: readonly Finding[], path: string): Candidate[] {
  const out: Candidate[] = [];
  if (view.actionPlace.file === path) {
    const racing = view.releasers.filter(({ entry }) => verdictsOf(view, entry).some(isViolated)).length;
    out.push({ name: view.action, at: view.actionPlace.at, title: actionTitle(view, racing), racing, finding: worstOf(findings) });
  }
  const roles = new Map<string, { point: ReleaserView; role: string }>();
  for (const point of view.releasers) if (point.kind !== 'unbind') roles.set(point.entry, { point, role: 'Releases' });
  for (const point of view.constructors) roles.set(point.entry, { point, role: roles.has(point.entry) ? 'Builds and releases' : 'Builds' });
  for (const { point, role } of roles.values()) {
    const verdicts = verdictsOf(view, point.entry);
    if (point.place.file !== path || verdicts.length === 0) continue;
    out.push({
      name: point.entry,
      at: point.place.at,
      title: `${role} struct ${view.object}: ${pairsText(verdicts)}`,
      racing: verdicts.filter(isViolated).length,
      finding: worstOf(findings.filter(({ pairs }) => pairs.some((pair) => pair.includes(point.entry)))),
    });
  }
  return out;
}

function actionTitle(view: LifetimeView, racing: number): string {
  const count = view.releasers.length;
  const verb = view.registrations.length > 0 ? 'release' : 'end';
  const open = view.verdicts.filter(({ verdict }) => verdict === 'incomplete').length;
  const undecided = open === 0 ? '' : `; ${open} ${open === 1 ? 'pair' : 'pairs'} not decided`;
  return `${count} ${count === 1 ? 'path' : 'paths'} can ${verb} this; ${racing === 0 ? raceOfBuilders(view) : `${racing} race`}${undecided}`;
}

/** Where no releaser races, the constructors may. */
function raceOfBuilders(view: LifetimeView): string {
  const racing = view.verdicts.filter(isViolated).length;
  return racing === 0 ? 'none race' : `${racing} of ${view.verdicts.length} pairs race`;
}

function pairsText(verdicts: readonly Verdict[]): string {
  const racing = verdicts.filter(isViolated).length;
  const open = verdicts.filter(({ verdict }) => verdict === 'incomplete').length;
  const count = `${verdicts.length} ${verdicts.length === 1 ? 'pair' : 'pairs'}`;
  const found = racing === 0 ? `no race in ${count}` : `${racing} of ${count} ${racing === 1 ? 'races' : 'race'}`;
  return open === 0 ? found : `${found}, ${open} not decided`;
}

function verdictsOf(view: LifetimeView, entry: string): Verdict[] {
  return view.verdicts.filter(({ pair }) => pair.includes(entry));
}

function isViolated({ verdict }: Verdict): boolean {
  return verdict === 'violated';
}
