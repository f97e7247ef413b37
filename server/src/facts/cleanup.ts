import type { Body } from './body';
import { placeOf, read, typeOf, write } from './places';
import { bare, type CNode, child } from './tree';
import type { Expr } from './types';

/**
 * Scope-based cleanup (include/linux/cleanup.h): what is acquired here is
 * released at every exit of the scope, in reverse order of declaration.
 */

/** Classes made by DEFINE_GUARD_COND and its like may fail to acquire. */
export function isConditional(className: string): boolean {
  return /_(try|intr|kill|init)$/.test(className);
}

/** Emits the acquisition; returns the arguments as later steps may read them again. */
export function acquire(body: Body, className: string, args: CNode[], node: CNode, dst?: string): Expr[] {
  const values = args.map((arg) => body.saved(body.lower.value(body, arg), arg.start, typeOf(body, arg)));
  // What is guarded is no part of the acquisition: a scoped guard ends with its arguments.
  const { end } = child(node, 'condition') ?? node;
  const step = { k: 'call' as const, callee: `guard:${className}`, args: values, at: node.start, end };
  body.graph.emit(dst === undefined ? step : { ...step, dst });
  return values;
}

/** Registers the release of `className` with the innermost scope; `result` non-zero means it was never acquired. */
export function releaseAtExit(body: Body, className: string, args: Expr[], node: CNode, result?: string): void {
  body.scopes.at(-1)?.cleanups.push({
    at: node.start,
    run(exitAt) {
      const { graph } = body;
      const done = graph.label();
      if (result !== undefined) {
        const held = graph.label();
        graph.branch({ k: 'var', name: result }, exitAt, done, held);
        graph.place(held);
      }
      graph.emit({ k: 'call', callee: `unguard:${className}`, args, at: exitAt, end: exitAt + 1, implicit: true });
      graph.place(done);
    },
  });
}

/** `guard(class)(args)`, `ACQUIRE(class, var)(args)` and `CLASS(name, var)(args)`; null for any other call of a call. */
export function heldUntilExit(body: Body, node: CNode, inner: CNode): Expr | null {
  const head = child(inner, 'function');
  const names = (child(inner, 'arguments')?.kids ?? []).map((kid) => body.text(kid));
  const className = names[0];
  if (head?.type !== 'identifier' || className === undefined) return null;
  const args = child(node, 'arguments')?.kids ?? [];
  switch (body.text(head)) {
    case 'guard':
      releaseAtExit(body, className, acquire(body, className, args, node), node);
      return { k: 'unknown' };
    case 'ACQUIRE': {
      const result = body.declare(names[1] ?? '', { base: 'int', pointers: 0 });
      releaseAtExit(
        body,
        className,
        acquire(body, className, args, node, result.name),
        node,
        isConditional(className) ? result.name : undefined,
      );
      return { k: 'unknown' };
    }
    case 'CLASS': {
      const object = body.declare(names[1] ?? '', { base: '', pointers: 1 });
      acquire(body, className, args, node, object.name);
      releaseAtExit(body, className, [{ k: 'var', name: object.name }], node);
      return { k: 'unknown' };
    }
    default:
      return null;
  }
}

/** `__free(name)` on a declaration; null where there is none. */
export function freeClass(text: string): string | null {
  return /\b__free\s*\(\s*(\w+)\s*\)/.exec(text)?.[1] ?? null;
}

/** Registers `free:NAME` of a variable with the innermost scope. */
export function freeAtExit(body: Body, name: string, variable: Expr, at: number): void {
  body.scopes.at(-1)?.cleanups.push({
    at,
    run(exitAt) {
      body.graph.emit({ k: 'call', callee: `free:${name}`, args: [variable], at: exitAt, end: exitAt + 1, implicit: true });
    },
  });
}

/** `no_free_ptr(p)`: the value of p, which is then 0. */
export function takePointer(body: Body, args: CNode[], node: CNode): Expr {
  if (!args[0]) return { k: 'unknown' };
  const place = placeOf(body, args[0]);
  const old = read(body, place);
  const type = 'variable' in place ? body.lookupUnique(place.variable)?.type : undefined;
  const value = body.saved(old, node.start, type);
  write(body, place, { k: 'num', v: 0 }, node.start);
  return value;
}

/** `return_ptr(p)`: returns p and disarms its cleanup. */
export function returnPointer(body: Body, args: CNode[], node: CNode): Expr {
  const value = takePointer(body, args, node);
  body.unwind(0, node.start);
  body.graph.terminate({ k: 'return', value, at: node.start });
  return { k: 'unknown' };
}

/** `ACQUIRE_ERR(class, &var)`: the result of the acquisition. */
export function acquireError(body: Body, args: CNode[]): Expr {
  const variable = args[1] && bare(args[1]);
  const operand = variable?.type === 'pointer_expression' ? child(variable, 'argument') : variable;
  return operand ? body.lower.value(body, operand) : { k: 'unknown' };
}
