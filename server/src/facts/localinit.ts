import type { Body } from './body';
import { type CNode, child, children } from './tree';
import type { Expr } from './types';

/**
 * Stores a braced initializer into the object at `addr`: one store per named
 * member or array element. What is not named becomes zero: a single store of 0
 * to the object itself comes first. Positional members of structs have no known name and keep their index.
 */
export function storeInitializer(body: Body, addr: Expr, list: CNode, zero = true): void {
  if (list.type !== 'initializer_list') {
    body.graph.emit({ k: 'store', addr, src: body.lower.value(body, list), at: list.start });
    return;
  }
  if (zero) body.graph.emit({ k: 'store', addr, src: { k: 'num', v: 0 }, at: list.start });
  let position = 0;
  for (const item of list.kids) {
    if (item.type !== 'initializer_pair') {
      if (!isZero(body, item)) storeInitializer(body, { k: 'index', base: addr, index: { k: 'num', v: position } }, item, false);
      position++;
      continue;
    }
    let target = addr;
    for (const designator of children(item, 'designator')) target = designated(body, target, designator);
    const value = child(item, 'value');
    if (value) storeInitializer(body, target, value, false);
  }
}

function isZero(body: Body, node: CNode): boolean {
  return node.type === 'null' || (node.type === 'number_literal' && /^0[xX]?0*$/.test(body.text(node)));
}

function designated(body: Body, base: Expr, designator: CNode): Expr {
  const inner = designator.kids[0];
  if (inner === undefined) return base;
  if (designator.type === 'field_designator') return { k: 'field', base, name: body.text(inner) };
  return { k: 'index', base, index: body.lower.value(body, inner) };
}
