import { readInvocation } from './invocations';
import { expandMacro, type MacroLookup } from './macrotext';
import { type Piece, readPieces } from './pieces';
import type { FileFacts, FunctionFacts, GlobalFacts, InitEntry, MacroFacts } from './types';

/**
 * Adds what the macro invocations of a file define: functions, globals and further
 * invocations (a device attribute declared by a driver's own macro), and replaces macro
 * invocations in initialisers by the entries they stand for. Invocations of macros that `macros` does not know are left
 * as they are; those that are expanded stay listed too. All offsets are those of the invocation.
 */
export function expandInvocations(facts: FileFacts, macros: MacroLookup): FileFacts {
  const pieces: Piece[] = [];
  for (const invocation of facts.invocations) {
    const macro = macros(invocation.macro);
    const text = macro?.params ? expandMacro(macro, invocation.args, macros) : null;
    if (text) pieces.push({ text: `${text};`, origin: invocation });
  }
  const globals = expandInitializers(facts, macros);
  if (pieces.length === 0 && globals === facts.globals) return facts;
  const made = readPieces(facts, pieces);
  return {
    ...facts,
    functions: [...facts.functions, ...made.functions],
    prototypes: [...facts.prototypes, ...made.prototypes],
    structs: [...facts.structs, ...made.structs],
    globals: [...globals, ...made.globals],
    invocations: [...facts.invocations, ...made.invocations],
  };
}

/** The invocation that an initialiser's value is, as constantExpr writes it. */
function invocationIn(entry: InitEntry): { macro: string; args: string[] } | null {
  return entry.value.k === 'global' && entry.value.name.includes('(') ? readInvocation(entry.value.name, 0) : null;
}

function expandInitializers(facts: FileFacts, macros: MacroLookup): GlobalFacts[] {
  const pieces: Piece[] = [];
  const index = new Map<InitEntry, string>();
  for (const global of facts.globals) {
    for (const entry of global.init) {
      const invocation = invocationIn(entry);
      const macro = invocation && macros(invocation.macro);
      const text = macro?.params ? expandMacro(macro, invocation?.args ?? [], macros) : null;
      if (text === null) continue;
      const name = `__entry_${pieces.length}`;
      index.set(entry, name);
      const isObject = /^\s*(\.|\{)/.test(text);
      pieces.push({
        text: `static void *${name}[] = { ${isObject ? text.replace(/^\s*\{([\s\S]*)\}\s*$/, '$1') : text} };`,
        origin: { macro: '', at: entry.at, end: entry.at },
      });
    }
  }
  if (pieces.length === 0) return facts.globals;
  const made = new Map(readPieces(facts, pieces).globals.map((global): [string, InitEntry[]] => [global.name, global.init]));
  return facts.globals.map((global) =>
    global.init.some((entry) => index.has(entry))
      ? { ...global, init: splice(global.init, (entry) => made.get(index.get(entry) ?? '')) }
      : global,
  );
}

/** Replaces entries by what they expand to; array elements behind them move up or down. */
function splice(entries: readonly InitEntry[], expansion: (entry: InitEntry) => InitEntry[] | undefined): InitEntry[] {
  const shifts = new Map<string, number>();
  const out: InitEntry[] = [];
  for (const entry of entries) {
    const element = /^(.*?)(\d+)((?:\.[^.]*)*)$/.exec(entry.path);
    const [prefix, position] = element && /(^|\.)$/.test(element[1] as string) ? [element[1] as string, Number(element[2])] : [null, 0];
    const shift = prefix === null ? 0 : (shifts.get(prefix) ?? 0);
    const expanded = expansion(entry);
    if (expanded === undefined) {
      out.push(prefix === null || shift === 0 ? entry : { ...entry, path: `${prefix}${position + shift}${element?.[3] ?? ''}` });
      continue;
    }
    if (prefix === null || expanded.some((made) => !/^\d+$/.test(made.path))) {
      for (const made of expanded) out.push({ ...made, path: made.path === '0' ? entry.path : `${entry.path}.${made.path}` });
      continue;
    }
    out.push(...expanded.map((made, i) => ({ ...made, path: `${prefix}${position + shift + i}` })));
    shifts.set(prefix, shift + expanded.length - 1);
  }
  return out;
}

/**
 * A function-like macro as a function of its parameters, so that wrapper macros
 * (`#define to_x(d) container_of(d, struct x, dev)`) can be seen through like functions. Null where it is none:
 * it pastes or quotes tokens, changes or takes the address of a parameter, or cannot be lowered in full.
 */
export function macroAsFunction(macro: MacroFacts): FunctionFacts | null {
  const { params } = macro;
  if (!params || macro.body === '' || macro.body.includes('#') || params.some((name) => name.endsWith('...'))) return null;
  const isBlock = /^\s*(do\b|\{)/.test(macro.body) || /^[^({]*;/.test(macro.body);
  const list = params.map((name) => `__auto_type ${name}`).join(', ') || 'void';
  const body = isBlock ? `${macro.body};` : `return ${macro.body};`;
  const origin = { macro: macro.name, at: macro.at, end: macro.at };
  const text = `static inline ${isBlock ? 'void' : '__auto_type'} ${macro.name}(${list}) { ${body} }`;
  const fn = readPieces(NO_FILE, [{ text, origin }]).functions[0];
  if (!fn || fn.name !== macro.name || fn.nodes.some((node) => node.k === 'opaque')) return null;
  const changed = (name: string): boolean => params.some((param) => name === param || name.startsWith(`${param}#`));
  if (fn.locals.some((local) => local.memory && changed(local.name)) || fn.nodes.some((node) => 'dst' in node && changed(node.dst ?? '')))
    return null;
  return fn;
}

const NO_FILE: FileFacts = {
  path: '',
  hash: '',
  lineStarts: [0],
  functions: [],
  prototypes: [],
  structs: [],
  enums: [],
  typedefs: [],
  globals: [],
  macros: [],
  invocations: [],
  includes: [],
  errors: [],
};
