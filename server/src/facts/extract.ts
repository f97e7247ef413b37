import { createHash } from 'node:crypto';
import { type ParsedFile, withParsed } from '../syntax';
import type { FileScope } from './body';
import { baseName, readDeclarator, readParams } from './declarators';
import { lowerFunction } from './function';
import { flattenInitializer, type InitScope } from './initializers';
import { blankedInvocations, invocationsOf } from './invocations';
import { branchConfig, negate, readInclude, readMacro } from './preprocessor';
import { readEnum, readStruct } from './structs';
import { type CNode, child, copyTree, visitTree } from './tree';
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
 * The facts of one C file. Total: what cannot be parsed is listed in `errors`
 * and, inside a function, becomes an opaque node. Both branches of conditional
 * directives are read; functions tell theirs in `config`.
 * @param path path relative to the tree's root
 * @param text the file's text; all offsets of the facts point into it
 */
export function extractFacts(path: string, text: string): FileFacts {
  return withParsed(text, (file) => factsOf(path, file));
}

function factsOf(path: string, file: ParsedFile): FileFacts {
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
  facts.invocations.push(...blankedInvocations(file.dialect.replacements, source));
  facts.invocations.sort((a, b) => a.at - b.at);

  const structs = new Map(facts.structs.map((struct): [string, StructFacts] => [struct.tag, struct]));
  for (const { name, type } of facts.typedefs) {
    const struct = structs.get(type.base.replace(/^(struct|union) /, ''));
    if (struct && type.pointers === 0) structs.set(name, struct);
  }
  const init: InitScope = { source, structs, constants };
  for (const { global, value } of pending.initializers) flattenInitializer(init, value, global.type, '', global.init);

  const scope: FileScope = {
    source,
    original: (offset) => file.originalAt(offset),
    structs,
    globals: new Map(facts.globals.map((global): [string, TypeRef] => [global.name, global.type])),
    functions: new Map(facts.prototypes.map((prototype): [string, TypeRef] => [prototype.name, prototype.ret])),
  };
  const known = scope.functions as Map<string, TypeRef>;
  for (const { node } of pending.functions) {
    const declared = readDeclarator(baseName(child(node, 'type'), source), child(node, 'declarator'), source);
    known.set(declared.name, declared.type);
  }
  for (const { node, config } of pending.functions) {
    const lowered = lowerFunction(scope, node, config);
    if (lowered) facts.functions.push(lowered);
  }
  return facts;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  return starts;
}

/** Macros and includes, wherever they stand. */
function readDirectives(root: CNode, source: string, facts: FileFacts): void {
  const visit = (node: CNode, config: string | undefined): void => {
    if (node.type === 'preproc_def' || node.type === 'preproc_function_def') {
      const macro = readMacro(node, source, config);
      if (macro) facts.macros.push(macro);
    } else if (node.type === 'preproc_include') {
      const include = readInclude(node, source);
      if (include) facts.includes.push(include);
    } else forBranches(node, config, source, visit);
  };
  visit(root, undefined);
}

/** Visits the children of a node with the CONFIG condition of the branch each stands in. */
function forBranches(node: CNode, config: string | undefined, source: string, visit: (kid: CNode, config: string | undefined) => void): void {
  const isChoice = /^preproc_(if|ifdef|elif|elifdef)$/.test(node.type);
  const own = isChoice ? branchConfig(node, source) : undefined;
  for (const kid of node.kids) {
    if (isChoice && (kid.field === 'name' || kid.field === 'condition')) continue;
    if (!isChoice) visit(kid, config);
    else if (kid.field === 'alternative') visit(kid, negate(own) ?? config);
    else visit(kid, own ?? config);
  }
}

/** Structs and enums, wherever they are defined: at top level, in a declaration, a typedef or a function. */
function readTypes(root: CNode, source: string, facts: FileFacts, constants: Map<string, number>): void {
  visitTree(root, (node) => {
    if (node.type === 'struct_specifier' || node.type === 'union_specifier') {
      if (!node.kids.some((kid) => kid.field === 'body')) return false;
      // An anonymous struct that is not typedefed still has fields; it just cannot be named.
      readStruct(node, source, facts.structs);
      return false;
    }
    if (node.type === 'enum_specifier') {
      const facts_ = readEnum(node, source, constants);
      if (facts_) facts.enums.push(facts_);
      return false;
    }
    if (node.type === 'type_definition') {
      readTypedef(node, source, facts);
      return !node.kids.some((kid) => kid.field === 'type' && /^(struct|union)_specifier$/.test(kid.type));
    }
    return undefined;
  });
}

function readTypedef(node: CNode, source: string, facts: FileFacts): void {
  const spec = child(node, 'type');
  let base = baseName(spec, source);
  for (const declarator of node.kids.filter((kid) => kid.field === 'declarator')) {
    const declared = readDeclarator(base, declarator, source);
    if (spec && /^(struct|union)_specifier$/.test(spec.type)) {
      const struct = readStruct(spec, source, facts.structs, declared.name);
      if (base === '' && struct) base = `${struct.kind} ${struct.tag}`;
    }
    facts.typedefs.push({ name: declared.name, type: { ...declared.type, base, ...(declared.isFunction ? { fn: true as const } : {}) } });
  }
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
