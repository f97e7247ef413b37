import type { Expr } from '../facts/types';
import { effectOf } from '../kernel';
import { CONVERSIONS } from '../kernel/core-structs';
import { isDataGetter } from '../kernel/drvdata';
import { perFunction } from '../program/per-function';
import { rowOf } from '../program/tables';
import type { CallTarget, EntryPoint, FnDef, Program } from '../program/types';
import type { Reach } from './reach';
import { allocated } from './sites';
import type { Lifetime } from './types';

/** Steps back through variables, parameters and members before the origin of a pointer counts as unknown. */
const MAX_STEPS = 24;

/** Something is added to the devres of a device there. */
export interface HostNamed {
  fn: FnDef;
  host: Expr;
}

/** Where the host of a lifetime is named: at its registrations, or else where managed memory is got for its objects. */
export function hostsNamed(program: Program, { registrations, tag }: Lifetime): readonly HostNamed[] {
  if (registrations.length > 0) return registrations;
  return program.functions.flatMap((fn) =>
    fn.fn.nodes.flatMap((n) => {
      const effect = n.k === 'call' && typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
      if (n.k !== 'call' || effect?.op !== 'alloc' || effect.devres === undefined || !allocated(fn.fn, n).has(tag)) return [];
      const host = n.args[effect.devres];
      return host ? [{ fn, host }] : [];
    }),
  );
}

/**
 * Whether every host that is named in what the entry point reaches is the very device that the entry was called for: `&pdev->dev` of the
 * probed `pdev`, or a member of an object that the entry itself allocated and set to its device.
 */
export function namesOwnDevice(program: Program, reach: Reach, all: readonly HostNamed[], point: EntryPoint): boolean {
  const reached = reach(point.fn);
  const named = all.filter(({ fn }) => reached.has(fn.id));
  return named.length > 0 && named.every(({ fn, host }) => new Trace(program, reach, point).isDevice(host, fn, MAX_STEPS));
}

/** Whether the probe makes one of these groups by a call on the very device that it was called for. */
export function makesOnOwnDevice(program: Program, reach: Reach, groups: EntryPoint['groups'], probe: EntryPoint): boolean {
  const reached = reach(probe.fn);
  const calls = groups.flatMap(({ key, makers }) =>
    makers.flatMap((id) => {
      const fn = program.functions[id] as FnDef;
      const nodes = reached.has(id) ? fn.fn.nodes : [];
      return nodes.flatMap((n) =>
        n.k === 'call' && n.args.some((arg) => program.globalKey(arg, fn) === key) ? [{ fn, device: n.args[0] }] : [],
      );
    }),
  );
  return (
    calls.length > 0 &&
    calls.every(({ fn, device }) => device !== undefined && new Trace(program, reach, probe).isDevice(device, fn, MAX_STEPS))
  );
}

/** Follows pointers back to the entry's parameter, within the functions that the entry reaches. */
class Trace {
  /** Questions that are being answered: a cycle adds no new origin. */
  private readonly open = new Set<string>();
  private readonly reached: ReadonlySet<number>;

  constructor(
    private readonly program: Program,
    private readonly reach: Reach,
    private readonly point: EntryPoint,
  ) {
    this.reached = reach(point.fn);
  }

  /** The pointer is to the entry's device, or to the struct that embeds it. */
  isDevice(e: Expr, fn: FnDef, steps: number): boolean {
    if (steps === 0) return false;
    switch (e.k) {
      case 'cast':
      case 'container':
        return this.isDevice(e.e, fn, steps);
      case 'field':
        return this.isDevice(e.base, fn, steps);
      case 'var':
        return this.fromVariable('device', e.name, fn, steps);
      case 'load':
        return e.addr.k === 'field' && this.isFresh(e.addr.base, fn, steps - 1) && this.fromMember('device', e.addr, fn, steps);
      default:
        return false;
    }
  }

  /** The pointer is to an object that the entry allocated or that hangs at its device: no other instance of the struct. */
  private isFresh(e: Expr, fn: FnDef, steps: number): boolean {
    if (steps === 0) return false;
    switch (e.k) {
      case 'cast':
      case 'container':
        return this.isFresh(e.e, fn, steps);
      case 'field':
        return this.isFresh(e.base, fn, steps);
      case 'local':
        return true;
      case 'var':
        return this.fromVariable('fresh', e.name, fn, steps);
      case 'load':
        return e.addr.k === 'field' && this.isFresh(e.addr.base, fn, steps - 1) && this.fromMember('fresh', e.addr, fn, steps);
      default:
        return false;
    }
  }

  private ask(kind: Kind, e: Expr, fn: FnDef, steps: number): boolean {
    return kind === 'device' ? this.isDevice(e, fn, steps - 1) : this.isFresh(e, fn, steps - 1);
  }

  /** All that the variable is set to, and for a parameter all that its callers pass, has the origin. */
  private fromVariable(kind: Kind, name: string, fn: FnDef, steps: number): boolean {
    const key = `${kind} ${fn.id} ${name}`;
    if (this.open.has(key)) return true;
    const index = fn.fn.params.findIndex((p) => p.name === name);
    if (fn === this.point.fn && index >= 0) return kind === 'device' && index === Math.max(0, this.point.param);
    return this.opened(key, this.variableAnswers(kind, name, index, fn, steps));
  }

  private *variableAnswers(kind: Kind, name: string, index: number, fn: FnDef, steps: number): Iterable<boolean> {
    if (index >= 0) yield all(this.callerAnswers(kind, fn, index, steps));
    for (const [i, n] of fn.fn.nodes.entries()) {
      if (n.k === 'set' && n.dst === name && n.src.k !== 'num') yield this.ask(kind, n.src, fn, steps);
      else if (n.k === 'call' && n.dst === name && !isErrorCall(n.callee)) yield this.fromCall(kind, fn, i, steps);
      else if (n.k === 'iter' && n.dst === name) yield false;
    }
  }

  /** Answers a question while it counts as being answered. */
  private opened(key: string, answers: Iterable<boolean>): boolean {
    this.open.add(key);
    const answer = all(answers);
    this.open.delete(key);
    return answer;
  }

  private *callerAnswers(kind: Kind, fn: FnDef, index: number, steps: number): Iterable<boolean> {
    for (const { fn: caller, call, argMap } of this.program.callers(fn)) {
      if (!this.reached.has(caller.id)) continue;
      const arg = call.args[argMap[index] ?? -1];
      yield arg !== undefined && this.ask(kind, arg, caller, steps);
    }
  }

  private fromCall(kind: Kind, fn: FnDef, node: number, steps: number): boolean {
    const n = fn.fn.nodes[node];
    if (n?.k !== 'call') return false;
    const effect = typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
    const same = effect?.op === 'get' ? n.args[effect.obj] : effect?.op === 'same' ? n.args[effect.value] : undefined;
    if (same) return this.ask(kind, same, fn, steps);
    const first = n.args[0];
    if (typeof n.callee === 'string' && rowOf(CONVERSIONS, n.callee)) return first !== undefined && this.ask(kind, first, fn, steps);
    if (kind === 'fresh' && effect?.op === 'alloc') return true;
    if (kind === 'fresh' && typeof n.callee === 'string' && isDataGetter(n.callee))
      return first !== undefined && this.isDevice(first, fn, steps - 1);
    const targets = this.program.targets(fn, node).filter((target) => target.via !== 'callback');
    return targets.length > 0 && targets.every((target) => this.fromTarget(kind, target, fn, n.args, steps));
  }

  /** A conversion is seen through at its call: what other callers convert does not matter. */
  private fromTarget(kind: Kind, target: CallTarget, fn: FnDef, args: Expr[], steps: number): boolean {
    const wrapper = this.program.wrapper(target.fn);
    if (!wrapper) return this.fromResult(kind, target.fn, steps);
    const arg = args[target.argMap[wrapper.param] ?? -1];
    return arg !== undefined && this.ask(kind, arg, fn, steps);
  }

  private fromResult(kind: Kind, fn: FnDef, steps: number): boolean {
    const key = `${kind} ${fn.id} return`;
    if (this.open.has(key)) return true;
    return this.opened(key, this.resultAnswers(kind, fn, steps));
  }

  private *resultAnswers(kind: Kind, fn: FnDef, steps: number): Iterable<boolean> {
    for (const n of fn.fn.nodes) if (n.k === 'return' && n.value && !isError(n.value, fn)) yield this.ask(kind, n.value, fn, steps);
  }

  /** Every store to the member, by a function that the entry reaches, has the origin. */
  private fromMember(kind: Kind, addr: Expr & { k: 'field' }, fn: FnDef, steps: number): boolean {
    const tag = tagOf(this.program, addr.base, fn);
    if (tag === null) return false;
    const key = `${kind} ${tag}.${addr.name}`;
    if (this.open.has(key)) return true;
    const isWritten = writers(this.program, tag, addr.name).some(({ fn: writer }) => this.reached.has(writer.id));
    return this.opened(key, isWritten ? this.memberAnswers(kind, tag, addr.name, steps) : this.probeAnswers(kind, tag, addr.name));
  }

  /** Of a handler that only reads the member: what the probe that fills the driver's data of a device stores there is that probe's device. */
  private *probeAnswers(kind: Kind, tag: string, name: string): Iterable<boolean> {
    if (kind !== 'device' || this.point.kind === 'probe') return;
    for (const { fn, src } of writers(this.program, tag, name)) {
      const probes = this.program.entryPoints.filter((point) => point.kind === 'probe' && this.reach(point.fn).has(fn.id));
      yield probes.length > 0 && probes.every((probe) => new Trace(this.program, this.reach, probe).isDevice(src, fn, MAX_STEPS));
    }
  }

  private *memberAnswers(kind: Kind, tag: string, name: string, steps: number): Iterable<boolean> {
    for (const { fn, src } of writers(this.program, tag, name)) if (this.reached.has(fn.id)) yield this.ask(kind, src, fn, steps);
  }
}

function tagOf(program: Program, base: Expr, fn: FnDef): string | null {
  return /^(?:struct|union)\s+(.+)$/.exec(program.typeOf(base, fn)?.base ?? '')?.[1] ?? null;
}

interface Writer {
  fn: FnDef;
  src: Expr;
}

const known = new WeakMap<Program, Map<string, Writer[]>>();

/** The stores of one function to members of structs. */
const writesOf = perFunction((program, fn) =>
  fn.fn.nodes.flatMap((n): { key: string; src: Expr }[] => {
    const owner = n.k === 'store' && n.addr.k === 'field' && n.src.k !== 'num' ? tagOf(program, n.addr.base, fn) : null;
    return n.k === 'store' && n.addr.k === 'field' && owner !== null ? [{ key: `${owner}.${n.addr.name}`, src: n.src }] : [];
  }),
);

/** Every store to a member of the struct, but for constants. */
function writers(program: Program, tag: string, member: string): readonly Writer[] {
  let all = known.get(program);
  if (!all) {
    all = new Map();
    for (const fn of program.functions)
      for (const { key, src } of writesOf(program, fn)) {
        const list = all.get(key);
        if (list) list.push({ fn, src });
        else all.set(key, [{ fn, src }]);
      }
    known.set(program, all);
  }
  return all.get(`${tag}.${member}`) ?? [];
}

type Kind = 'device' | 'fresh';

/** There is an answer, and none is no; the first no ends the asking. */
function all(answers: Iterable<boolean>): boolean {
  let asked = false;
  for (const answer of answers) {
    if (!answer) return false;
    asked = true;
  }
  return asked;
}

/** NULL, an error, or a variable that only an error is assigned to. */
function isError(e: Expr, fn: FnDef): boolean {
  if (e.k === 'num' || e.k === 'un' || e.k === 'unknown') return true;
  if (e.k !== 'var') return false;
  const calls = fn.fn.nodes.flatMap((n) => (n.k === 'call' && n.dst === e.name ? [n] : []));
  const sets = fn.fn.nodes.some((n) => n.k === 'set' && n.dst === e.name) || fn.fn.params.some((p) => p.name === e.name);
  return !sets && calls.length > 0 && calls.every((n) => isErrorCall(n.callee));
}

function isErrorCall(callee: string | Expr): boolean {
  return typeof callee === 'string' && (callee === 'ERR_PTR' || callee === 'ERR_CAST' || effectOf(callee)?.op === 'err-value');
}
