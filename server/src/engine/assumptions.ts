import { printExpr } from '../facts/print';
import type { LifetimeResult } from '../races/check';
import type { Witness } from '../races/explore';
import type { PairResult } from '../races/pairing';
import type { Sources } from './sources';

/**
 * Callbacks of drivers that are called for two devices are what breaks it: of two drivers, or of one in which they overlap, as those of one device
 * do not (drivers/base/dd.c). That both are given the same object is not said anywhere; nor is it where the modules of two drivers start.
 */
export function meetInDriverCore({ threads: [a, b] }: PairResult, { trace }: Witness): boolean {
  const [first, second] = [0, 1].map((t) => trace.flatMap((event, i) => (event.thread === t ? [i] : [])));
  if (!a || !b || !first?.length || !second?.length) return false;
  if (a.kind === 'init' || b.kind === 'init')
    return [a, b].every(({ kind, driver }) => kind === 'init' || driver) && a.fn?.file !== b.fn?.file;
  if (!a.driver || !b.driver) return false;
  const overlap = (first[0] as number) < (second.at(-1) as number) && (second[0] as number) < (first.at(-1) as number);
  return a.driver !== b.driver || overlap;
}

/** The driver has no files to bind and unbind it by: drivers/base/bus.c bus_add_driver. */
function isBoundForGood({ fn, driver }: PairResult['threads'][number]): boolean {
  const inits = fn?.file.globals.find(({ name }) => name === driver)?.init ?? [];
  return inits.some(({ path }) => path.split('.').at(-1) === 'suppress_bind_attrs');
}

/** What a reader must grant for the trace to happen, in words. */
export function assumptionsOf(result: LifetimeResult, pair: PairResult, witness: Witness, sources: Sources): string[] {
  const out = new Set<string>();
  const [a, b] = pair.threads;
  if (a && b && a.entry === b.entry && a.kind !== 'unbind') out.add(`two callers may run ${a.entry}() at once`);
  if (a && b && meetInDriverCore(pair, witness)) out.add(`${a.entry}() and ${b.entry}() are called for devices that share one object`);
  for (const thread of pair.threads.filter((_, i) => witness.trace.some((event) => event.thread === i))) {
    if (thread.kind === 'unbind') out.add(`the driver of ${thread.entry.slice('unbind('.length, -1)} may be unbound at any time`);
    if (thread.kind === 'remove' && isBoundForGood(thread))
      out.add(`${thread.entry}() is called where the device goes: user space cannot unbind its driver (suppress_bind_attrs)`);
    if (thread.kind === 'export') out.add(`${thread.entry}() is exported: its callers' locks are not known`);
  }
  for (const registration of result.lifetime.ownerActions)
    if (witness.trace.some((event) => registration.action.some((fn) => event.fn === fn)) && result.host !== null)
      out.add(
        `the host of ${registration.action.map((fn) => `${fn.fn.name}()`).join(', ')}, ${printExpr(registration.host)}, is ${result.host}`,
      );
  const last = [...witness.trace].reverse().find((event) => event.fn !== null);
  if (last?.fn && last.op === 'use' && /\b(?:dev|pr|netdev)_dbg\s*\(/.test(sources.statement(last.fn.file.path, last.at)))
    out.add('dynamic debug is on: the arguments of dev_dbg() are evaluated');
  for (const owner of result.lifetime.owners) out.add(`all threads mean the same struct ${owner}`);
  for (const assumption of result.assumptions) out.add(assumption);
  return [...out];
}
