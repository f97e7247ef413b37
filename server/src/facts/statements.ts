import { block, nested } from './blocks';
import type { Body } from './body';
import { gotoStatement, leaveLoop, returnStatement } from './jumps';
import { declaration } from './localdecl';
import { loop } from './loops';
import { scopedGuard } from './scopedguard';
import { lowerSwitch } from './switches';
import { bare, type CNode, child, operands } from './tree';

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

/** Lowers a loop and the question behind it whether it came to its end. */
export function search(body: Body, node: CNode, question: CNode): void {
  const { graph } = body;
  const [end, left] = [graph.label(), graph.label()];
  loop(body, node, left);
  graph.jump(end);
  choice(body, question, end, left);
}

function ifStatement(body: Body, node: CNode): void {
  const { graph } = body;
  const guard = body.file.original(node.start);
  const test = child(node, 'condition') as CNode;
  if (guard?.kind === 'guard') {
    scopedGuard(body, node, guard.original, operands(test));
    return;
  }
  const [yes, no] = [graph.label(), graph.label()];
  body.lower.condition(body, test, yes, no);
  choice(body, node, yes, no);
}

/** What an `if` chooses between. */
function choice(body: Body, node: CNode, yes: number, no: number): void {
  const { graph } = body;
  const alternative = child(node, 'alternative');
  const end = graph.label();
  graph.place(yes);
  nested(body, child(node, 'consequence'));
  graph.jump(end);
  graph.place(no);
  if (alternative) nested(body, alternative);
  graph.place(end);
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
