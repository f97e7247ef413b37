import { parseChar, parseNumber } from './literals';
import { type CNode, child } from './tree';

/** The value of an integer constant expression, undefined where it rests on something unknown. */
export function evaluateConstant(node: CNode, source: string, known: ReadonlyMap<string, number>): number | undefined {
  const text = source.slice(node.start, node.end);
  const of = (kid: CNode | undefined): number | undefined => kid && evaluateConstant(kid, source, known);
  switch (node.type) {
    case 'number_literal':
      return parseNumber(text);
    case 'char_literal':
      return parseChar(text);
    case 'identifier':
      return known.get(text);
    case 'parenthesized_expression':
      return of(node.kids[0]);
    case 'cast_expression':
      return of(child(node, 'value'));
    case 'unary_expression': {
      const e = of(child(node, 'argument'));
      if (e === undefined) return undefined;
      return node.op === '-' ? -e : node.op === '~' ? ~e : node.op === '!' ? Number(e === 0) : e;
    }
    case 'binary_expression': {
      const l = of(child(node, 'left'));
      const r = of(child(node, 'right'));
      return l === undefined || r === undefined ? undefined : apply(node.op, l, r);
    }
    case 'call_expression': {
      const callee = child(node, 'function');
      const bit = of(child(node, 'arguments')?.kids[0]);
      const isBit = callee && /^BIT(_ULL)?$/.test(source.slice(callee.start, callee.end));
      return isBit && bit !== undefined ? 2 ** bit : undefined;
    }
    default:
      return undefined;
  }
}

function apply(op: string, l: number, r: number): number | undefined {
  switch (op) {
    case '+':
      return l + r;
    case '-':
      return l - r;
    case '*':
      return l * r;
    case '/':
      return r === 0 ? undefined : Math.trunc(l / r);
    case '<<':
      return l * 2 ** r;
    case '>>':
      return Math.floor(l / 2 ** r);
    case '|':
      return l | r;
    case '&':
      return l & r;
    case '^':
      return l ^ r;
    default:
      return undefined;
  }
}
