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
import { solveFunctionPointers } from './pointers';
import { collectRegistrations } from './registrations';
import { createRoles } from './roles';
import { indexSymbols } from './symbols';
import { resolveTypedefs } from './typedefs';
import type { LinkOptions, Program } from './types';
import { createTypes } from './types-of';
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
  const symbols = indexSymbols(expanded, options, [...usedConversions(expanded, headers), ...macros]);
  const types = createTypes(symbols);
  const embedding = createEmbedding(symbols, types);
  const pointers = solveFunctionPointers(symbols, types);
  const calls = createCalls(symbols, pointers);
  const conversions = createConversions(symbols, types);
  const origins = createOrigins(symbols, types, calls);
  const owners = createOwners(types, createViews(symbols, conversions), embedding.embedders);
  const roles = createRoles(symbols, types);
  return {
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
  };
}
