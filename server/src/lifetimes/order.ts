import type { FunctionFacts } from '../facts/types';
import type { DevmRegistration, EntryPoint, FnDef, Program } from '../program/types';

/**
 * Registrations in the order in which a host's devres unwind them, newest first: the order of the calls in the entry points that make
 * them, turned round. Those that no entry reaches keep their place, last. `reaches` may leave out functions that lead to no registration.
 */
export function unwindOrder(
  program: Program,
  entries: readonly EntryPoint[],
  registrations: readonly DevmRegistration[],
  reaches: (fn: FnDef) => boolean = () => true,
): DevmRegistration[] {
  if (registrations.length < 2) return [...registrations];
  const registering = new Map(registrations.map((r) => [`${r.fn.id}:${r.node}`, r]));
  const order = new Map<DevmRegistration, number>();
  // What handlers register comes after what the probe has registered.
  const probesFirst = [...entries].sort((a, b) => Number(b.kind === 'probe') - Number(a.kind === 'probe'));
  for (const entry of probesFirst) {
    const seen = new Set<number>();
    const visit = (fn: FnDef): void => {
      if (seen.has(fn.id) || !reaches(fn)) return;
      seen.add(fn.id);
      for (const node of callsOf(fn.fn)) {
        for (const target of program.targets(fn, node)) visit(target.fn);
        const registration = registering.get(`${fn.id}:${node}`);
        if (registration && !order.has(registration)) order.set(registration, order.size);
      }
    };
    visit(entry.fn);
  }
  const place = (r: DevmRegistration) => order.get(r) ?? -1;
  return [...registrations].sort((a, b) => place(b) - place(a));
}

/**
 * Registrations that every one of the entry points makes after all of the others: devres unwinds them first.
 */
export function newerThan(
  program: Program,
  entries: readonly EntryPoint[],
  others: readonly DevmRegistration[],
  registrations: readonly DevmRegistration[],
): Set<DevmRegistration> {
  const newer = new Set(registrations);
  for (const entry of entries) {
    const order = unwindOrder(program, [entry], [...others, ...registrations]);
    const first = order.findIndex((registration) => others.includes(registration));
    for (const registration of order.slice(Math.max(0, first))) newer.delete(registration);
  }
  return newer;
}

const calls = new WeakMap<FunctionFacts, number[]>();

/** Call nodes of a function in the order of the text: every lifetime asks. */
function callsOf(fn: FunctionFacts): number[] {
  let known = calls.get(fn);
  if (known === undefined) {
    const steps = fn.nodes.flatMap((n, node) => (n.k === 'call' ? [{ at: n.at, node }] : []));
    known = steps.sort((a, b) => a.at - b.at).map(({ node }) => node);
    calls.set(fn, known);
  }
  return known;
}
