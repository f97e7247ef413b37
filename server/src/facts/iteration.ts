import type { Body } from './body';
import { placeOf, write } from './places';
import type { CNode } from './tree';
import type { Expr, Node } from './types';

/** Which arguments of an iteration macro are what (include/linux/list.h, xarray.h, idr.h, property.h, rbtree.h). */
interface Shape {
  cursor: number;
  /** Arguments kept as expressions: the container, and the variable that holds the index of the element. */
  over: number[];
  member?: number;
}

const SHAPES: [RegExp, Shape][] = [
  [
    /^h?list_for_each_entry(_\w+)?_safe\w*$|^list_for_each_entry_safe\w*$|^h?list_for_each_entry_safe$/,
    { cursor: 0, over: [2], member: 3 },
  ],
  [/^llist_for_each_entry_safe$/, { cursor: 0, over: [2], member: 3 }],
  [/^rbtree_postorder_for_each_entry_safe$/, { cursor: 0, over: [2], member: 3 }],
  [/^h?l?list_for_each_entry\w*$/, { cursor: 0, over: [1], member: 2 }],
  [/^h?list_for_each(_prev)?_safe$/, { cursor: 0, over: [2] }],
  [/^h?list_for_each(_prev|_rcu|_continue|_reverse)?$/, { cursor: 0, over: [1] }],
  [/^xa_for_each\w*$/, { cursor: 2, over: [0, 1] }],
  [/^xas_for_each\w*$/, { cursor: 1, over: [0] }],
  [/^idr_for_each_entry\w*$/, { cursor: 1, over: [0, 2] }],
  [/^(device|fwnode|of)?_?for_each_(available_)?child\w*$/, { cursor: 1, over: [0] }],
  [/^(device|fwnode)_for_each_(available_)?child_node\w*$/, { cursor: 1, over: [0] }],
  [/^for_each_(pci_dev|set_bit|clear_bit|cpu|online_cpu|possible_cpu|present_cpu|node_state|online_node)$/, { cursor: 0, over: [1] }],
];

/** The macro and its arguments. */
type Span = Pick<CNode, 'start' | 'end'>;

/** Emits the head of an iteration: on each visit an element is bound and control goes to `inside`, or to `done`. */
export function emitIteration(body: Body, macro: string, args: CNode[], { start: at, end }: Span, inside: number, done: number): void {
  const shape = SHAPES.find(([pattern]) => pattern.test(macro))?.[1];
  const { graph } = body;
  const kept = shape ? shape.over.flatMap((i) => args[i] ?? []) : args;
  const iter: Extract<Node, { k: 'iter' }> = {
    k: 'iter',
    macro,
    args: kept.map((arg) => body.lower.value(body, arg)),
    at,
    end,
    body: inside,
    done,
  };
  const member = shape?.member === undefined ? undefined : args[shape.member];
  if (member) iter.member = body.text(member);
  const cursor = shape && args[shape.cursor];
  if (!cursor) {
    graph.terminate(iter);
    return;
  }
  const place = placeOf(body, cursor);
  if ('variable' in place) {
    graph.terminate({ ...iter, dst: place.variable });
    return;
  }
  const dst = body.temp({ base: 'void', pointers: 1 });
  const bound = graph.label();
  graph.terminate({ ...iter, dst, body: bound });
  graph.place(bound);
  const element: Expr = { k: 'var', name: dst };
  write(body, place, element, cursor.start);
  graph.jump(inside);
}
