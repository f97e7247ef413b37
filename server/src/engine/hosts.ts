import { printExpr } from '../facts/print';
import type { Expr } from '../facts/types';
import { unwindOrder } from '../lifetimes/order';
import type { Lifetime } from '../lifetimes/types';
import { reachingOf } from '../program/reaching';
import type { DevmRegistration, FnDef, Program } from '../program/types';
import type { HostView } from './types';

/** Callers of callers are asked this far. */
const MAX_DEPTH = 3;

/** Where a registration stands among all: on which device, and when its unwinding runs the action. */
export interface Hosted {
  host: HostView;
  /** The lower, the earlier: devres run newest first (drivers/base/devres.c release_nodes). */
  rank: number;
}

/** The devices that actions are registered on. Two that read alike are one only where the code tells of which struct's member they are. */
export function registrationHosts(program: Program, lifetimes: readonly Lifetime[]): ReadonlyMap<DevmRegistration, Hosted> {
  const reaching = reachingOf(
    program.registrations.map(({ fn }) => fn),
    program,
  );
  const unwound = unwindOrder(program, program.entryPoints, program.registrations, (fn) => reaching.has(fn.id));
  const ordered = ownersLast(unwound, lifetimes);
  const members = hostMembers(program);
  return new Map(ordered.map((registration, rank) => [registration, { host: hostOf(registration, members), rank }]));
}

/** An object is made after its owner, so its teardown runs before the owner's, where the code does not say otherwise; else the order stays. */
function ownersLast(ordered: readonly DevmRegistration[], lifetimes: readonly Lifetime[]): DevmRegistration[] {
  const before = new Map<DevmRegistration, DevmRegistration[]>();
  for (const { registrations, ownerActions, newerActions } of lifetimes)
    for (const owner of ownerActions.filter((action) => !newerActions.has(action)))
      before.set(owner, [...(before.get(owner) ?? []), ...registrations]);
  const out = new Set<DevmRegistration>();
  const entered = new Set<DevmRegistration>();
  const visit = (registration: DevmRegistration): void => {
    if (entered.has(registration)) return;
    entered.add(registration);
    for (const earlier of ordered) if (before.get(registration)?.includes(earlier)) visit(earlier);
    out.add(registration);
  };
  for (const registration of ordered) visit(registration);
  return [...out];
}

function hostOf({ host, fn }: DevmRegistration, memberOf: (e: Expr, fn: FnDef) => Member | null): HostView {
  const text = printExpr(host);
  const member = memberOf(host, fn);
  if (member) return { id: `${member.tag}.${member.name}`, text, struct: member.tag, within: null };
  return { id: `${fn.file.path} ${fn.fn.name} ${text}`, text, struct: null, within: fn.fn.name };
}

interface Member {
  tag: string;
  name: string;
}

/** The member that a device is, or is reached through: a variable is followed to what it is set from, and through callers that agree. */
function hostMembers(program: Program): (e: Expr, fn: FnDef) => Member | null {
  function find(e: Expr, fn: FnDef, depth: number): Member | null {
    if (depth > MAX_DEPTH) return null;
    if (e.k === 'cast') return find(e.e, fn, depth);
    const member = e.k === 'load' ? e.addr : e;
    if (member.k === 'field') {
      const tag = /^struct (\w+)$/.exec(program.typeOf(member.base, fn)?.base ?? '')?.[1];
      // Every device has these members: they tell nothing.
      return tag === undefined || tag === 'device' ? null : { tag, name: member.name };
    }
    return e.k === 'var' ? variable(e.name, fn, depth + 1) : null;
  }

  function variable(name: string, fn: FnDef, depth: number): Member | null {
    const param = fn.fn.params.findIndex((p) => p.name === name);
    if (param < 0) return agreed(fn.fn.nodes.flatMap((n) => (n.k === 'set' && n.dst === name ? [find(n.src, fn, depth)] : [])));
    const sites = program.callers(fn);
    if (sites.length === 0) return entered(fn, param);
    return agreed(
      sites.map((site) => {
        const arg = site.call.args[site.argMap[param] ?? -1];
        return arg ? find(arg, site.fn, depth) : null;
      }),
    );
  }

  /** What the kernel hands to an entry point. */
  function entered(fn: FnDef, param: number): Member | null {
    const points = program.entryPoints.filter((point) => point.fn === fn && point.param === param && point.path !== '');
    return agreed(points.map(({ owner, path }) => (owner === null ? null : { tag: owner, name: path.slice(path.lastIndexOf('.') + 1) })));
  }

  return (e, fn) => find(e, fn, 0);
}

function agreed(members: readonly (Member | null)[]): Member | null {
  const [first] = members;
  return first && members.every((other) => other?.tag === first.tag && other.name === first.name) ? first : null;
}
