import { ownerPath } from '../../../lifetimes/discover';
import type { FnDef, Program } from '../../../program/types';
import type { FixContext } from '../../types';
import { callAt, effects, pointsTo, typeAt, typeOfVariable } from './query';
import { type OwnerPlan, type OwnerRemoval, type Site, unmet } from './types';

/** The owner of the lifetime's objects. Throws Unmet with the precondition that fails. */
export function planOwner(context: FixContext): OwnerPlan {
  const { program, lifetime } = context;
  const tag = parentOf(context);
  const allocations = allocationsOf(program, tag);
  if (allocations.length === 0)
    unmet(`no allocation of struct ${tag} was found, so there is no place to initialise a lock and a container`);
  const frees = freesOf(context, tag);
  if (frees.length === 0) unmet(`no release of struct ${tag} was found, so there is no place to destroy the container`);
  const conversion = conversionTo(program, tag, lifetime.action);
  return {
    tag,
    conversion,
    objectDevice: deviceMember(program, lifetime.tag),
    allocations,
    frees,
    removals: removalsOf(context, tag),
  };
}

/** The struct whose device is the parent of the objects' devices and which the lifetime's handlers belong to. */
function parentOf({ program, roots, lifetime }: FixContext): string {
  const parents = new Set<string>();
  for (const fn of program.functions)
    for (const n of fn.fn.nodes) {
      if (n.k !== 'store' || n.addr.k !== 'field' || n.addr.name !== 'parent' || !roots.of(n.addr, fn).has(lifetime.tag)) continue;
      for (const root of roots.of(n.src, fn)) if (root !== lifetime.tag && program.struct(root)) parents.add(root);
    }
  const owners = [...parents].filter((tag) => lifetime.owners.has(tag));
  if (owners.length === 1) return owners[0] as string;
  return owners.length === 0
    ? unmet(`no struct was found whose device is the parent of every struct ${lifetime.tag} and whose attributes create or delete it`)
    : unmet(`struct ${lifetime.tag} has several kinds of parents: ${owners.map((o) => `struct ${o}`).join(', ')}`);
}

function deviceMember(program: Program, tag: string): string {
  const devices =
    program.struct(tag)?.fields.filter((f) => f.type.base === 'struct device' && f.type.pointers === 0 && !f.type.array) ?? [];
  return devices.length === 1 && devices[0] ? devices[0].name : unmet(`struct ${tag} does not embed exactly one struct device`);
}

function conversionTo(program: Program, tag: string, from: FnDef): string {
  const found = program.functions.find((fn) => {
    const wrapper = program.wrapper(fn);
    const visible = !fn.fn.static || fn.file === from.file || fn.file.path.endsWith('.h');
    return wrapper?.tag === tag && wrapper.param === 0 && visible && typeAt(program, tag, wrapper.member)?.base === 'struct device';
  });
  return found?.fn.name ?? unmet(`no function converts a struct device to its struct ${tag}`);
}

function allocationsOf(program: Program, tag: string): Site[] {
  const out: Site[] = [];
  for (const { site, call, effect } of effects(program.functions)) {
    if (effect.op !== 'alloc' || !call.dst) continue;
    const names = [call.dst, ...copiesOf(site.fn, call.dst)];
    if (names.some((name) => pointsTo(typeOfVariable(site.fn, name), tag))) out.push(site);
  }
  return out;
}

function copiesOf(fn: FnDef, name: string): string[] {
  return fn.fn.nodes.flatMap((n) => (n.k === 'set' && n.src.k === 'var' && n.src.name === name ? [n.dst] : []));
}

/** Calls that free the struct in a function that some `release` member names. */
function freesOf({ program, roots }: FixContext, tag: string): Site[] {
  const releases = new Set<FnDef>();
  for (const file of program.files)
    for (const global of file.globals)
      for (const entry of global.init) {
        if (!/(^|\.|_)release$/.test(entry.path) || entry.value.k !== 'global') continue;
        const fn = program.resolve(entry.value.name, file);
        if (fn) releases.add(fn);
      }
  const out: Site[] = [];
  for (const { site, call, effect } of effects(releases)) {
    const freed = effect.op === 'free' ? call.args[effect.ptr] : undefined;
    if (freed && roots.of(freed, site.fn).has(tag)) out.push(site);
  }
  return out;
}

function removalsOf(context: FixContext, tag: string): OwnerRemoval[] {
  const { program, lifetime } = context;
  const out = new Map<FnDef, OwnerRemoval>();
  for (const registration of lifetime.ownerActions) {
    if (ownerPath(program, registration, tag) === null) continue;
    for (const fn of registration.action) {
      const sites = [...effects([fn])].filter(({ effect }) => effect.op === 'device-del').map(({ site }) => site);
      const [site] = sites;
      if (!site || sites.length > 1) continue;
      out.set(fn, { ...site, predicate: registration.dataTag === tag ? null : predicateOf(program, tag) });
    }
  }
  if (out.size === 0)
    unmet(`no devm action was found that unregisters struct ${tag}: there is no place to tear down the objects that are left`);
  return [...out.values()];
}

/** What the conversion itself asks, or a function that compares the device's type with the owner's. */
function predicateOf(program: Program, tag: string): string {
  for (const fn of program.functions) {
    if (program.wrapper(fn)?.tag !== tag) continue;
    for (const [node, n] of fn.fn.nodes.entries())
      for (const { fn: asked } of n.k === 'call' ? program.targets(fn, node) : [])
        if (isPredicate(asked) && callAt({ fn, node })?.args.length === 1) return asked.fn.name;
  }
  return unmet(`the action that unregisters struct ${tag} serves other types too, and no function tells them apart`);
}

function isPredicate(fn: FnDef): boolean {
  const [param] = fn.fn.params;
  return (
    fn.fn.params.length === 1 && /^(bool|int)$/.test(fn.fn.ret.base) && param?.type.base === 'struct device' && param.type.pointers === 1
  );
}
