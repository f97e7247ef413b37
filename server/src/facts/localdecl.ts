import type { Body } from './body';
import { freeAtExit, freeClass } from './cleanup';
import { baseName, readDeclarator } from './declarators';
import { storeInitializer } from './localinit';
import { typeOf } from './places';
import { type CNode, child } from './tree';
import type { Expr } from './types';

/** Lowers a declaration in a block: its variables, their initializers, and what `__free` undoes. */
export function declaration(body: Body, node: CNode): void {
  const { source } = body.file;
  const base = baseName(child(node, 'type'), source);
  const isStatic = node.kids.some((kid) => kid.type === 'storage_class_specifier' && /static|extern/.test(body.text(kid)));
  const declarators = node.kids.filter((kid) => kid.field === 'declarator');
  declarators.forEach((declarator, i) => {
    const initializer = declarator.type === 'init_declarator' ? child(declarator, 'value') : undefined;
    const declared = readDeclarator(base, declarator, source);
    if (declared.name === '' || declared.isFunction) return;
    if (/^__auto_type$|^typeof/.test(base) && initializer) declared.type = typeOf(body, initializer) ?? declared.type;
    const local = body.declare(declared.name, declared.type);
    const variable: Expr = local.memory ? { k: 'local', name: local.name } : { k: 'var', name: local.name };
    if (initializer && !isStatic) initialize(body, variable, initializer);
    const free = freeClass(source.slice(declared.nameAt, initializer?.start ?? declarators[i + 1]?.start ?? node.end));
    if (free !== null) freeAtExit(body, free, local.memory ? { k: 'load', addr: variable } : variable, node.start);
  });
}

function initialize(body: Body, variable: Expr, initializer: CNode): void {
  if (variable.k === 'local') storeInitializer(body, variable, initializer);
  else if (variable.k === 'var') {
    const single = initializer.type === 'initializer_list' ? initializer.kids[0] : initializer;
    body.set(variable.name, single ? body.lower.value(body, single) : { k: 'num', v: 0 }, initializer.start);
  }
}
