import type { Expr, Node } from '../facts/types';
import { type Effect, effectOf } from '../kernel';
import type { FnDef } from '../program/types';
import { indexOf } from './program-index';
import type { SubjectView } from './subject';

type CallNode = Extract<Node, { k: 'call' }>;

/** A lock by its class: `tag.member`, the name of a global, or a key of the kernel's own. */
interface LockUse {
  key: string;
  /** The SRCU domain that its readers hold, and where it is named; null for other locks. */
  domain: { e: Expr; fn: FnDef } | null;
}

const known = new WeakMap<SubjectView['roots'], LockClasses>();

/** Which locks functions take, drop or wait for: found once for a program, whatever lifetime asks. */
export function lockClassesOf(view: SubjectView): LockClasses {
  let classes = known.get(view.roots);
  if (!classes) {
    classes = new LockClasses(view);
    known.set(view.roots, classes);
  }
  return classes;
}

export class LockClasses {
  private readonly own = new Map<number, LockUse[]>();
  private readonly left = new Map<number, readonly LockUse[]>();
  private readonly held = new Map<number, readonly LockUse[]>();

  /** `view`: of any subject, for what does not depend on it. */
  constructor(private readonly view: SubjectView) {}

  /** Classes of the locks that a function takes, drops or waits for itself, as they matter to a subject. */
  takenIn(fn: FnDef, view: SubjectView): string[] {
    return classesFor(this.ownOf(fn), view);
  }

  /** The same with those that it takes or drops by a function which only takes or only drops them: `foo_lock(x)`. */
  heldIn(fn: FnDef, view: SubjectView): string[] {
    let uses = this.held.get(fn.id);
    if (!uses) {
      uses = [...this.ownOf(fn), ...this.byWrappers(fn)];
      this.held.set(fn.id, uses);
    }
    return classesFor(uses, view);
  }

  /** Classes of the locks that are held after a call of the function and not before it, or the other way round. */
  leftIn(fn: FnDef, view: SubjectView): string[] {
    return classesFor(this.leftBy(fn), view);
  }

  private ownOf(fn: FnDef): LockUse[] {
    let uses = this.own.get(fn.id);
    if (!uses) {
      uses = indexOf(fn).effects.flatMap(({ n }) => this.useOf(fn, n) ?? []);
      this.own.set(fn.id, uses);
    }
    return uses;
  }

  /** Class of the lock that a call takes, drops or waits for the readers of; null when it is no lock call, or no lock to the subject. */
  lockOf(fn: FnDef, n: CallNode, view: SubjectView): string | null {
    const use = this.useOf(fn, n);
    return use && (classesFor([use], view)[0] ?? null);
  }

  /** Class of the lock that a call says is held; null when it says nothing of that kind. */
  assertedBy(fn: FnDef, n: CallNode): string | null {
    const effect = typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
    return effect?.op === 'assert-held' ? this.classOf(fn, n, effect) : null;
  }

  private useOf(fn: FnDef, n: CallNode): LockUse | null {
    const effect = typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
    if (effect?.op === 'free' || effect?.op === 'queue-work') return effect.grace ? { key: effect.grace, domain: null } : null;
    if (effect?.op !== 'lock' && effect?.op !== 'unlock' && effect?.op !== 'grace') return null;
    const key = this.classOf(fn, n, effect);
    const arg = n.args[effect.lock];
    return key === null ? null : { key, domain: effect.readers && arg && !effect.key ? { e: arg, fn } : null };
  }

  private classOf(fn: FnDef, n: CallNode, effect: Effect & { lock: number; key?: string; device?: true }): string | null {
    if (effect.key) return effect.key;
    const arg = n.args[effect.lock];
    if (!arg) return null;
    if (effect.device) return `device_lock ${[...this.view.roots.of(arg, fn)].sort().join('|')}`;
    return this.view.cellClass(arg, fn);
  }

  /** Each once: ways through calls multiply, uses do not. */
  private byWrappers(fn: FnDef): LockUse[] {
    const out = new Set<LockUse>();
    fn.fn.nodes.forEach((n, i) => {
      if (n.k !== 'call') return;
      for (const target of this.view.program.targets(fn, i)) for (const use of this.leftBy(target.fn)) out.add(use);
    });
    return [...out];
  }

  /** Locks that are held after the call of a function and not before it, or the other way round. */
  private leftBy(fn: FnDef): readonly LockUse[] {
    const answer = this.left.get(fn.id);
    if (answer) return answer;
    this.left.set(fn.id, NONE);
    const taken = new Map<string, LockUse>();
    const dropped = new Map<string, LockUse>();
    for (const n of fn.fn.nodes) {
      const use = n.k === 'call' ? this.useOf(fn, n) : null;
      const op = n.k === 'call' && typeof n.callee === 'string' ? effectOf(n.callee)?.op : undefined;
      if (use && op === 'lock') taken.set(use.key, use);
      if (use && op === 'unlock') dropped.set(use.key, use);
    }
    const own = [...taken.values(), ...dropped.values()].filter(({ key }) => !(taken.has(key) && dropped.has(key)));
    // What a function does by wrappers it may well undo by others.
    const left = taken.size > 0 && dropped.size > 0 ? own : [...own, ...this.byWrappers(fn)];
    this.left.set(fn.id, left);
    return left;
  }
}

/** Who reads under an SRCU domain of the object's own has the object already: what the domain keeps is something else. */
function classesFor(uses: readonly LockUse[], view: SubjectView): string[] {
  return uses.flatMap(({ key, domain }) => (domain && view.isTypedObject(domain.e, domain.fn) ? [] : [key]));
}

const NONE: readonly LockUse[] = [];
