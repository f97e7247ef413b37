import type { Expr } from '../../../facts/types';
import type { EntryPoint, FnDef } from '../../../program/types';
import { effectCalls, entryOf, type StructuralCheck, type StructuralContext, siteOf } from '../../structural';

/** An action that is looked for on a device which it is never added to. */
export const wrongHost: StructuralCheck = (context) =>
  [...effectCalls(context.program.functions)].flatMap(({ fn, n, effect }) => {
    if (effect.op !== 'release-action' && effect.op !== 'remove-action') return [];
    const { program, roots } = context;
    const [host, named, data] = [n.args[effect.host], n.args[effect.action], n.args[effect.data]];
    const action = named?.k === 'global' ? program.resolve(named.name, fn.file) : null;
    const registrations = program.registrations.filter((r) => action !== null && r.action.includes(action));
    if (!host || !data || registrations.length === 0) return [];
    const point = entryOf(program, fn);
    const own = isOwnDevice(host, data, fn, context) && !registrations.some((r) => isOwnDevice(r.host, r.data, r.fn, context));
    const of = own ? 'the object itself' : point && ownerInstead(host, point, fn, registrations, context);
    if (!of) return [];
    return [
      {
        rule: 'wrong-host' as const,
        detail: `the action is looked for on ${of}, and was added to another device`,
        sites: [
          ...registrations.slice(0, 1).flatMap((r) => {
            const added = r.fn.fn.nodes[r.node];
            return added ? [siteOf(r.fn, added, 'add-action')] : [];
          }),
          siteOf(fn, n, effect.op),
        ],
        action,
        object: [...roots.of(data, fn)].find((tag) => program.struct(tag)) ?? null,
        entry: point,
      },
    ];
  });

/** The host is the device of the object that the action is given. */
function isOwnDevice(host: Expr, data: Expr, fn: FnDef, { program }: StructuralContext): boolean {
  const base = (e: Expr, depth: number): string | null => {
    if (depth === 0) return null;
    if (e.k === 'field' || e.k === 'index') return base(e.base, depth - 1);
    if (e.k === 'cast' || e.k === 'container') return base(e.e, depth - 1);
    if (e.k !== 'var') return null;
    const sources = fn.fn.nodes.flatMap((n, i) => {
      if (n.k === 'set' && n.dst === e.name) return [n.src];
      if (n.k !== 'call' || n.dst !== e.name) return [];
      const wrapper = program.targets(fn, i).map((t) => ({ t, w: program.wrapper(t.fn) }))[0];
      const arg = wrapper?.w ? n.args[wrapper.t.argMap[wrapper.w.param] ?? -1] : undefined;
      return arg ? [arg] : [];
    });
    return (sources.length === 1 && sources[0]?.k !== 'num' ? base(sources[0] as Expr, depth - 1) : null) ?? e.name;
  };
  const of = base(host, 8);
  return of !== null && of === base(data, 8);
}

/** The handler's own device, a struct of the driver, where the action is added to what a member points at: the struct. */
function ownerInstead(
  host: Expr,
  point: EntryPoint,
  fn: FnDef,
  registrations: StructuralContext['program']['registrations'],
  { program, roots }: StructuralContext,
): string | null {
  const param = fn.fn.params[point.param]?.name;
  const { owner } = point;
  if (!point.kind.startsWith('sysfs') || !owner || !program.struct(owner) || host.k !== 'var' || host.name !== param) return null;
  const reassigned = fn.fn.nodes.some((n) => (n.k === 'set' || n.k === 'call' || n.k === 'iter') && n.dst === param);
  const elsewhere = registrations.every(({ host: h, fn: g }) => {
    if (h.k !== 'load' || h.addr.k !== 'field' || program.typeOf(h, g)?.base !== 'struct device') return false;
    const member = h.addr.name;
    return program.functions.every((writer) =>
      writer.fn.nodes.every(
        (n) => n.k !== 'store' || n.addr.k !== 'field' || n.addr.name !== member || !roots.of(n.src, writer).has(owner),
      ),
    );
  });
  return !reassigned && elsewhere ? `struct ${owner}` : null;
}
