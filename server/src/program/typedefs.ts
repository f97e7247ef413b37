import type { Expr, FileFacts, FunctionFacts, Node, TypeRef } from '../facts/types';

/** A struct or union, or a pointer to one. */
const AGGREGATE = /^(?:struct|union) /;

type Names = ReadonlyMap<string, TypeRef>;

const resolved = new WeakMap<FileFacts, { names: string; result: FileFacts }>();

/**
 * Files whose types say `struct foo` where the text uses a name that a typedef of theirs gives to it: `FOO`, `PFOO`. What looks at types by
 * their tag then needs to know no typedef. Typedefs of other types stay. Memoised for each file's facts.
 */
export function resolveTypedefs(files: readonly FileFacts[]): FileFacts[] {
  const names = aggregateNames(files);
  if (names.size === 0) return [...files];
  const key = JSON.stringify([...names]);
  return files.map((file) => {
    const known = resolved.get(file);
    if (known?.names === key) return known.result;
    const result = rewriteFile(file, names);
    resolved.set(file, { names: key, result });
    return result;
  });
}

/** What each typedef of a struct, or of a pointer to one, stands for; typedefs of typedefs are followed. */
function aggregateNames(files: readonly FileFacts[]): Map<string, TypeRef> {
  const all = new Map(files.flatMap((file) => file.typedefs.map(({ name, type }): [string, TypeRef] => [name, type])));
  const names = new Map<string, TypeRef>();
  for (const [name, type] of all) {
    let target = type;
    for (let next = all.get(target.base), i = 0; next && i < 8; next = all.get(target.base), i++)
      target = { ...next, pointers: next.pointers + target.pointers };
    if (AGGREGATE.test(target.base) && !target.fn && !target.array) names.set(name, target);
  }
  return names;
}

function rewriteFile(file: FileFacts, names: Names): FileFacts {
  const type = (t: TypeRef): TypeRef => {
    const target = names.get(t.base);
    return target ? { ...t, base: target.base, pointers: t.pointers + target.pointers } : t;
  };
  const typed = <T extends { type: TypeRef }>(list: readonly T[]): T[] => list.map((item) => ({ ...item, type: type(item.type) }));
  const asType = (name: string): Expr | null => {
    const named = names.get(name);
    return named ? { k: 'cast', type: named, e: { k: 'unknown' } } : null;
  };
  const expr = rewriter(type, (tag) => names.get(tag)?.base.replace(AGGREGATE, '') ?? tag, asType);
  return {
    ...file,
    functions: file.functions.map(
      (fn): FunctionFacts => ({
        ...fn,
        ret: type(fn.ret),
        params: typed(fn.params),
        locals: typed(fn.locals),
        nodes: fn.nodes.map((node) => rewriteNode(node, expr)),
      }),
    ),
    prototypes: file.prototypes.map((p) => ({ ...p, ret: type(p.ret), params: typed(p.params) })),
    structs: file.structs.map((s) => ({ ...s, fields: typed(s.fields) })),
    globals: typed(file.globals).map((g) => ({ ...g, init: g.init.map((entry) => ({ ...entry, value: expr(entry.value) })) })),
  };
}

function rewriteNode(node: Node, expr: (e: Expr) => Expr): Node {
  switch (node.k) {
    case 'set':
      return { ...node, src: expr(node.src) };
    case 'store':
      return { ...node, addr: expr(node.addr), src: expr(node.src) };
    case 'call':
      return { ...node, callee: typeof node.callee === 'string' ? node.callee : expr(node.callee), args: node.args.map(expr) };
    case 'branch':
      return { ...node, cond: expr(node.cond) };
    case 'iter':
      return { ...node, args: node.args.map(expr) };
    case 'return':
      return node.value ? { ...node, value: expr(node.value) } : node;
    case 'opaque':
      return node;
  }
}

function rewriter(type: (t: TypeRef) => TypeRef, tag: (name: string) => string, asType: (name: string) => Expr | null): (e: Expr) => Expr {
  const expr = (e: Expr): Expr => {
    switch (e.k) {
      case 'field':
        return { ...e, base: expr(e.base) };
      // A type's name as the argument of a macro.
      case 'global':
        return asType(e.name) ?? e;
      case 'index':
        return { ...e, base: expr(e.base), index: expr(e.index) };
      case 'load':
        return { ...e, addr: expr(e.addr) };
      case 'un':
        return { ...e, e: expr(e.e) };
      case 'bin':
        return { ...e, l: expr(e.l), r: expr(e.r) };
      case 'cast':
        return { ...e, type: type(e.type), e: expr(e.e) };
      case 'container':
        return { ...e, tag: tag(e.tag), e: expr(e.e) };
      default:
        return e;
    }
  };
  return expr;
}
