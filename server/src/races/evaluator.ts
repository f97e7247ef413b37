import type { Expr } from '../facts/types';
import { isErrno } from '../kernel/errno';
import type { FnDef } from '../program/types';
import { pathEndingWith } from './address';
import { Memory } from './memory';
import type { Frame } from './state';
import type { Slice } from './steps';
import { FOUND_KEY, NONZERO, ONE, TOP, ZERO } from './values';

/** Values of expressions. */
export class Evaluator extends Memory {
  /** Values of expressions that are the same in every state. */
  protected readonly constants = new WeakMap<Expr, number>();

  eval(e: Expr, frame: Frame, slice: Slice): number {
    const { values } = this;
    switch (e.k) {
      case 'num':
        return values.int(e.v);
      case 'str':
        return NONZERO;
      case 'var': {
        const slot = slice.slots.get(e.name);
        return slot === undefined ? TOP : (frame.vars[slot] ?? TOP);
      }
      case 'local':
        return values.ptr(values.object(`local ${this.t}:${slice.fn.id}:${e.name}`, 'local', null).id, '');
      case 'global':
        return this.known(e, () => this.global(e.name, slice.fn));
      case 'field':
        return this.member(this.evalBase(e.base, frame, slice), e.name);
      case 'index':
        this.eval(e.index, frame, slice);
        return this.member(this.eval(e.base, frame, slice), '[]');
      case 'load':
        return this.read(this.eval(e.addr, frame, slice), e, slice.fn);
      case 'cast':
        return this.eval(e.e, frame, slice);
      case 'container':
        return this.container(this.eval(e.e, frame, slice), e.tag, e.member);
      case 'un':
        return this.unary(e.op, e.e, this.eval(e.e, frame, slice));
      case 'bin':
        return this.binary(e.op, this.eval(e.l, frame, slice), this.eval(e.r, frame, slice));
      default:
        return TOP;
    }
  }

  /** A pointer that is dereferenced: where its origin is not known, its type says what it points to. */
  protected evalBase(e: Expr, frame: Frame, slice: Slice): number {
    const base = this.eval(e, frame, slice);
    const unknown = base === TOP || base === NONZERO || this.values.get(base).k === 'sym';
    return unknown ? this.reached(e, slice.fn) || base : base;
  }

  protected known(e: Expr, value: () => number): number {
    let known = this.constants.get(e);
    if (known === undefined) {
      known = value();
      this.constants.set(e, known);
    }
    return known;
  }

  protected global(name: string, fn: FnDef): number {
    if (name === 'NULL' || name === 'false') return ZERO;
    if (name === 'true') return ONE;
    const def = this.view.program.resolve(name, fn.file);
    if (def) return this.values.fn(def.id);
    const constant = this.view.program.constant(name, fn.file);
    if (constant !== null) return this.values.int(constant);
    if (isErrno(name)) return this.values.sym(name);
    if (/^[A-Z][A-Z0-9_]*$/.test(name)) return TOP;
    return this.values.ptr(this.values.object(name, 'global', null).id, '');
  }

  protected member(base: number, name: string): number {
    const member = this.values.member(base, name);
    if (member !== null) return member;
    const { k } = this.values.get(base);
    return k === 'int' || k === 'err' ? base : TOP;
  }

  protected unary(op: string, e: Expr, value: number): number {
    if (op === '!') {
      const truth = this.values.truth(value);
      return truth === null ? TOP : truth ? ZERO : ONE;
    }
    const known = this.values.get(value);
    if (op === '-') {
      if (known.k === 'int') return this.values.int(-known.v);
      if (e.k === 'global' && isErrno(e.name)) return this.values.err(this.slicer.compared(e.name) ? e.name : 'another errno');
      return known.k === 'err' ? NONZERO : TOP;
    }
    return known.k === 'int' ? this.values.int(~known.v) : TOP;
  }

  protected binary(op: string, l: number, r: number): number {
    const bool = (b: boolean | null) => (b === null ? TOP : b ? ONE : ZERO);
    if (op === '==') return bool(this.values.equal(l, r));
    if (op === '!=') {
      const same = this.values.equal(l, r);
      return bool(same === null ? null : !same);
    }
    const a = this.values.get(l);
    const b = this.values.get(r);
    if (a.k === 'err' && b.k === 'int' && b.v <= 0) {
      if (op === '<' || op === '<=') return b.v === 0 ? ONE : TOP;
      if (op === '>' || op === '>=') return b.v === 0 ? ZERO : TOP;
    }
    if (a.k === 'sym' && a.name.startsWith(FOUND_KEY) && r === ZERO && (op === '<' || op === '>=')) return op === '<' ? ZERO : ONE;
    if (a.k === 'ptr' && (op === '+' || op === '-')) return l;
    if (a.k !== 'int' || b.k !== 'int')
      return (op === '&' && (l === ZERO || r === ZERO)) || (op === '*' && (l === ZERO || r === ZERO)) ? ZERO : TOP;
    return this.arithmetic(op, a.v, b.v);
  }

  protected arithmetic(op: string, a: number, b: number): number {
    switch (op) {
      case '<':
        return a < b ? ONE : ZERO;
      case '<=':
        return a <= b ? ONE : ZERO;
      case '>':
        return a > b ? ONE : ZERO;
      case '>=':
        return a >= b ? ONE : ZERO;
      case '&':
        return this.values.int(a & b);
      case '|':
        return this.values.int(a | b);
      case '^':
        return this.values.int(a ^ b);
      case '<<':
        return b >= 0 && b < 31 ? this.values.int(a << b) : TOP;
      case '>>':
        return b >= 0 && b < 32 ? this.values.int(a >> b) : TOP;
      // A counter that is stepped in a loop takes any value: sums are not followed.
      default:
        return TOP;
    }
  }

  /** container_of: strips the member where the object is known, else takes the pointer for the instance of that type. */
  container(value: number, tag: string, member: string): number {
    const { values } = this;
    const known = values.get(value);
    if (known.k === 'int' || known.k === 'err') return known.k === 'err' ? this.prune() : TOP;
    if (known.k !== 'ptr') return tag === this.view.subject.tag ? TOP : values.ptr(values.instance(tag).id, '');
    const object = values.objectById(known.obj);
    const full = pathEndingWith(this.view.program, object.tag, known.path, member);
    if (full !== null) {
      const path = full === member ? '' : full.slice(0, -member.length - 1);
      const at = this.tagAt(object, path);
      if (at !== null && at !== tag) this.prune();
      return values.ptr(known.obj, path);
    }
    if (object.kind === 'tracked' || (object.tag !== null && known.path !== '')) {
      if (this.tagAt(object, known.path) !== null || known.path !== '') this.prune();
    }
    if (object.kind === 'opaque') {
      if (tag === this.view.subject.tag) this.prune();
      return values.ptr(values.instance(tag).id, '');
    }
    if (tag === this.view.subject.tag) return TOP;
    return values.ptr(
      values.object(`${object.name}${known.path ? `.${known.path}` : ''} as struct ${tag}`, 'deref', tag, {
        view: { value, member },
        depth: object.depth ?? 0,
      }).id,
      '',
    );
  }
}
