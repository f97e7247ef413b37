import { expandInvocations, macroAsFunction } from '../facts';
import { declarationsOf, setDeclarations } from '../facts/declarations';
import type { FileFacts, FunctionFacts, MacroFacts } from '../facts/types';
import { ATTRIBUTE_MACROS, GROUP_MACROS } from '../kernel/attributes';
import { DEFERRED_CALLBACKS, DEFERRED_DEFINITIONS, DEVM_ADD_ACTION, SYNCHRONOUS_CALLBACKS } from '../kernel/callbacks';
import { CONVERSIONS } from '../kernel/core-structs';
import { EXPORT_MACRO, MODULE_MACROS } from '../kernel/driver-structs';
import { isStub } from './symbols';
import { rowOf } from './tables';

/** A function that a macro stands for, in the file that defines the macro. */
export interface MacroFunction {
  file: FileFacts;
  fn: FunctionFacts;
}

interface Definition {
  file: FileFacts;
  macro: MacroFacts;
}

type Definitions = ReadonlyMap<string, readonly Definition[]>;

/** Expanded facts, and the bodies of the macros that the expansion looked up: as long as those hold, so does the result. */
interface Memo {
  used: Map<string, string | undefined>;
  result: FileFacts;
}

const expansions = new WeakMap<FileFacts, Memo>();
/** By what stands for the declarations of the file: with the same macros, the expanded facts have the same declarations too. */
const declarations = new WeakMap<object, { used: Map<string, string | undefined>; token: object }>();
const macroFunctions = new WeakMap<MacroFacts, { fn: FunctionFacts | null }>();

/** Macros whose meaning is in a table: expanding them would hide it. */
const KNOWN: ReadonlySet<string> = new Set(
  [ATTRIBUTE_MACROS, GROUP_MACROS, MODULE_MACROS, DEFERRED_DEFINITIONS, DEFERRED_CALLBACKS, SYNCHRONOUS_CALLBACKS, DEVM_ADD_ACTION].flatMap(
    (table) => Object.keys(table),
  ),
);

function collectMacros(files: readonly FileFacts[]): Definitions {
  const macros = new Map<string, Definition[]>();
  for (const file of files) {
    for (const macro of file.macros) {
      if (macro.params && !KNOWN.has(macro.name) && !EXPORT_MACRO.test(macro.name)) {
        const list = macros.get(macro.name);
        if (list) {
          list.push({ file, macro });
        } else {
          macros.set(macro.name, [{ file, macro }]);
        }
      }
    }
  }
  return macros;
}

/** The file's own macro, else one of a header; live before one under #else. */
function chooseMacro(macros: Definitions, name: string, from: FileFacts): Definition | undefined {
  let best: Definition | undefined;
  let bestScore = 0;
  for (const candidate of macros.get(name) ?? []) {
    const own = candidate.file.path === from.path;
    const score = own || candidate.file.path.endsWith('.h') ? (isStub(candidate.macro) ? 1 : 3) + (own ? 1 : 0) : 0;
    if (score > bestScore) {
      best = candidate;
      bestScore = score;
    }
  }
  return best;
}

function expandFile(file: FileFacts, macros: Definitions): FileFacts {
  const body = (name: string) => chooseMacro(macros, name, file)?.macro.body;
  const known = expansions.get(file);
  if (known && [...known.used].every(([name, text]) => body(name) === text)) {
    return known.result;
  }
  const used = new Map<string, string | undefined>();
  const result = expandInvocations(file, (name) => {
    const macro = chooseMacro(macros, name, file)?.macro;
    used.set(name, macro?.body);
    return macro;
  });
  expansions.set(file, { used, result });
  const token = declarationsOf(file);
  if (token && result !== file) {
    const last = declarations.get(token);
    const same = last && [...last.used].every(([name, text]) => body(name) === text);
    const made = same ? last : { used, token: {} };
    declarations.set(token, made);
    setDeclarations(result, made.token);
  }
  return result;
}

/** Files with the definitions that their own macros make. Memoised for each file's facts. */
export function expandFiles(files: readonly FileFacts[]): FileFacts[] {
  const macros = collectMacros(files);
  return files.map((file) => expandFile(file, macros));
}

function asFunction(macro: MacroFacts): FunctionFacts | null {
  let known = macroFunctions.get(macro);
  if (!known) {
    known = { fn: macroAsFunction(macro) };
    macroFunctions.set(macro, known);
  }
  return known.fn;
}

function addCalledNames(fn: FunctionFacts, names: Set<string>): void {
  for (const node of fn.nodes) {
    if (node.k === 'call' && typeof node.callee === 'string') {
      names.add(node.callee);
    }
  }
}

/**
 * Macros that the files call like functions, as functions. Of headers outside the checked files only those that convert
 * a pointer are taken: what the kernel's other macros do is said by tables.
 */
export function macrosCalled(files: readonly FileFacts[], headers: readonly FileFacts[]): MacroFunction[] {
  const macros = collectMacros(files);
  const outside = collectMacros(headers);
  const defined = new Set<string>();
  const called = new Set<string>();
  for (const file of files) {
    for (const fn of file.functions) {
      defined.add(fn.name);
      addCalledNames(fn, called);
    }
  }
  const found: MacroFunction[] = [];
  // The set grows as macros that call macros are found.
  for (const name of called) {
    if (defined.has(name)) {
      continue;
    }
    const inside = macros.get(name);
    for (const { file, macro } of inside ?? outside.get(name) ?? []) {
      const fn = inside || rowOf(CONVERSIONS, name) || /\bcontainer_of(?:_const)?\s*\(/.test(macro.body) ? asFunction(macro) : null;
      if (fn) {
        found.push({ file, fn });
        addCalledNames(fn, called);
      }
    }
  }
  return found;
}
