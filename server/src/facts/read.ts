import { createHash } from 'node:crypto';
import { type ParsedFile, withParsed } from '../syntax';
import { lineStartsOf } from '../text';
import type { Names } from './body';
import { baseName, readDeclarator, readParams } from './declarators';
import { type Header, lowerBody, readHeader } from './function';
import { flattenInitializer, type InitScope } from './initializers';
import { blankedInvocations, invocationsOf, outermost } from './invocations';
import { forBranches, readDirectives } from './preprocessor';
import { type CNode, child, copyTree, visitTree } from './tree';
import { readTypes } from './typedecls';
import type { FileFacts, GlobalFacts, StructFacts, TypeRef } from './types';

/** A definition whose body was cut out of the text. */
export interface CutFunction {
  header: Header;
  /** Offset of its opening brace in the text. */
  cutAt: number;
}

/** What a text declares, and what its bodies are lowered with. */
export interface Declared {
  facts: FileFacts;
  cut: CutFunction[];
  names: Names;
  constants: ReadonlyMap<string, number>;
}

interface Definition {
  node: CNode;
  header: Header;
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
  return withParsed(text, (file) => declaredIn(path, file, () => false, around)).facts;
}

/** What a text declares whose functions may have been emptied: those with a body that opens where `isCut` holds are listed apart. */
export function readDeclared(path: string, text: string, isCut: (open: number) => boolean): Declared {
  return withParsed(text, (file) => declaredIn(path, file, isCut, undefined));
}

function declaredIn(path: string, file: ParsedFile, isCut: (open: number) => boolean, around: FileFacts | undefined): Declared {
  const { source } = file;
  const facts: FileFacts = {
    path,
    hash: createHash('sha1').update(source).digest('hex'),
    lineStarts: lineStartsOf(source),
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

  const names = namesOf(structs, facts, pending, around);
  const scope = { source, original: (offset: number) => file.originalAt(offset), names };
  const cut: CutFunction[] = [];
  for (const { node, header } of pending.functions) {
    const inside = child(node, 'body') as CNode;
    if (isCut(inside.start)) cut.push({ header, cutAt: inside.start });
    else facts.functions.push({ ...header, ...lowerBody(scope, inside, header.params) });
  }
  return { facts, cut, names, constants };
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

function namesOf(structs: ReadonlyMap<string, StructFacts>, facts: FileFacts, pending: Pending, around: FileFacts | undefined): Names {
  const globals = new Map([...(around?.globals ?? []), ...facts.globals].map((global): [string, TypeRef] => [global.name, global.type]));
  const results = new Map<string, TypeRef>();
  for (const file of around ? [around, facts] : [facts])
    for (const { name, ret } of [...file.prototypes, ...file.functions]) results.set(name, ret);
  for (const { header } of pending.functions) results.set(header.name, header.ret);
  return {
    member: (tag, name) => structs.get(tag)?.fields.find((field) => field.name === name)?.type,
    global: (name) => globals.get(name),
    result: (name) => results.get(name),
  };
}

function readTopLevel(nodes: readonly CNode[], config: string | undefined, source: string, facts: FileFacts, pending: Pending): void {
  const visit = (node: CNode, branch: string | undefined): void => {
    switch (node.type) {
      case 'function_definition': {
        const header = readHeader(source, node, branch);
        if (header) pending.functions.push({ node, header });
        return;
      }
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
