import type { Expr } from './types';

/** An expression as C text, for messages. */
export function printExpr(e: Expr): string {
  switch (e.k) {
    case 'num':
      return String(e.v);
    case 'str':
      return '"…"';
    case 'var':
    case 'global':
      return e.name;
    case 'local':
      return `&${e.name}`;
    case 'field':
      return `&${memberOf(e)}`;
    case 'index':
      return `&${printExpr(e.base)}[${printExpr(e.index)}]`;
    case 'load':
      return e.addr.k === 'field'
        ? memberOf(e.addr)
        : e.addr.k === 'local'
          ? e.addr.name
          : e.addr.k === 'global'
            ? e.addr.name
            : `*${printExpr(e.addr)}`;
    case 'un':
      return `${e.op}${printExpr(e.e)}`;
    case 'bin':
      return `${printExpr(e.l)} ${e.op} ${printExpr(e.r)}`;
    case 'cast':
      return printExpr(e.e);
    case 'container':
      return `container_of(${printExpr(e.e)}, struct ${e.tag}, ${e.member})`;
    default:
      return '…';
  }
}

function memberOf(e: Extract<Expr, { k: 'field' }>): string {
  const { base } = e;
  if (base.k === 'field') return `${memberOf(base)}.${e.name}`;
  if (base.k === 'local') return `${base.name}.${e.name}`;
  return `${printExpr(base)}->${e.name}`;
}
