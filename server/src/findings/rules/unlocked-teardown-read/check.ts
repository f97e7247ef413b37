import type { Expr, Node } from '../../../facts/types';
import { effectOf } from '../../../kernel';
import type { Lifetime } from '../../../lifetimes/types';
import type { EntryPoint, FnDef, Program } from '../../../program/types';
import { before, mayHoldLock, type StructuralCheck, type StructuralContext, type StructuralFinding, siteOf } from '../../structural';

/**
 * The teardown decides by a member that others write under a lock, and takes no lock to read it. Writers that the removal of the object's own
 * attributes waits for do not count once device_del() has run. Quiet where the exploration found nothing wrong: some lock keeps them apart.
 */
export const unlockedTeardownRead: StructuralCheck = (context) =>
  context.lifetimes.flatMap((lifetime) => {
    if (!lifetime.endsObject || context.violated(lifetime) === false) return [];
    return teardownOf(lifetime, context.program)
      .flatMap((fn) => readIn(fn, lifetime, context) ?? [])
      .slice(0, 1);
  });

/** The action, and what it calls to unregister the device. */
function teardownOf({ action }: Lifetime, program: Program): FnDef[] {
  const called = action.fn.nodes.flatMap((n) => {
    const fn = n.k === 'call' && typeof n.callee === 'string' ? program.resolve(n.callee, action.file) : null;
    return fn && fn !== action && fn.fn.nodes.some(deletes) ? [fn] : [];
  });
  return [action, ...called];
}

function readIn(fn: FnDef, lifetime: Lifetime, context: StructuralContext): StructuralFinding | null {
  for (const [i, n] of fn.fn.nodes.entries()) {
    if (n.k !== 'branch' || mayHoldLock(fn, i)) continue;
    for (const addr of loads(n.cond)) {
      const member = memberOf(addr, fn, context.program, lifetime.tag);
      const writer = member && writerOf(member, lifetime, context, deletedBefore(fn, i));
      if (!member || !writer) continue;
      return {
        rule: 'unlocked-teardown-read',
        detail: `${fn.fn.name}() reads ${member} without the lock under which ${writer.fn.fn.name}() writes it`,
        sites: [siteOf(writer.fn, writer.node, 'write'), siteOf(fn, n, 'read')],
        action: lifetime.action,
        object: lifetime.tag,
        entry: writer.point,
      };
    }
  }
  return null;
}

function* loads(e: Expr): Generator<Expr> {
  if (e.k === 'load') yield e.addr;
  else if (e.k === 'un' || e.k === 'cast') yield* loads(e.e);
  else if (e.k === 'bin') {
    yield* loads(e.l);
    yield* loads(e.r);
  }
}

/** `tag.member` of an address in the object; null for others. */
function memberOf(addr: Expr, fn: FnDef, program: Program, tag: string): string | null {
  if (addr.k !== 'field') return null;
  const owner = /^struct (.+)$/.exec(program.typeOf(addr.base, fn)?.base ?? '')?.[1];
  if (!owner || (program.fieldType(owner, addr.name)?.pointers ?? 1) > 0) return null;
  return owner === tag || program.embedders(owner).some((e) => e.tag === tag) ? `${owner}.${addr.name}` : null;
}

function deletedBefore(fn: FnDef, node: number): boolean {
  return [...before(fn, node)].some((i) => deletes(fn.fn.nodes[i]));
}

function deletes(n: Node | undefined): boolean {
  return n?.k === 'call' && typeof n.callee === 'string' && effectOf(n.callee)?.op === 'device-del';
}

/** A write under a lock in a constructor or, unless the object's attributes are gone by then, in one of its handlers. */
function writerOf(
  member: string,
  lifetime: Lifetime,
  { program, reach }: StructuralContext,
  drained: boolean,
): { fn: FnDef; node: Node; point: EntryPoint } | null {
  const torn = reach(lifetime.action);
  const points = [
    ...lifetime.constructors,
    ...(drained ? [] : lifetime.users.filter((p) => p.owner === lifetime.tag && p.kind === 'sysfs-store')),
  ];
  for (const point of points)
    for (const id of reach(point.fn)) {
      const fn = program.functions[id];
      if (!fn || torn.has(id)) continue;
      for (const [i, node] of fn.fn.nodes.entries())
        if (node.k === 'store' && mayHoldLock(fn, i) && memberOf(node.addr, fn, program, lifetime.tag) === member)
          return { fn, node, point };
    }
  return null;
}
