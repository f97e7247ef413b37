import type { Expr, FileFacts, FunctionFacts, Node, TypeRef } from '../facts/types';
import { effectOf } from '../kernel';
import type { MacroFunction } from './expansion';

type CallNode = Extract<Node, { k: 'call' }>;

/** A function or macro that hands out the memory of a kernel allocator without saying of which type. */
interface Allocator {
  api: string;
  /** Argument i of the kernel's allocator is parameter `params[i]` of the wrapper; -1: something of its own. */
  params: number[];
}

const UNKNOWN: Expr = { k: 'unknown' };
/** Wrappers of wrappers of allocators. */
const DEEPEST = 4;

const rewritten = new WeakMap<FileFacts, { key: string; result: FileFacts }>();

/**
 * Files in which calls of a driver's own untyped allocators (`void *foo_alloc(size_t)`, `#define FOO_NEW(type)`) are calls of the kernel's
 * allocator that they end in: as with the kernel's, the type is that of the variable that takes the result, or the one named in the call.
 */
export function seeThroughAllocators(files: readonly FileFacts[], macros: readonly MacroFunction[]): FileFacts[] {
  let out = [...files];
  for (let i = 0; i < DEEPEST; i++) {
    const found = allocators(out, i === 0 ? macros : []);
    if (found.size === 0) break;
    const key = JSON.stringify([i, ...found]);
    const next = out.map((file) => rewriteFile(file, found, key));
    if (next.every((file, at) => file === out[at])) break;
    out = next;
  }
  return out;
}

/** By name; one that two files define is none. */
function allocators(files: readonly FileFacts[], macros: readonly MacroFunction[]): Map<string, Allocator> {
  const found = new Map<string, Allocator | null>();
  for (const fn of [...files.flatMap((file) => file.functions), ...macros.map((macro) => macro.fn)])
    found.set(fn.name, found.has(fn.name) ? null : allocator(fn));
  return new Map([...found].flatMap(([name, known]): [string, Allocator][] => (known ? [[name, known]] : [])));
}

function allocator(fn: FunctionFacts): Allocator | null {
  if (!isUntyped(fn.ret)) return null;
  const calls = fn.nodes.filter((n): n is CallNode => n.k === 'call' && typeof n.callee === 'string' && effectOf(n.callee)?.op === 'alloc');
  const only = calls.length === 1 ? calls[0] : undefined;
  if (!only?.dst || typeof only.callee !== 'string') return null;
  const holds = new Set([only.dst]);
  for (const n of fn.nodes) if (n.k === 'set' && isOneOf(n.src, holds)) holds.add(n.dst);
  if (fn.locals.some((local) => holds.has(local.name) && !isUntyped(local.type))) return null;
  const returned = fn.nodes.flatMap((n) => (n.k === 'return' ? [n.value] : []));
  if (
    !returned.some((value) => value && isOneOf(value, holds)) ||
    !returned.every((value) => value && (isOneOf(value, holds) || isNull(value)))
  )
    return null;
  return { api: only.callee, params: only.args.map((arg) => (arg.k === 'var' ? fn.params.findIndex((p) => p.name === arg.name) : -1)) };
}

function isUntyped(type: TypeRef): boolean {
  return (type.base === 'void' && type.pointers === 1) || type.base === '' || type.base === '__auto_type';
}

function isOneOf(e: Expr, names: ReadonlySet<string>): boolean {
  return e.k === 'cast' ? isOneOf(e.e, names) : e.k === 'var' && names.has(e.name);
}

function isNull(e: Expr): boolean {
  return e.k === 'cast' ? isNull(e.e) : (e.k === 'num' && e.v === 0) || (e.k === 'global' && e.name === 'NULL');
}

function rewriteFile(file: FileFacts, found: ReadonlyMap<string, Allocator>, key: string): FileFacts {
  const known = rewritten.get(file);
  if (known?.key === key) return known.result;
  const isCall = (n: Node) => n.k === 'call' && typeof n.callee === 'string' && found.has(n.callee);
  const result = file.functions.some((fn) => fn.nodes.some(isCall))
    ? {
        ...file,
        functions: file.functions.map((fn) =>
          fn.nodes.some(isCall) ? { ...fn, nodes: fn.nodes.map((n) => (isCall(n) ? rewriteCall(n as CallNode, found) : n)) } : fn,
        ),
      }
    : file;
  rewritten.set(file, { key, result });
  return result;
}

/** What the call says of the type goes on standing among its arguments. */
function rewriteCall(n: CallNode, found: ReadonlyMap<string, Allocator>): CallNode {
  const { api, params } = found.get(n.callee as string) as Allocator;
  const args = params.map((param) => n.args[param] ?? UNKNOWN);
  return { ...n, callee: api, args: [...args, ...n.args.filter((arg) => arg.k === 'cast' && !args.includes(arg))] };
}
