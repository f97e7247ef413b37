import type { Body } from './body';
import { placeOf, read, write } from './places';
import { type CNode, child } from './tree';
import type { Expr } from './types';

const UNKNOWN: Expr = { k: 'unknown' };

/** Lowers an assignment; its value is only computed where `wanted`. */
export function assign(body: Body, node: CNode, wanted: boolean): Expr {
  const left = child(node, 'left') as CNode;
  const place = placeOf(body, left);
  let src = body.lower.value(body, child(node, 'right') as CNode);
  if (node.op !== '=') {
    src = { k: 'bin', op: node.op.slice(0, -1), l: read(body, place), r: src };
    write(body, place, src, node.start, true);
    return wanted ? read(body, place) : UNKNOWN;
  }
  if (wanted && 'addr' in place) src = body.saved(src, node.start);
  write(body, place, src, node.start);
  return 'variable' in place ? { k: 'var', name: place.variable } : src;
}

/** Lowers ++ and --. */
export function update(body: Body, node: CNode, wanted: boolean): Expr {
  const argument = child(node, 'argument') as CNode;
  const place = placeOf(body, argument);
  const postfix = argument.start === node.start;
  const old = read(body, place);
  const before = wanted && postfix ? body.saved(old, node.start) : old;
  write(body, place, { k: 'bin', op: node.op.slice(0, 1), l: old, r: { k: 'num', v: 1 } }, node.start, true);
  return postfix ? before : old;
}
