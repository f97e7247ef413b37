import { assign, update } from './assignments';
import type { Body } from './body';
import { isTruthMacro } from './conditions';
import { readTypeDescriptor, typeFromText } from './declarators';
import { parseChar, parseNumber } from './literals';
import { addressOf, namePlace, placeOf, read, typeOf } from './places';
import { bare, type CNode, child } from './tree';
import type { Expr } from './types';

const UNKNOWN: Expr = { k: 'unknown' };

/** Lowers an expression for its value; see Lowering.value. */
export function value(body: Body, node: CNode): Expr {
  const { lower } = body;
  const only = (): Expr => (node.kids[0] ? lower.value(body, node.kids[0]) : UNKNOWN);
  switch (node.type) {
    case 'identifier': {
      const text = body.text(node);
      if (/\s/.test(text)) return typeArgument(text);
      return read(body, namePlace(body, text));
    }
    case 'number_literal':
      return { k: 'num', v: parseNumber(body.text(node)) };
    case 'char_literal':
      return { k: 'num', v: parseChar(body.text(node)) };
    case 'true':
      return { k: 'num', v: 1 };
    case 'false':
    case 'null':
      return { k: 'num', v: 0 };
    case 'string_literal':
    case 'concatenated_string':
      return { k: 'str' };
    case 'parenthesized_expression':
      return node.kids[0]?.type === 'compound_statement' ? lower.blockValue(body, node.kids[0]) : only();
    case 'extension_expression':
      return only();
    case 'comma_expression':
      lower.effect(body, child(node, 'left') as CNode);
      return lower.value(body, child(node, 'right') as CNode);
    case 'assignment_expression':
      return assign(body, node, true);
    case 'update_expression':
      return update(body, node, true);
    case 'unary_expression': {
      const e = lower.value(body, child(node, 'argument') as CNode);
      if (node.op === '-' && e.k === 'num') return { k: 'num', v: -e.v };
      return node.op === '!' || node.op === '-' || node.op === '~' ? { k: 'un', op: node.op, e } : e;
    }
    case 'pointer_expression':
      return node.op === '&' ? addressOf(body, child(node, 'argument') as CNode) : read(body, placeOf(body, node));
    case 'field_expression':
    case 'subscript_expression':
    case 'compound_literal_expression':
      return read(body, placeOf(body, node));
    case 'binary_expression':
      if (node.op === '&&' || node.op === '||') return truth(body, node);
      return { k: 'bin', op: node.op, ...operands(body, node) };
    case 'conditional_expression':
      return conditional(body, node);
    case 'cast_expression':
      return cast(body, node);
    case 'sizeof_expression':
      return sizeOf(body, node);
    case 'call_expression':
      return lower.call(body, node);
    case 'gnu_asm_expression':
    case 'ERROR':
      body.graph.emit({ k: 'opaque', what: node.type === 'ERROR' ? 'syntax error' : 'inline assembly', at: node.start });
      return UNKNOWN;
    default:
      return UNKNOWN;
  }
}

/** Lowers an expression whose value nobody reads. */
export function effect(body: Body, node: CNode): void {
  const { lower } = body;
  const inner = bare(node);
  if (inner.type === 'assignment_expression') assign(body, inner, false);
  else if (inner.type === 'update_expression') update(body, inner, false);
  else if (inner.type === 'comma_expression') for (const kid of inner.kids) lower.effect(body, kid);
  else if (inner.type === 'cast_expression') lower.effect(body, child(inner, 'value') as CNode);
  else if ((inner.type === 'call_expression' && isTruthMacro(body, inner)) || inner.op === '&&' || inner.op === '||') {
    const end = body.graph.label();
    lower.condition(body, inner, end, end);
    body.graph.place(end);
  } else if (inner.type === 'call_expression') dropResult(body, lower.call(body, inner));
  else lower.value(body, inner);
}

/** A result that nobody reads needs no temporary. */
function dropResult(body: Body, result: Expr): void {
  const last = body.graph.last;
  if (result.k === 'var' && last?.k === 'call' && last.dst === result.name && body.locals.at(-1)?.name === result.name) {
    delete last.dst;
    body.forgetTemp();
  }
}

function operands(body: Body, node: CNode): { l: Expr; r: Expr } {
  const l = body.lower.value(body, child(node, 'left') as CNode);
  return { l, r: body.lower.value(body, child(node, 'right') as CNode) };
}

/** A condition in value context: 1 or 0 through a temporary. */
export function truth(body: Body, node: CNode): Expr {
  const { graph } = body;
  const [yes, no, end] = [graph.label(), graph.label(), graph.label()];
  const name = body.temp();
  body.lower.condition(body, node, yes, no);
  graph.place(yes);
  graph.emit({ k: 'set', dst: name, src: { k: 'num', v: 1 }, at: node.start });
  graph.jump(end);
  graph.place(no);
  graph.emit({ k: 'set', dst: name, src: { k: 'num', v: 0 }, at: node.start });
  graph.place(end);
  return { k: 'var', name };
}

function conditional(body: Body, node: CNode): Expr {
  const { graph, lower } = body;
  const test = child(node, 'condition') as CNode;
  const consequence = child(node, 'consequence');
  const alternative = child(node, 'alternative') as CNode;
  const [yes, no, end] = [graph.label(), graph.label(), graph.label()];
  const name = body.temp(typeOf(body, consequence ?? test));
  if (consequence) lower.condition(body, test, yes, no);
  else {
    body.set(name, lower.value(body, test), node.start);
    graph.branch({ k: 'var', name }, node.start, end, no);
  }
  if (consequence) {
    graph.place(yes);
    body.set(name, lower.value(body, consequence), consequence.start);
    graph.jump(end);
  }
  graph.place(no);
  body.set(name, lower.value(body, alternative), alternative.start);
  graph.place(end);
  return { k: 'var', name };
}

function cast(body: Body, node: CNode): Expr {
  const type = readTypeDescriptor(child(node, 'type') as CNode, body.file.source);
  const e = body.lower.value(body, child(node, 'value') as CNode);
  return e.k === 'num' && type.pointers === 0 ? e : { k: 'cast', type, e };
}

/** `sizeof(struct foo)`, `sizeof(*p)`: a value that carries the type, so that allocations can be typed. */
function sizeOf(body: Body, node: CNode): Expr {
  const named = child(node, 'type');
  const operand = child(node, 'value');
  const type = named ? readTypeDescriptor(named, body.file.source) : operand && typeOf(body, operand);
  return type ? { k: 'cast', type, e: UNKNOWN } : UNKNOWN;
}

/** A type where a macro expects one (`DEFINE(struct foo, …)`). */
export function typeArgument(text: string): Expr {
  const type = typeFromText(text);
  return type ? { k: 'cast', type, e: UNKNOWN } : UNKNOWN;
}
