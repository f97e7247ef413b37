import { type ParsedFile, withParsed } from '../syntax';
import type { FileScope, Names } from './body';
import { type Lowered, lowerBody } from './function';
import { readDirectives } from './preprocessor';
import type { Declared } from './read';
import { type CNode, child, copyTree } from './tree';
import { readTypes } from './typedecls';
import type { FileFacts, FunctionFacts, TypeRef } from './types';

/** Stands before a body that is parsed apart. */
const HEAD = 'void f()';

type OwnFacts = Pick<FileFacts, 'structs' | 'enums' | 'typedefs' | 'macros' | 'includes'>;

/** What a body contributes to its file. All offsets count from its opening brace. */
export interface BodyFacts extends Lowered, OwnFacts, Pick<FileFacts, 'errors'> {
  /** As long as the file's declarations answer these alike, the body means the same. */
  asked: ReadonlyMap<string, string>;
}

/** A body to be read: its text, braces included, and the parameters of its function. */
export interface BodyText {
  text: string;
  params: FunctionFacts['params'];
}

/**
 * Lowers bodies of functions apart from their file. A body that does not parse to its end is one opaque step. Many are parsed in
 * one go, and one by one where that meets an error: what is wrong in one must not change how another is read.
 */
export function readBodies(bodies: readonly BodyText[], around: Declared): BodyFacts[] {
  return (bodies.length > 1 ? readTogether(bodies, around) : null) ?? bodies.map((body) => readAlone(body, around));
}

function readTogether(bodies: readonly BodyText[], around: Declared): BodyFacts[] | null {
  return withParsed(bodies.map(({ text }) => HEAD + text).join('\n\n'), (file) => {
    if (file.root.hasError) return null;
    const { kids } = copyTree(file.root);
    let at = 0;
    const out: BodyFacts[] = [];
    for (const [i, body] of bodies.entries()) {
      const end = at + HEAD.length + body.text.length;
      const definition = kids[i];
      if (kids.length !== bodies.length || definition?.type !== 'function_definition' || definition.end !== end) return null;
      out.push(readDefinition(file, definition, definition, at, end, body.params, around));
      at = end + 2;
    }
    return out;
  });
}

function readAlone({ text, params }: BodyText, around: Declared): BodyFacts {
  return withParsed(HEAD + text, (file) => {
    const root = copyTree(file.root);
    const definition = root.kids.find((kid) => kid.type === 'function_definition');
    const read = readDefinition(file, root, definition, 0, HEAD.length + text.length, params, around);
    return { ...read, errors: file.errors().map((error) => ({ ...error, at: error.at - HEAD.length, inside: true })) };
  });
}

/** Reads what stands below `root`, with the body of the definition that begins at `start` and must end at `end`. */
function readDefinition(
  file: ParsedFile,
  root: CNode,
  definition: CNode | undefined,
  start: number,
  end: number,
  params: FunctionFacts['params'],
  around: Declared,
): BodyFacts {
  const { source } = file;
  const own: OwnFacts = { structs: [], enums: [], typedefs: [], macros: [], includes: [] };
  readDirectives(root, source, own);
  readTypes(root, source, own, new Map(around.constants));
  const asked = new Map<string, string>();
  const names = recorded(withOwn(own.structs, around.names), asked);
  const scope: FileScope = { source, original: (offset) => file.originalAt(offset), names };
  const inside = definition && child(definition, 'body');
  const lowered = inside?.end === end ? lowerBody(scope, inside, params) : unparsed(start + HEAD.length, end);
  return moved({ ...own, ...lowered, errors: [], asked }, -(start + HEAD.length));
}

function unparsed(at: number, end: number): Lowered {
  return {
    locals: [],
    nodes: [
      { k: 'opaque', what: 'syntax error', at, next: 1 },
      { k: 'return', at: end - 1 },
    ],
  };
}

/** The same facts `by` further on in the text. */
export function moved(body: BodyFacts, by: number): BodyFacts {
  if (by === 0) return body;
  const at = <T extends { at: number }>(fact: T): T => ({ ...fact, at: fact.at + by });
  return {
    ...body,
    nodes: body.nodes.map((node) => ('end' in node ? { ...node, at: node.at + by, end: node.end + by } : { ...node, at: node.at + by })),
    structs: body.structs.map((struct) => ({ ...at(struct), end: struct.end + by, fields: struct.fields.map(at) })),
    enums: body.enums.map((one) => ({ ...one, members: one.members.map(at) })),
    macros: body.macros.map(at),
    includes: body.includes.map(at),
    errors: body.errors.map(at),
  };
}

/** Whether a body that was read among other declarations reads the same among these. */
export function isCurrent(body: BodyFacts, around: Declared): boolean {
  if (body.enums.length > 0) return false;
  for (const [question, answer] of body.asked) if (answerTo(question, around.names) !== answer) return false;
  return true;
}

/** Structs that the body defines are known in it. */
function withOwn(structs: FileFacts['structs'], names: Names): Names {
  if (structs.length === 0) return names;
  return {
    ...names,
    member: (tag, name) => {
      const own = structs.find((struct) => struct.tag === tag);
      return own ? own.fields.find((field) => field.name === name)?.type : names.member(tag, name);
    },
  };
}

function recorded(names: Names, asked: Map<string, string>): Names {
  const note = (question: string, type: TypeRef | undefined): TypeRef | undefined => {
    asked.set(question, shown(type));
    return type;
  };
  return {
    member: (tag, name) => note(`m ${tag}\n${name}`, names.member(tag, name)),
    global: (name) => note(`g ${name}`, names.global(name)),
    result: (name) => note(`r ${name}`, names.result(name)),
  };
}

function answerTo(question: string, names: Names): string {
  const [first = '', second = ''] = question.slice(2).split('\n');
  switch (question[0]) {
    case 'm':
      return shown(names.member(first, second));
    case 'g':
      return shown(names.global(first));
    default:
      return shown(names.result(first));
  }
}

function shown(type: TypeRef | undefined): string {
  return type ? `${type.base}|${type.pointers}|${type.array}|${type.fn}` : '';
}
