import type { LifetimeView } from '../engine/types';
import { findTree } from '../host/tree';
import { analyseTree } from './analyse';
import { EXIT, type Io, UsageError } from './io';
import { lifetimeText } from './lifetime-text';
import { nearMatches } from './near';

/** `lifetime SYMBOL`: prints each lifetime that a teardown function, an object type or an entry point takes part in. */
export async function lifetime(symbol: string, paths: string[], io: Io): Promise<number> {
  const target = findTree(paths.length > 0 ? paths : ['.'], io.cwd);
  const { lifetimes: views } = await analyseTree(target, { cache: io.cache(), fixes: false }, io);
  const wanted = symbol.replace(/^struct\s+/, '').replace(/\(\)$/, '');
  const found = views.filter((view) => namesOf(view).includes(wanted));
  if (found.length === 0) throw notFound(symbol, wanted, views);
  io.out(found.map((view) => lifetimeText(view, target.root, io.cwd)).join('\n'));
  return EXIT.nothing;
}

function namesOf(view: LifetimeView): string[] {
  const ends = [...view.constructors, ...view.releasers].map((end) => end.entry);
  return [view.action, view.object, ...(view.host ? [view.host] : []), ...ends];
}

function notFound(symbol: string, wanted: string, views: LifetimeView[]): UsageError {
  const names = [...new Set(views.flatMap(namesOf))].sort();
  const near = nearMatches(wanted, names);
  const listed = near.length > 0 ? near : [...new Set(views.map((view) => view.action))].sort();
  if (listed.length === 0) return new UsageError(`no lifetime involves '${symbol}': no teardown was found in these files`);
  const intro = near.length > 0 ? 'did you mean' : 'the teardowns found are';
  return new UsageError(`no lifetime involves '${symbol}'; ${intro}:\n${listed.map((name) => `  ${name}`).join('\n')}`);
}
