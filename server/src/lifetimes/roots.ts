import type { Expr, FunctionFacts, Node } from '../facts/types';
import { effectOf } from '../kernel';
import { GENERIC_TAGS } from '../kernel/generic-types';
import { perFunction } from '../program/per-function';
import type { FnDef, Program } from '../program/types';
import { childStructs, setsParent } from './children';

/** Something whose enclosing object is not known. */
export const UNKNOWN_ROOT = '?';

/** The struct a typed pointer certainly points to, null when its type is one that others embed, or no struct. */
export function concreteTag(type: { base: string; pointers: number } | null): string | null {
  if (type?.pointers !== 1) return null;
  const match = /^(?:struct|union)\s+(\w+)$/.exec(type.base);
  const tag = match?.[1];
  return tag && !GENERIC_TAGS.has(tag) ? tag : null;
}

const tags = new WeakMap<object, ReadonlyMap<string, string | null>>();

/** Tags of what the variables of a function point to, as they are declared. */
function variableTags(fn: FunctionFacts): ReadonlyMap<string, string | null> {
  let known = tags.get(fn.locals);
  if (!known) {
    // Of two of one name the parameter counts.
    known = new Map([...fn.locals.toReversed(), ...fn.params].map(({ name, type }): [string, string | null] => [name, concreteTag(type)]));
    tags.set(fn.locals, known);
  }
  return known;
}

/** A variable or result may point to what a tag says, or to what another one does. */
type Flow = { to: string; tag: string } | { to: string; from: string };

const RESULT = 'ret:';

/** What one function says of pointers. Variables are `ID:NAME`, results `ret:ID`, with the function's number. */
const flowsOf = perFunction((program, fn): readonly Flow[] => {
  const flows: Flow[] = [];
  const flow = (e: Expr, to: string | null): void => {
    if (to !== null) flows.push(...flowsTo(program, e, fn, to));
  };
  fn.fn.nodes.forEach((n, index) => {
    if (n.k === 'set') flow(n.src, `${fn.id}:${n.dst}`);
    else if (n.k === 'return' && n.value) {
      const known = concreteTag(fn.fn.ret);
      if (known) flows.push({ to: `${RESULT}${fn.id}`, tag: known });
      else flow(n.value, `${RESULT}${fn.id}`);
    } else if (n.k === 'call') {
      const dst = n.dst ? `${fn.id}:${n.dst}` : null;
      const targets = program.targets(fn, index);
      for (const target of targets) {
        target.argMap.forEach((arg, i) => {
          const value = arg < 0 ? undefined : n.args[arg];
          const to = paramOf(target.fn, i);
          if (value) flow(value, to);
          else if (to) flows.push({ to, tag: UNKNOWN_ROOT });
        });
        if (dst && target.via !== 'callback') flows.push({ from: `${RESULT}${target.fn.id}`, to: dst });
      }
      if (dst && typeof n.callee === 'string' && !targets.some((t) => t.via !== 'callback'))
        flows.push(...resultFlows(program, n.callee, n.args, fn, dst));
    }
  });
  return flows;
});

/** What a call of a kernel function returns. */
function resultFlows(program: Program, callee: string, args: Expr[], fn: FnDef, dst: string): Flow[] {
  const effect = effectOf(callee);
  const from =
    effect?.op === 'get'
      ? args[effect.obj]
      : effect?.op === 'same'
        ? args[effect.value]
        : effect?.op === 'device-create'
          ? args[effect.data]
          : undefined;
  if (from) return flowsTo(program, from, fn, dst);
  const isUnknown =
    !effect || effect.op === 'find-child' || effect.op === 'find-device' || effect.op === 'load-container' || effect.op === 'erase';
  const flows: Flow[] = isUnknown ? [{ to: dst, tag: UNKNOWN_ROOT }] : [];
  for (const arg of effect?.op === 'alloc' ? args : [])
    if (arg.k === 'cast') {
      const tag = concreteTag({ ...arg.type, pointers: 1 });
      flows.push(...(tag ? [{ to: dst, tag }] : flowsTo(program, arg.e, fn, dst).filter((flow) => 'tag' in flow)));
    }
  return flows;
}

function flowsTo(program: Program, e: Expr, fn: FnDef, to: string): Flow[] {
  const flows: Flow[] = [];
  sources(
    program,
    e,
    fn,
    (tag) => flows.push({ to, tag }),
    (from) => flows.push({ to, from }),
  );
  return flows;
}

/** The tags that an expression may point to, and the variables that it may be. */
function sources(program: Program, e: Expr, fn: FnDef, tag: (tag: string) => void, node: (node: string) => void): void {
  switch (e.k) {
    case 'var': {
      const known = variableTags(fn.fn).get(e.name);
      if (known) tag(known);
      else node(`${fn.id}:${e.name}`);
      return;
    }
    case 'field':
    case 'index':
      return sources(program, e.base, fn, tag, node);
    case 'load': {
      const type = program.typeOf(e, fn);
      const known = concreteTag(type);
      if (known) tag(known);
      else if (!type || type.pointers > 0) tag(UNKNOWN_ROOT);
      return;
    }
    case 'cast': {
      const known = concreteTag(e.type);
      if (known) tag(known);
      else sources(program, e.e, fn, tag, node);
      return;
    }
    case 'container':
      return tag(e.tag);
    case 'bin':
      return sources(program, e.l, fn, tag, node);
    default:
  }
}

function paramOf(fn: FnDef, index: number): string | null {
  const param = fn.fn.params[index];
  return param ? `${fn.id}:${param.name}` : null;
}

/** Nodes that look for children of a device, and what the function says of those and of parents that it sets. */
const childrenIn = perFunction((_, fn): { finds: readonly number[]; text: string } => {
  const finds = fn.fn.nodes.flatMap((n, i) => (findsChildren(n) ? [i] : []));
  const told = fn.fn.nodes.flatMap((n): unknown[] => {
    if (n.k === 'call') return findsChildren(n) ? [n.callee, n.args, n.dst] : [];
    return n.k === 'store' && setsParent(n) ? [n.addr, n.src] : [];
  });
  return { finds, text: JSON.stringify(told) };
});

function findsChildren(n: Node): boolean {
  const op = n.k === 'call' && typeof n.callee === 'string' ? effectOf(n.callee)?.op : undefined;
  return op === 'find-child' || op === 'for-each-child';
}

/**
 * Which driver structs a pointer expression may point to or into: a
 * flow-insensitive, inclusion-based analysis over locals, parameters and
 * results. It serves slicing only; exploration decides what a pointer is.
 */
export class Roots {
  private readonly sets: Map<string, Set<string>>;
  private readonly edges = new Map<string, string[]>();
  /** Answers by function and expression: every lifetime asks them. */
  private readonly answers: WeakMap<Expr, ReadonlySet<string>>[] = [];
  /** What the functions say of pointers, by number. */
  private readonly flows: readonly (readonly Flow[])[];
  /** What the answers rest upon besides those. */
  private readonly rest: string;
  /** Functions whose bodies are as in the program before and for which that one's roots answer otherwise; null where there is no such program. */
  readonly otherwise: readonly FnDef[] | null;

  /** `before`: of the program that this one follows. */
  constructor(
    private readonly program: Program,
    before: Roots | null = null,
  ) {
    const { follows, functions } = program;
    this.flows = functions.map((fn) => flowsOf(program, fn));
    this.rest = this.restOf();
    const last = follows && before;
    if (last && last.rest === this.rest && [...follows].every(({ id }) => isSame(last.flows[id], this.flows[id]))) {
      this.sets = last.sets;
      this.answers = last.answers;
      for (const { id } of follows) delete this.answers[id];
      this.otherwise = [];
      return;
    }
    this.sets = new Map();
    for (const flows of this.flows) this.take(flows);
    for (const { data, fn, action } of program.registrations)
      for (const one of action) {
        const to = paramOf(one, 0);
        if (to !== null) this.take(flowsTo(program, data, fn, to));
      }
    this.propagate([...this.sets.keys()]);
    this.propagate(this.findChildren());
    this.otherwise = last && follows && this.differing(last, follows);
  }

  /** Tags, and `?` for what cannot be told. */
  of(e: Expr, fn: FnDef): ReadonlySet<string> {
    let answers = this.answers[fn.id];
    if (!answers) {
      answers = new WeakMap();
      this.answers[fn.id] = answers;
    }
    let known = answers.get(e);
    if (!known) {
      const out = new Set<string>();
      sources(
        this.program,
        e,
        fn,
        (tag) => out.add(tag),
        (node) => {
          for (const tag of this.sets.get(node) ?? []) out.add(tag);
        },
      );
      known = out;
      answers.set(e, known);
    }
    return known;
  }

  private differing(last: Roots, changed: ReadonlySet<FnDef>): FnDef[] {
    const found = new Set<FnDef>();
    const note = (node: string) => {
      const fn = this.program.functions[Number.parseInt(node.startsWith(RESULT) ? node.slice(RESULT.length) : node, 10)];
      if (fn && !changed.has(fn)) found.add(fn);
    };
    for (const [node, tags] of this.sets) {
      const theirs = last.sets.get(node);
      if (theirs?.size !== tags.size || [...tags].some((tag) => !theirs.has(tag))) note(node);
    }
    for (const node of last.sets.keys()) if (!this.sets.has(node)) note(node);
    return [...found];
  }

  private restOf(): string {
    const { program } = this;
    const registrations = program.registrations.map(({ data, fn, action }) => [data, fn.id, action.map(({ id }) => id)]);
    const owners = program.entryPoints.map(({ fn, owner, param }) => [fn.id, owner, param]);
    return JSON.stringify([registrations, owners, program.functions.map((fn) => childrenIn(program, fn).text)]);
  }

  private add(node: string, tag: string): void {
    const set = this.sets.get(node);
    if (set) set.add(tag);
    else this.sets.set(node, new Set([tag]));
  }

  private take(flows: readonly Flow[]): void {
    for (const flow of flows)
      if ('tag' in flow) this.add(flow.to, flow.tag);
      else {
        const list = this.edges.get(flow.from);
        if (list) list.push(flow.to);
        else this.edges.set(flow.from, [flow.to]);
      }
  }

  /**
   * Lookups among the children of a struct's device return, and iterators over them call with, structs whose device has that one for its
   * parent. Returns the variables that have more tags now.
   */
  private findChildren(): string[] {
    const { program } = this;
    const childrenOf = childStructs(program, (e, fn) => [...this.of(e, fn)].filter((tag) => tag !== UNKNOWN_ROOT));
    const found: string[] = [];
    for (const fn of program.functions)
      for (const i of childrenIn(program, fn).finds) {
        const n = fn.fn.nodes[i];
        const effect = n?.k === 'call' && typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
        if (n?.k !== 'call' || (effect?.op !== 'find-child' && effect?.op !== 'for-each-child')) continue;
        const parent = n.args[effect.parent];
        const tags = parent ? childrenOf(parent, fn) : [];
        const called = program
          .targets(fn, i)
          .filter(({ via }) => via === 'callback')
          .flatMap(({ fn: target, argMap }) => argMap.map((arg, at) => (arg < 0 ? paramOf(target, at) : null)));
        const result = effect.op === 'find-child' && n.dst !== undefined ? `${fn.id}:${n.dst}` : null;
        for (const node of [result, ...called])
          if (node !== null && tags.length > 0) {
            for (const tag of tags) this.add(node, tag);
            found.push(node);
          }
      }
    this.answers.length = 0;
    return found;
  }

  private propagate(work: string[]): void {
    while (work.length > 0) {
      const from = work.pop() as string;
      const tags = this.sets.get(from) ?? [];
      for (const to of this.edges.get(from) ?? []) {
        const before = this.sets.get(to)?.size ?? 0;
        for (const tag of tags) this.add(to, tag);
        if ((this.sets.get(to)?.size ?? 0) > before) work.push(to);
      }
    }
  }
}

function isSame(a: readonly Flow[] | undefined, b: readonly Flow[] | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
