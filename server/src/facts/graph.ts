import type { Expr, Node } from './types';

type Omitted<T, K extends string> = T extends unknown ? Omit<T, K> : never;
/** A step that goes on to exactly one other step. */
export type Step = Omitted<Extract<Node, { next: number }>, 'next'>;
type Join = { k: 'join'; next: number };
type Raw = Node | Join;

const NOWHERE = -1;

/**
 * Builds a control-flow graph front to back. A label is a step without effect
 * that may be jumped to before it is placed; `finish` removes labels and what
 * nothing reaches. After a jump the place of emission is unreachable until the next
 * label is placed.
 */
export class Graph {
  private readonly raw: Raw[] = [{ k: 'join', next: NOWHERE }];
  private tail = 0;

  get reachable(): boolean {
    return this.tail !== NOWHERE;
  }

  /** The step emitted last, if control falls out of it. */
  get last(): Raw | undefined {
    return this.tail === NOWHERE ? undefined : this.raw[this.tail];
  }

  label(): number {
    return this.raw.push({ k: 'join', next: NOWHERE }) - 1;
  }

  place(label: number): void {
    this.link(label);
    this.tail = label;
  }

  jump(label: number): void {
    this.link(label);
    this.tail = NOWHERE;
  }

  emit(step: Step): void {
    const index = this.raw.push({ ...step, next: NOWHERE } as Node) - 1;
    this.link(index);
    this.tail = index;
  }

  branch(cond: Expr, at: number, onTrue: number, onFalse: number): void {
    this.terminate({ k: 'branch', cond, at, then: onTrue, else: onFalse });
  }

  /** Ends the current path with a step that has no plain successor: iter or return. */
  terminate(node: Exclude<Node, { next: number }>): void {
    const index = this.raw.push(node) - 1;
    this.link(index);
    this.tail = NOWHERE;
  }

  /** The finished graph; its first node is the entry. Paths that end nowhere get a return at `end`. */
  finish(end: number): Node[] {
    if (this.reachable) this.terminate({ k: 'return', at: end });
    const entry = this.resolve(0);
    const order = this.reached(entry);
    const position = new Map(order.map((index, place) => [index, place]));
    const to = (index: number): number => position.get(this.resolve(index)) ?? 0;
    return order.map((index) => renumber(this.raw[index] as Node, to));
  }

  private link(index: number): void {
    const last = this.last;
    if (last !== undefined && 'next' in last && last.next === NOWHERE) last.next = index;
  }

  /** Follows labels to a real step. A loop of labels is an endless loop that does nothing. */
  private resolve(index: number): number {
    let at = index;
    const seen = new Set<number>();
    for (let node = this.raw[at]; node !== undefined && node.k === 'join'; node = this.raw[at]) {
      if (seen.has(at) || node.next === NOWHERE) {
        this.raw[at] = { k: 'opaque', what: seen.has(at) ? 'endless loop' : 'jump to an unknown label', at: 0, next: at };
        return at;
      }
      seen.add(at);
      at = node.next;
    }
    return at;
  }

  private reached(entry: number): number[] {
    const seen = new Set<number>([entry]);
    const work = [entry];
    for (let index = work.pop(); index !== undefined; index = work.pop()) {
      for (const next of successors(this.raw[index] as Node)) {
        const target = this.resolve(next);
        if (!seen.has(target)) {
          seen.add(target);
          work.push(target);
        }
      }
    }
    seen.delete(entry);
    return [entry, ...[...seen].sort((a, b) => a - b)];
  }
}

/** Indices of the steps that may follow a step. */
export function successors(node: Node): number[] {
  switch (node.k) {
    case 'branch':
      return [node.then, node.else];
    case 'iter':
      return [node.body, node.done];
    case 'return':
      return [];
    default:
      return [node.next];
  }
}

function renumber(node: Node, to: (index: number) => number): Node {
  switch (node.k) {
    case 'branch':
      return { ...node, then: to(node.then), else: to(node.else) };
    case 'iter':
      return { ...node, body: to(node.body), done: to(node.done) };
    case 'return':
      return node;
    default:
      return { ...node, next: to(node.next) };
  }
}
