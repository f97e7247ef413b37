import type { Expr, FileFacts } from '../facts/types';
import type { Symbols } from './symbols';

/** `$n` replaced by argument n. */
export function fill(template: string, args: readonly string[]): string {
  return template.replace(/\$(\d)/g, (_, n: string) => (args[Number(n)] ?? '').trim());
}

/** Names are file-wide where static, else program-wide; a variable that only a macro defines may be either. */
export function variableKey(symbols: Symbols, name: string, file: FileFacts): string {
  const def = symbols.global(name, file);
  return def && !def.global.static ? name : `${file.path}:${name}`;
}

/** The global that an address lies in: `&dev_attr_x.attr`, `group`, `lists[0]`. */
export function rootGlobal(e: Expr): string | null {
  switch (e.k) {
    case 'global':
      return e.name;
    case 'field':
    case 'index':
      return rootGlobal(e.base);
    case 'cast':
      return rootGlobal(e.e);
    case 'load':
      return rootGlobal(e.addr);
    default:
      return null;
  }
}
