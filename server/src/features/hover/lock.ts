import type { LockSite, LockView } from '../../engine/structure';
import type { LifetimeView } from '../../engine/types';
import { at, code, type Links, list } from './markdown';

/** Lifetimes that a lock's hover speaks of. */
const MAX_LIFETIMES = 2;

/** Who takes a lock and how, and which of the paths that build or end an object come by it. */
export function lockMarkdown(lock: LockView, lifetimes: readonly LifetimeView[], links: Links): string[] {
  const taken = lock.sites.filter(({ asserted }) => !asserted);
  const functions = new Set(taken.map((site) => site.function)).size;
  const where = lock.struct === null ? '' : ` of \`struct ${lock.struct}\``;
  const count = `${taken.length} ${taken.length === 1 ? 'place' : 'places'} in ${functions} ${functions === 1 ? 'function' : 'functions'}`;
  return [
    `**${lock.name}**, a lock${where}, is taken at ${count}`,
    '',
    ...line(
      'exclusive',
      taken.filter(({ mode }) => mode === 'write'),
      links,
    ),
    ...line(
      'shared',
      taken.filter(({ mode }) => mode === 'read'),
      links,
    ),
    ...line(
      'said to be held',
      lock.sites.filter(({ asserted }) => asserted),
      links,
    ),
    ...lifetimes
      .filter(({ verdicts }) => verdicts.length > 0)
      .slice(0, MAX_LIFETIMES)
      .flatMap((view) => pathsLine(lock, view)),
  ];
}

function line(label: string, sites: readonly LockSite[], links: Links): string[] {
  const byFunction = new Map(sites.map((site) => [site.function, site]));
  return byFunction.size === 0
    ? []
    : [`- ${label}: ${list([...byFunction.values()].map((site) => `${code(site.function)} (${at(site.place, links)})`))}`];
}

/** The lock orders two paths only where both take it. */
function pathsLine({ entries }: LockView, view: LifetimeView): string[] {
  const points = [...view.constructors, ...view.releasers].filter(({ kind }) => kind !== 'unbind').map(({ entry }) => entry);
  const takes = [...new Set(points)].filter((entry) => entries.includes(entry));
  const not = [...new Set(points)].filter((entry) => !entries.includes(entry));
  if (takes.length === 0) return [`- no path that builds or ends \`struct ${view.object}\` takes it`];
  const others = not.length === 0 ? '' : `; ${list(not.map(code))} ${not.length === 1 ? 'does' : 'do'} not`;
  return [`- of the paths that build or end \`struct ${view.object}\`, ${list(takes.map(code))} may take it${others}`];
}
