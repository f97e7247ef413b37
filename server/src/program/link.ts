import { declarationsOf } from '../facts/declarations';
import type { FileFacts, FunctionFacts } from '../facts/types';
import { seeThroughAllocators } from './allocators';
import { createCalls } from './calls';
import { createConversions, looksLikeConversion } from './conversions';
import { createEmbedding } from './embedding';
import { collectEntryPoints, exportedFunctions } from './entry-points';
import { expandFiles, macrosCalled } from './expansion';
import { rootGlobal, variableKey } from './globals';
import { createOrigins } from './origins';
import { createOwners } from './owners';
import { carry } from './per-function';
import { solveFunctionPointers } from './pointers';
import { collectRegistrations } from './registrations';
import { createRoles } from './roles';
import { Succession } from './succession';
import { indexSymbols } from './symbols';
import { resolveTypedefs } from './typedefs';
import type { LinkOptions, Program } from './types';
import { createTypes, type KnownTypes } from './types-of';
import { createViews } from './views';

/** Header functions that the files call and that only convert a pointer: `kobj_to_dev()`. Callers see through them. */
function usedConversions(files: readonly FileFacts[], headers: readonly FileFacts[]): { file: FileFacts; fn: FunctionFacts }[] {
  const called = new Set<string>();
  const defined = new Set<string>();
  for (const file of files) {
    for (const fn of file.functions) {
      defined.add(fn.name);
      for (const node of fn.nodes) {
        if (node.k === 'call' && typeof node.callee === 'string') {
          called.add(node.callee);
        }
      }
    }
  }
  return headers.flatMap((file) =>
    file.functions.filter((fn) => called.has(fn.name) && !defined.has(fn.name) && looksLikeConversion(fn)).map((fn) => ({ file, fn })),
  );
}

const knownTypes = new WeakMap<Program, KnownTypes>();

/**
 * Links the facts of a tree's files: names, types, calls through pointers,
 * entry points and devm registrations. Pure; facts that contradict each other
 * or are missing make answers null or empty, never an error.
 */
export function linkProgram(files: FileFacts[], options: LinkOptions = {}): Program {
  const headers = options.headers ?? [];
  const named = resolveTypedefs(expandFiles(files));
  const macros = macrosCalled(named, headers);
  const expanded = seeThroughAllocators(named, macros);
  // No function of the program made here may hold it: with it goes the program before.
  const succession = options.succeeds ? new Succession(options.succeeds) : null;
  const symbols = indexSymbols(expanded, options, [...usedConversions(expanded, headers), ...macros], succession);
  const declarations = [...expanded, ...headers].map((file) => declarationsOf(file) ?? file);
  const before = succession && knownTypes.get(succession.before);
  const types = createTypes(symbols, (before && succession.types(declarations, before)) ?? undefined);
  const embedding = createEmbedding(symbols, types);
  const pointers = solveFunctionPointers(symbols, types);
  const calls = createCalls(symbols, pointers);
  const conversions = createConversions(symbols, types);
  const origins = createOrigins(symbols, types, calls);
  const owners = createOwners(types, createViews(symbols, conversions), embedding.embedders);
  const roles = createRoles(symbols, types);
  const program: Program = {
    files: expanded,
    functions: symbols.functions,
    resolve: symbols.resolve,
    struct: symbols.struct,
    typeOf: types.typeOf,
    fieldType: types.fieldType,
    constant: symbols.constant,
    targets: calls.targets,
    callers: calls.callers,
    entryPoints: collectEntryPoints({ symbols, types, pointers, calls, origins, owners, roles, embedders: embedding.embedders }),
    registrations: collectRegistrations(symbols, calls, pointers, origins),
    embedders: embedding.embedders,
    wrapper: conversions.wrapper,
    declares: symbols.declares,
    globalKey: (e, fn) => {
      const name = rootGlobal(e);
      return name === null ? null : variableKey(symbols, name, fn.file);
    },
    exported: exportedFunctions(symbols).map((e) => e.fn),
    declarations,
    follows: null,
  };
  knownTypes.set(program, types.known);
  program.follows = succession?.followed(program) ?? null;
  if (succession && program.follows) carry(succession.before, program, program.follows);
  return program;
}
