import { createHash } from 'node:crypto';
import { type ParsedFile, withParsed } from '../syntax';
import type { FileScope } from './body';
import { baseName, readDeclarator, readParams } from './declarators';
import { lowerFunction } from './function';
import { flattenInitializer, type InitScope } from './initializers';
import { blankedInvocations, invocationsOf, outermost } from './invocations';
import { forBranches, readDirectives } from './preprocessor';
import { type CNode, child, copyTree, visitTree } from './tree';
import { readTypes } from './typedecls';
import type { FileFacts, GlobalFacts, StructFacts, TypeRef } from './types';

interface Definition {
  node: CNode;
  config: string | undefined;
}

/** What the first pass over the top level leaves for the second. */
interface Pending {
  functions: Definition[];
  initializers: { global: GlobalFacts; value: CNode }[];
}

/**
 * The facts that stand in one text, without what its macros expand to.
 * @param around facts of the file for which the text was made: its types and declarations are known to the text
 */
export function readFacts(path: string, text: string, around?: FileFacts): FileFacts {
  return withParsed(text, (file) => factsOf(path, file, around));
}

function factsOf(path: string, file: ParsedFile, around: FileFacts | undefined): FileFacts {
  const { source } = file;
  const facts: FileFacts = {
    path,
    hash: createHash('sha1').update(source).digest('hex'),
    lineStarts: lineStarts(source),
    functions: [],
    prototypes: [],
    structs: [],
    enums: [],
    typedefs: [],
    globals: [],
    macros: [],
    invocations: [],
    includes: [],
    errors: file.errors(),
  };
  const root = copyTree(file.root);
  const pending: Pending = { functions: [], initializers: [] };
  const constants = new Map<string, number>();
  readDirectives(root, source, facts);
  readTypes(root, source, facts, constants);
  readTopLevel(root.kids, undefined, source, facts, pending);
  facts.invocations.push(...blankedInvocations(file.dialect.replacements, source, topLevel(root)));
  facts.invocations = outermost(facts.invocations);

  const structs = structsByName(facts, around);
  const init: InitScope = { source, structs, constants };
  for (const { global, value } of pending.initializers) flattenInitializer(init, value, global.type, '', global.init);

  const scope: FileScope = {
    source,
    original: (offset) => file.originalAt(offset),
    structs,
    globals: new Map([...(around?.globals ?? []), ...facts.globals].map((global): [string, TypeRef] => [global.name, global.type])),
    functions: returnTypes(facts, pending, source, around),
  };
  for (const { node, config } of pending.functions) {
    const lowered = lowerFunction(scope, node, config);
    if (lowered) facts.functions.push(lowered);
  }
  return facts;
}

/** Whether an offset lies outside of all definitions. */
function topLevel(root: CNode): (offset: number) => boolean {
  const taken: CNode[] = [];
  visitTree(root, (node) => {
    if (!/_definition$|^declaration$|_specifier$/.test(node.type)) return undefined;
    taken.push(node);
    return false;
  });
  return (offset) => !taken.some((node) => node.start < offset && offset < node.end);
}

function structsByName(facts: FileFacts, around: FileFacts | undefined): ReadonlyMap<string, StructFacts> {
  const structs = new Map([...(around?.structs ?? []), ...facts.structs].map((struct): [string, StructFacts] => [struct.tag, struct]));
  for (const { name, type } of [...(around?.typedefs ?? []), ...facts.typedefs]) {
    const struct = structs.get(type.base.replace(/^(struct|union) /, ''));
    if (struct && type.pointers === 0) structs.set(name, struct);
  }
  return structs;
}

function returnTypes(facts: FileFacts, pending: Pending, source: string, around: FileFacts | undefined): ReadonlyMap<string, TypeRef> {
  const types = new Map<string, TypeRef>();
  for (const file of around ? [around, facts] : [facts]) {
    for (const { name, ret } of [...file.prototypes, ...file.functions]) types.set(name, ret);
  }
  for (const { node } of pending.functions) {
    const declared = readDeclarator(baseName(child(node, 'type'), source), child(node, 'declarator'), source);
    types.set(declared.name, declared.type);
  }
  return types;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  return starts;
}

function readTopLevel(nodes: readonly CNode[], config: string | undefined, source: string, facts: FileFacts, pending: Pending): void {
  const visit = (node: CNode, branch: string | undefined): void => {
    switch (node.type) {
      case 'function_definition':
        pending.functions.push({ node, config: branch });
        return;
      case 'declaration':
        if (!readDeclaration(node, source, facts, pending)) facts.invocations.push(...invocationsOf(node, source));
        return;
      case 'expression_statement':
      case 'call_expression':
      case 'macro_type_specifier':
        facts.invocations.push(...invocationsOf(node, source));
        return;
      case 'preproc_if':
      case 'preproc_ifdef':
      case 'preproc_elif':
      case 'preproc_elifdef':
      case 'preproc_else':
      case 'linkage_specification':
      case 'declaration_list':
        forBranches(node, branch, source, visit);
    }
  };
  for (const node of nodes) visit(node, config);
}

/** Reads prototypes and globals; false where the declaration is a macro call in disguise. */
function readDeclaration(node: CNode, source: string, facts: FileFacts, pending: Pending): boolean {
  const type = child(node, 'type');
  if (type?.type === 'macro_type_specifier') return false;
  const words = node.kids.filter((kid) => kid.type === 'storage_class_specifier').map((kid) => source.slice(kid.start, kid.end));
  const base = baseName(type, source);
  for (const declarator of node.kids.filter((kid) => kid.field === 'declarator')) {
    const declared = readDeclarator(base, declarator, source);
    if (declared.name === '') continue;
    if (declared.isFunction) {
      facts.prototypes.push({ name: declared.name, ret: declared.type, params: readParams(declared.params, source), at: declared.nameAt });
      continue;
    }
    const global: GlobalFacts = {
      name: declared.name,
      type: declared.type,
      at: declared.nameAt,
      end: node.end,
      static: words.includes('static'),
      defined: !words.includes('extern'),
      init: [],
    };
    facts.globals.push(global);
    const value = declarator.type === 'init_declarator' ? child(declarator, 'value') : undefined;
    if (value) pending.initializers.push({ global, value });
  }
  return true;
}
