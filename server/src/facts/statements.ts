import type { Body } from './body';
import { acquire, freeAtExit, freeClass, isConditional, releaseAtExit } from './cleanup';
import { conditionalGuard } from './condguard';
import { baseName, readDeclarator } from './declarators';
import { typeOf } from './expressions';
import { emitIteration } from './iteration';
import { storeInitializer } from './localinit';
import { lowerSwitch } from './switches';
import { bare, type CNode, child } from './tree';
import type { Expr } from './types';

/** Lowers one statement or block-level declaration; see Lowering.statement. */
export function statement(body: Body, node: CNode): void {
  const { graph, lower } = body;
  switch (node.type) {
    case 'compound_statement':
      block(body, node);
      return;
    case 'declaration':
      declaration(body, node);
      return;
    case 'expression_statement':
      if (node.kids[0]) lower.effect(body, node.kids[0]);
      return;
    case 'if_statement':
      ifStatement(body, node);
      return;
    case 'while_statement':
    case 'do_statement':
    case 'for_statement':
      loop(body, node);
      return;
    case 'switch_statement':
      lowerSwitch(body, node);
      return;
    case 'case_statement': {
      const label = body.cases.get(node);
      if (label !== undefined) graph.place(label);
      for (const kid of node.kids) if (kid.field !== 'value') statement(body, kid);
      return;
    }
    case 'labeled_statement': {
      const name = child(node, 'label');
      const target = name && body.gotos.get(body.text(name));
      if (target) graph.place(target.label);
      for (const kid of node.kids) if (kid.field !== 'label') statement(body, kid);
      return;
    }
    case 'goto_statement':
      gotoStatement(body, node);
      return;
    case 'break_statement':
    case 'continue_statement':
      leaveLoop(body, node.type === 'break_statement' ? 'break' : 'continue', node.start);
      return;
    case 'return_statement':
      returnStatement(body, node.kids[0], node.start);
      return;
    case 'preproc_if':
    case 'preproc_ifdef':
    case 'preproc_elif':
    case 'preproc_elifdef':
      preprocessorChoice(body, node);
      return;
    case 'attributed_statement':
    case 'preproc_else':
    case 'else_clause':
      for (const kid of node.kids) statement(body, kid);
      return;
    case 'function_definition':
      graph.emit({ k: 'opaque', what: 'nested function', at: node.start });
      return;
    case 'ERROR':
      graph.emit({ k: 'opaque', what: 'syntax error', at: node.start });
      return;
    case 'gnu_asm_expression':
      lower.effect(body, node);
      return;
    default:
      if (node.type.endsWith('_expression')) lower.effect(body, node);
  }
}

/** Lowers a block in a scope of its own; its cleanups run at the closing brace. */
export function block(body: Body, node: CNode): void {
  body.enter(node);
  for (const kid of node.kids) statement(body, kid);
  body.leave(node.end - 1);
}

/** Lowers a statement expression: the last expression statement is its value. */
export function blockValue(body: Body, node: CNode): Expr {
  body.enter(node);
  const last = node.kids.at(-1);
  for (const kid of node.kids) if (kid !== last) statement(body, kid);
  let value: Expr = { k: 'unknown' };
  if (last?.type === 'expression_statement' && last.kids[0]) {
    const type = typeOf(body, last.kids[0]);
    value = body.lower.value(body, last.kids[0]);
    if (body.scopes.at(-1)?.cleanups.length) value = body.saved(value, last.start, type);
  } else if (last) statement(body, last);
  body.leave(node.end - 1);
  return value;
}

function declaration(body: Body, node: CNode): void {
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

/** The operands of `(a, b, c)`. */
function operands(node: CNode | undefined): CNode[] {
  if (node === undefined) return [];
  if (node.type === 'parenthesized_expression') return node.kids.flatMap(commaOperands);
  return commaOperands(node);
}

function commaOperands(node: CNode): CNode[] {
  return node.type === 'comma_expression' ? node.kids.flatMap(commaOperands) : [node];
}

function ifStatement(body: Body, node: CNode): void {
  const { graph } = body;
  const guard = body.file.original(node.start);
  const test = child(node, 'condition') as CNode;
  if (guard?.kind === 'guard') {
    scopedGuard(body, node, guard.original, operands(test));
    return;
  }
  const alternative = child(node, 'alternative');
  const [yes, no, end] = [graph.label(), graph.label(), graph.label()];
  body.lower.condition(body, test, yes, no);
  graph.place(yes);
  nested(body, child(node, 'consequence'));
  graph.jump(end);
  graph.place(no);
  if (alternative) nested(body, alternative);
  graph.place(end);
}

/** A substatement is a scope even without braces. */
function nested(body: Body, node: CNode | undefined): void {
  if (node === undefined) return;
  if (node.type === 'compound_statement') {
    block(body, node);
    return;
  }
  body.enter(node);
  statement(body, node);
  body.leave(node.end);
}

function scopedGuard(body: Body, node: CNode, macro: string, args: CNode[]): void {
  const { graph } = body;
  const className = args[0] ? body.text(args[0]) : '';
  const inner = child(node, 'consequence');
  body.enter(node);
  if (/^scoped_cond_guard/.test(macro)) conditionalGuard(body, node, className, args, failStatement);
  else if (isConditional(className)) {
    const result = body.temp();
    const held = graph.label();
    const skipped = graph.label();
    const values = acquire(body, className, args.slice(1), node, result);
    graph.branch({ k: 'var', name: result }, node.start, skipped, held);
    graph.place(held);
    releaseAtExit(body, className, values, node);
    nested(body, inner);
    body.leave(node.end - 1);
    graph.place(skipped);
    return;
  } else releaseAtExit(body, className, acquire(body, className, args.slice(1), node), node);
  nested(body, inner);
  body.leave(node.end - 1);
}

/** Runs the `fail` statement of a conditional guard: `return X`, `break`, `continue`, `goto X`. */
export function failStatement(body: Body, text: string, value: CNode | undefined, at: number): void {
  const word = /^\w+/.exec(text)?.[0];
  const label = /^goto\s+(\w+)/.exec(text)?.[1];
  const target = label === undefined ? undefined : body.gotos.get(label);
  if (word === 'return') returnStatement(body, value, at);
  else if (word === 'break' || word === 'continue') leaveLoop(body, word, at);
  else if (target) jumpTo(body, target, at);
  else if (text !== '' && text !== '{}') body.graph.emit({ k: 'opaque', what: 'statement as a macro argument', at });
}

function loop(body: Body, node: CNode): void {
  const { graph } = body;
  const [head, inside, again, done] = [graph.label(), graph.label(), graph.label(), graph.label()];
  const test = child(node, 'condition');
  const iterator = node.type === 'while_statement' ? body.file.original(node.start) : undefined;
  body.enter(node);
  const initializer = child(node, 'initializer');
  if (initializer?.type === 'declaration') declaration(body, initializer);
  else if (initializer) body.lower.effect(body, initializer);
  const depth = body.scopes.length;
  if (node.type === 'do_statement') graph.place(inside);
  else {
    graph.place(head);
    if (iterator?.kind === 'iterator') emitIteration(body, iterator.original.trim(), operands(test), node, inside, done);
    else if (test) body.lower.condition(body, test, inside, done);
    else graph.jump(inside);
    graph.place(inside);
  }
  body.targets.push({ break: done, continue: again, depth });
  nested(body, child(node, 'body'));
  body.targets.pop();
  graph.place(again);
  const update = child(node, 'update');
  if (update) body.lower.effect(body, update);
  if (node.type === 'do_statement' && test) body.lower.condition(body, test, inside, done);
  else graph.jump(head);
  graph.place(done);
  body.leave(node.end);
}

export function leaveLoop(body: Body, kind: 'break' | 'continue', at: number): void {
  for (const target of body.targets.toReversed()) {
    const label = target[kind];
    if (label === undefined) continue;
    body.unwind(target.depth, at);
    body.graph.jump(label);
    return;
  }
  body.graph.emit({ k: 'opaque', what: `${kind} outside of a loop`, at });
}

function gotoStatement(body: Body, node: CNode): void {
  const name = child(node, 'label');
  const target = name && body.gotos.get(body.text(name));
  if (!target) {
    body.graph.emit({ k: 'opaque', what: 'computed goto', at: node.start });
    body.graph.terminate({ k: 'return', at: node.start });
    return;
  }
  jumpTo(body, target, node.start);
}

/** Jumps to a goto label, releasing what its scope does not hold. */
export function jumpTo(body: Body, target: { label: number; at: number }, at: number): void {
  let depth = body.scopes.length;
  for (; depth > 1; depth--) {
    const { node } = body.scopes[depth - 1] as { node: CNode };
    if (node.start <= target.at && target.at < node.end) break;
  }
  body.unwind(depth, at);
  // Backwards within the scope: what was declared behind the label is released too.
  for (const cleanup of body.scopes[depth - 1]?.cleanups.toReversed() ?? []) if (cleanup.at > target.at) cleanup.run(at);
  body.graph.jump(target.label);
}

/** Returns: the value is computed before the cleanups of all scopes run. */
export function returnStatement(body: Body, result: CNode | undefined, at: number): void {
  let value = result && body.lower.value(body, result);
  if (value && body.hasCleanups && value.k !== 'var') value = body.saved(value, at, typeOf(body, result as CNode));
  body.unwind(0, at);
  body.graph.terminate(value === undefined ? { k: 'return', at } : { k: 'return', value, at });
}

/** Both branches of a conditional directive may be compiled. */
function preprocessorChoice(body: Body, node: CNode): void {
  const { graph } = body;
  const alternative = child(node, 'alternative');
  const [yes, no, end] = [graph.label(), graph.label(), graph.label()];
  const test = child(node, 'condition');
  const never = test !== undefined && bare(test).type === 'number_literal' && body.text(bare(test)) === '0';
  if (never) graph.jump(no);
  else graph.branch({ k: 'unknown' }, node.start, yes, no);
  graph.place(yes);
  for (const kid of node.kids) if (kid.field === '') statement(body, kid);
  graph.jump(end);
  graph.place(no);
  if (alternative) statement(body, alternative);
  graph.place(end);
}
