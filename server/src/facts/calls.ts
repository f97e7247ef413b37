import type { Body } from './body';
import { acquireError, heldUntilExit, returnPointer, takePointer } from './cleanup';
import { conditionalGuard } from './condguard';
import { isTruthMacro } from './conditions';
import { truth, typeArgument } from './expressions';
import { failStatement } from './jumps';
import { placeOf, read, typeOf, write } from './places';
import { bare, type CNode, child } from './tree';
import type { Expr } from './types';

type Lower = (body: Body, args: CNode[], node: CNode) => Expr;

const UNKNOWN: Expr = { k: 'unknown' };

function first(body: Body, args: CNode[]): Expr {
  return args[0] ? body.lower.value(body, args[0]) : UNKNOWN;
}

/** What an address expression points to: `&x->f` gives the place x->f. */
function pointed(body: Body, arg: CNode) {
  const inner = bare(arg);
  if (inner.type === 'pointer_expression' && inner.op === '&') return placeOf(body, child(inner, 'argument') as CNode);
  return { addr: body.lower.value(body, inner) };
}

function container(body: Body, args: CNode[]): Expr {
  const [pointer, type, member] = args;
  if (!pointer || !type || !member) return UNKNOWN;
  const e = body.lower.value(body, pointer);
  return { k: 'container', e, tag: tagOf(body, type), member: body.text(member).replace(/\s+/g, '') };
}

/** The struct that a type argument of container_of names. */
function tagOf(body: Body, type: CNode): string {
  const text = body.text(type).trim();
  return /^(?:struct|union)\s+(\w+)$/.exec(text)?.[1] ?? typeofTag(body, text) ?? text;
}

/** `typeof(*x)` as the type argument of container_of. */
function typeofTag(body: Body, text: string): string | undefined {
  const name = /^(?:__)?typeof(?:__)?\s*\(\s*\*\s*\(?\s*(\w+)\s*\)?\s*\)$/.exec(text)?.[1];
  const type = name === undefined ? undefined : body.lookup(name)?.type;
  return type?.base.replace(/^(struct|union) /, '');
}

/** `from_timer(var, callback_arg, member)`, `from_tasklet`, `timer_container_of`: container_of with the type of the variable. */
function containerOfVariable(body: Body, args: CNode[]): Expr {
  const [variable, pointer, member] = args;
  if (!variable || !pointer || !member) return UNKNOWN;
  const type = typeOf(body, variable);
  const e = body.lower.value(body, pointer);
  if (!type) return UNKNOWN;
  return { k: 'container', e, tag: type.base.replace(/^(struct|union) /, ''), member: body.text(member) };
}

/** `list_first_entry(head, type, member)` and its like: the link that a kernel function of that name finds, and what contains it; `or null` keeps 0. */
function entryOfFirst(body: Body, args: CNode[], node: CNode): Expr {
  const [head, type, member] = args;
  if (!head || !type || !member) return UNKNOWN;
  const name = body.text(child(node, 'function') as CNode);
  const { graph } = body;
  const link = body.temp({ base: 'struct list_head', pointers: 1 });
  graph.emit({ k: 'call', dst: link, callee: name, args: [body.lower.value(body, head)], at: node.start, end: node.end });
  const entry: Expr = { k: 'container', e: { k: 'var', name: link }, tag: tagOf(body, type), member: body.text(member) };
  if (!name.endsWith('_or_null')) return entry;
  const out = body.temp({ base: `struct ${entry.tag}`, pointers: 1 });
  const [found, empty, done] = [graph.label(), graph.label(), graph.label()];
  graph.branch({ k: 'var', name: link }, node.start, found, empty);
  graph.place(found);
  graph.emit({ k: 'set', dst: out, src: entry, at: node.start });
  graph.jump(done);
  graph.place(empty);
  graph.emit({ k: 'set', dst: out, src: { k: 'num', v: 0 }, at: node.start });
  graph.place(done);
  return { k: 'var', name: out };
}

/** `BIT(n)` */
const bit: Lower = (body, args) => ({ k: 'bin', op: '<<', l: { k: 'num', v: 1 }, r: first(body, args) });

const readPlace: Lower = (body, args) => first(body, args);
const writePlace: Lower = (body, args, node) => {
  const [place, src] = args;
  if (!place || !src) return UNKNOWN;
  const target = placeOf(body, place);
  const e = body.lower.value(body, src);
  write(body, target, e, node.start);
  return e;
};
const storeThrough: Lower = (body, args, node) => {
  const [pointer, src] = args;
  if (!pointer || !src) return UNKNOWN;
  const target = pointed(body, pointer);
  const e = body.lower.value(body, src);
  write(body, target, e, node.start);
  return UNKNOWN;
};
const loadThrough: Lower = (body, args) => (args[0] ? read(body, pointed(body, args[0])) : UNKNOWN);
/** `struct_size(p, member, n)`: the size of an allocation of what p points to. */
const sizeOfPointee: Lower = (body, args) => {
  const type = args[0] && typeOf(body, args[0]);
  return type && type.pointers > 0 ? { k: 'cast', type: { ...type, pointers: type.pointers - 1 }, e: UNKNOWN } : UNKNOWN;
};
const nothing: Lower = () => UNKNOWN;

/** Macros that are part of the language as the kernel writes it: no call, but an expression. */
const MACROS: ReadonlyMap<string, Lower> = new Map<string, Lower>([
  ['container_of', container],
  ['container_of_const', container],
  ['list_entry', container],
  ['hlist_entry', container],
  ['llist_entry', container],
  ['rb_entry', container],
  ['list_first_entry', entryOfFirst],
  ['list_first_entry_or_null', entryOfFirst],
  ['list_last_entry', entryOfFirst],
  ['list_last_entry_or_null', entryOfFirst],
  ['from_timer', containerOfVariable],
  ['timer_container_of', containerOfVariable],
  ['from_tasklet', containerOfVariable],
  ['from_work', containerOfVariable],
  ['READ_ONCE', readPlace],
  ['data_race', readPlace],
  ['BIT', bit],
  ['BIT_ULL', bit],
  ['rcu_dereference', readPlace],
  ['rcu_dereference_protected', readPlace],
  ['rcu_dereference_check', readPlace],
  ['rcu_dereference_raw', readPlace],
  ['rcu_access_pointer', readPlace],
  ['srcu_dereference', readPlace],
  ['srcu_dereference_check', readPlace],
  ['WRITE_ONCE', writePlace],
  ['rcu_assign_pointer', writePlace],
  ['RCU_INIT_POINTER', writePlace],
  ['smp_store_release', storeThrough],
  ['smp_load_acquire', loadThrough],
  ['struct_size', sizeOfPointee],
  ['no_free_ptr', takePointer],
  ['retain_and_null_ptr', takePointer],
  ['return_ptr', returnPointer],
  ['ACQUIRE_ERR', acquireError],
  [
    'cond_guard',
    (body, args, node) => {
      conditionalGuard(body, node, args[0] ? body.text(args[0]) : '', args, failStatement);
      return UNKNOWN;
    },
  ],
  ['BUILD_BUG_ON', nothing],
  ['static_assert', nothing],
  ['offsetof', nothing],
  ['sizeof_field', nothing],
  ['typeof', nothing],
  ['ARRAY_SIZE', nothing],
  ['__builtin_constant_p', nothing],
]);

/** Allocation macros whose first argument is a type or an object: `kzalloc_obj(*p)`. */
const OBJECT_ALLOCATION = /^k[vmz]*alloc_(obj|objs|flex)$/;

/** Lowers a call expression: arguments left to right, then the call into a fresh temporary. */
export function call(body: Body, node: CNode): Expr {
  const callee = bare(child(node, 'function') as CNode);
  const args = child(node, 'arguments')?.kids ?? [];
  if (callee.type === 'call_expression') {
    const held = heldUntilExit(body, node, callee);
    if (held) return held;
  }
  const name = callee.type === 'identifier' ? body.text(callee) : null;
  const named = name !== null && body.lookup(name) === undefined;
  if (named) {
    if (isTruthMacro(body, node)) return name.endsWith('likely') ? first(body, args) : truth(body, node);
    const macro = MACROS.get(name);
    if (macro) return macro(body, args, node);
  }
  const target = named ? name : body.lower.value(body, callee);
  const values = args.map((arg, i) => argument(body, arg, named && i === 0 && OBJECT_ALLOCATION.test(name)));
  const type = named ? body.file.names.result(name) : undefined;
  const dst = body.temp(type ?? { base: '', pointers: 0 });
  body.graph.emit({ k: 'call', dst, callee: target, args: values, at: node.start, end: node.end });
  return { k: 'var', name: dst };
}

function argument(body: Body, arg: CNode, isObject: boolean): Expr {
  if (isObject && bare(arg).type !== 'identifier') {
    const type = typeOf(body, arg);
    return type ? { k: 'cast', type, e: UNKNOWN } : UNKNOWN;
  }
  if (arg.type === 'type_descriptor') return typeArgument(body.text(arg));
  if (arg.type === 'compound_statement') {
    body.graph.emit({ k: 'opaque', what: 'block as a macro argument', at: arg.start });
    return UNKNOWN;
  }
  return body.lower.value(body, arg);
}
