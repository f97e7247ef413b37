import { extractFacts, successors } from '../../../server/src/facts';
import type { Expr, FunctionFacts, Node } from '../../../server/src/facts/types';

/** An expression as short text: `&` marks addresses, `*(…)` loads. */
export function show(e: Expr): string {
  switch (e.k) {
    case 'num':
      return String(e.v);
    case 'str':
      return '""';
    case 'var':
      return e.name;
    case 'local':
      return `&${e.name}`;
    case 'global':
      return `@${e.name}`;
    case 'field':
      return `${show(e.base)}.${e.name}`;
    case 'index':
      return `${show(e.base)}[${show(e.index)}]`;
    case 'load':
      return `*(${show(e.addr)})`;
    case 'un':
      return `${e.op}${show(e.e)}`;
    case 'bin':
      return `(${show(e.l)} ${e.op} ${show(e.r)})`;
    case 'cast':
      return `(${e.type.base}${'*'.repeat(e.type.pointers)})${show(e.e)}`;
    case 'container':
      return `container_of(${show(e.e)}, ${e.tag}, ${e.member})`;
    case 'unknown':
      return '?';
  }
}

export function showNode(node: Node): string {
  switch (node.k) {
    case 'set':
      return `${node.dst} = ${show(node.src)}`;
    case 'store':
      return `[${show(node.addr)}] = ${show(node.src)}`;
    case 'call': {
      const callee = typeof node.callee === 'string' ? node.callee : `(${show(node.callee)})`;
      return `${node.dst === undefined ? '' : `${node.dst} = `}${callee}(${node.args.map(show).join(', ')})`;
    }
    case 'branch':
      return `if ${show(node.cond)}`;
    case 'iter':
      return `each ${node.dst ?? '?'} in ${node.macro}(${node.args.map(show).join(', ')})`;
    case 'return':
      return node.value ? `return ${show(node.value)}` : 'return';
    case 'opaque':
      return `opaque ${node.what}`;
  }
}

/** Lowers the body of `type f(params) { body }` behind some declarations. */
export function lower(body: string, params = 'void', before = ''): FunctionFacts {
  const facts = extractFacts('drivers/x/x.c', `${before}\nstatic int f(${params})\n{\n${body}\n}\n`);
  const fn = facts.functions.find((candidate) => candidate.name === 'f');
  if (!fn) throw new Error('no function f');
  return fn;
}

/**
 * All paths from entry to return on which no node is passed twice, each as the
 * texts of its nodes; branches carry the way taken: `if x` or `if not x`.
 */
export function paths(fn: FunctionFacts): string[][] {
  const out: string[][] = [];
  const walk = (index: number, path: string[], seen: Set<number>): void => {
    const node = fn.nodes[index] as Node;
    if (seen.has(index)) {
      out.push([...path, 'again']);
      return;
    }
    const visited = new Set(seen).add(index);
    const text = showNode(node);
    if (node.k === 'branch') {
      walk(node.then, [...path, text], visited);
      walk(node.else, [...path, text.replace(/^if /, 'if not ')], visited);
    } else if (node.k === 'iter') {
      walk(node.body, [...path, text], visited);
      walk(node.done, path, visited);
    } else if (node.k === 'return') out.push([...path, text]);
    else for (const next of successors(node)) walk(next, [...path, text], visited);
  };
  walk(0, [], new Set());
  return out;
}

/** The paths of a body, one line each. */
export function pathsOf(body: string, params?: string, before?: string): string[] {
  return paths(lower(body, params, before)).map((path) => path.join('; '));
}
