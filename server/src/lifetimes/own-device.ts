import type { Expr } from '../facts/types';
import { effectOf } from '../kernel';
import { isDataGetter } from '../kernel/drvdata';
import type { CallTarget, DevmRegistration, EntryPoint, FnDef, Program } from '../program/types';
import type { Reach } from './reach';
import type { Lifetime } from './types';

/** Steps back through variables, parameters and members before the origin of a pointer counts as unknown. */
const MAX_STEPS = 24;

/**
 * Whether every registration that the entry point reaches has for its host the very device that the entry was called for:
 * `&pdev->dev` of the probed `pdev`, or a member of an object that the entry itself allocated and set to its device. Probe and unbind of one
 * device exclude each other (drivers/base/dd.c holds the device's lock around both), whatever names the device has in between.
 */
export function registeredOnOwnDevice(program: Program, reach: Reach, lifetime: Lifetime, point: EntryPoint): boolean {
  return point.deviceLocked && namesOwnDevice(program, reach, lifetime.registrations, point);
}

/** The same of any entry point, a handler of the device's attributes for example. */
export function namesOwnDevice(program: Program, reach: Reach, all: readonly DevmRegistration[], point: EntryPoint): boolean {
  const reached = reach(point.fn);
  const registrations = all.filter((registration) => reached.has(registration.fn.id));
  return registrations.length > 0 && registrations.every((r) => new Trace(program, point, reached).isDevice(r.host, r.fn, MAX_STEPS));
}

/** Follows pointers back to the entry's parameter, within the functions that the entry reaches. */
class Trace {
  /** Questions that are being answered: a cycle adds no new origin. */
  private readonly open = new Set<string>();

  constructor(
    private readonly program: Program,
    private readonly point: EntryPoint,
    private readonly reached: ReadonlySet<number>,
  ) {}

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
    for (const id of this.reached) {
      const caller = this.program.functions[id] as FnDef;
      for (const [i, n] of caller.fn.nodes.entries()) {
        if (n.k !== 'call') continue;
        for (const target of this.program.targets(caller, i)) {
          if (target.fn !== fn) continue;
          const arg = n.args[target.argMap[index] ?? -1];
          yield arg !== undefined && this.ask(kind, arg, caller, steps);
        }
      }
    }
  }

  private fromCall(kind: Kind, fn: FnDef, node: number, steps: number): boolean {
    const n = fn.fn.nodes[node];
    if (n?.k !== 'call') return false;
    const effect = typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
    const same = effect?.op === 'get' ? n.args[effect.obj] : effect?.op === 'same' ? n.args[effect.value] : undefined;
    if (same) return this.ask(kind, same, fn, steps);
    const first = n.args[0];
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
    const tag = this.tagOf(addr.base, fn);
    if (tag === null) return false;
    const key = `${kind} ${tag}.${addr.name}`;
    if (this.open.has(key)) return true;
    return this.opened(key, this.memberAnswers(kind, tag, addr.name, steps));
  }

  private *memberAnswers(kind: Kind, tag: string, name: string, steps: number): Iterable<boolean> {
    for (const id of this.reached) {
      const writer = this.program.functions[id] as FnDef;
      for (const n of writer.fn.nodes)
        if (n.k === 'store' && n.addr.k === 'field' && n.addr.name === name && n.src.k !== 'num' && this.tagOf(n.addr.base, writer) === tag)
          yield this.ask(kind, n.src, writer, steps);
    }
  }

  private tagOf(base: Expr, fn: FnDef): string | null {
    return /^(?:struct|union)\s+(.+)$/.exec(this.program.typeOf(base, fn)?.base ?? '')?.[1] ?? null;
  }
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
