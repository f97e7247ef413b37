import { splitArguments } from './text';
import type { MacroFacts } from './types';

/** Finds the macro a name stands for, in the file or the headers it includes. */
export type MacroLookup = (name: string) => MacroFacts | undefined;

const TOKEN = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[A-Za-z_]\w*|##|\d[\w.]*|\s+|[\s\S]/g;
/** Macros of macros of macros: deeper than any driver nests them. */
const DEEPEST = 16;

/**
 * Expands one invocation of a function-like macro as the preprocessor does: `#`, `##`,
 * arguments expanded first, then the result again. Object-like macros stay: they are
 * constants whose names say more than their values. Null where the number of arguments does not fit.
 */
export function expandMacro(macro: MacroFacts, args: readonly string[], lookup: MacroLookup): string | null {
  return expand(macro, args, lookup, [macro.name]);
}

function expand(macro: MacroFacts, args: readonly string[], lookup: MacroLookup, active: readonly string[]): string | null {
  const bound = bind(macro.params ?? [], args);
  if (bound === null) return null;
  const tokens = macro.body.match(TOKEN) ?? [];
  let out = '';
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as string;
    const param = bound.get(token);
    const quoted = token === '#' ? nextSolid(tokens, i) : undefined;
    if (quoted && bound.has(quoted.token)) {
      out += JSON.stringify(bound.get(quoted.token));
      i = quoted.index;
    } else if (token === '##') {
      out = out.trimEnd();
      i = (nextSolid(tokens, i)?.index ?? i + 1) - 1;
    } else if (param === undefined) out += token;
    else out += isPasted(tokens, i) ? param : rescan(param, lookup, active);
  }
  return rescan(out, lookup, active);
}

function bind(params: readonly string[], args: readonly string[]): Map<string, string> | null {
  const bound = new Map<string, string>();
  const last = params.at(-1);
  const variadic = last?.endsWith('...') ?? false;
  const fixed = variadic ? params.length - 1 : params.length;
  if (args.length < fixed && !(fixed === 1 && args.length === 0)) return null;
  if (!variadic && args.length > fixed) return null;
  for (let i = 0; i < fixed; i++) bound.set(params[i] as string, args[i] ?? '');
  if (variadic) bound.set(last === '...' ? '__VA_ARGS__' : (last as string).slice(0, -3).trim(), args.slice(fixed).join(', '));
  return bound;
}

function nextSolid(tokens: readonly string[], from: number): { token: string; index: number } | undefined {
  for (let i = from + 1; i < tokens.length; i++) if (tokens[i]?.trim()) return { token: tokens[i] as string, index: i };
  return undefined;
}

/** An operand of `##` is not expanded before it is pasted. */
function isPasted(tokens: readonly string[], at: number): boolean {
  if (nextSolid(tokens, at)?.token === '##') return true;
  for (let i = at - 1; i >= 0; i--) if (tokens[i]?.trim()) return tokens[i] === '##';
  return false;
}

/** Expands the invocations in a text, except of the macros that are being expanded. */
function rescan(text: string, lookup: MacroLookup, active: readonly string[]): string {
  if (active.length > DEEPEST) return text;
  let out = '';
  TOKEN.lastIndex = 0;
  const token = new RegExp(TOKEN);
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const word = match[0];
    const open = /^\s*\(/.exec(text.slice(token.lastIndex, token.lastIndex + 80));
    const macro = open && /^[A-Za-z_]/.test(word) && !active.includes(word) ? lookup(word) : undefined;
    if (!open || !macro?.params) {
      out += word;
      continue;
    }
    const args = splitArguments(text, token.lastIndex + open[0].length - 1);
    const inner = args.map((arg) => text.slice(arg.start, arg.end));
    const expanded = args.close === undefined ? null : expand(macro, inner, lookup, [...active, word]);
    if (expanded === null) {
      out += word;
      continue;
    }
    out += expanded;
    token.lastIndex = (args.close as number) + 1;
  }
  return out;
}
