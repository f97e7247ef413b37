import { createLineIndex, hashText, lineStartsOf } from '../text';
import { classFunctions } from './classes';
import { type BodyFacts, type BodyText, isCurrent, moved, readBodies } from './cut-body';
import { type Declarations, declarationsSaid, setDeclarations } from './declarations';
import type { Header } from './function';
import { type Declared, readDeclared } from './read';
import { type CutBody, type Skeleton, skeletonOf } from './skeleton';
import type { FileFacts, FunctionFacts } from './types';

/** What was read of a file's last version: parts of the next one whose text is the same are not read again. */
export class FileMemory {
  skeleton: { text: string; declared: Declared } | null = null;
  bodies: ReadonlyMap<string, BodyFacts> = new Map();
  functions: ReadonlyMap<string, FunctionFacts> = new Map();
  declarations: Declarations | null = null;
}

/**
 * The facts of one C file. Total: what cannot be parsed is listed in `errors`
 * and, inside a function, becomes an opaque node. Both branches of conditional
 * directives are read; functions tell theirs in `config`. Cleanup classes that the file
 * defines become functions; other macros stay invocations, see `expandInvocations`.
 *
 * Functions are parsed apart from what stands around them, so an error in one leaves the others alone. With a `memory`, a function whose
 * text and whose file's declarations are as they were keeps its `locals` and its expressions, and is the same object where it has not moved.
 * @param path path relative to the tree's root
 * @param text the file's text; all offsets of the facts point into it
 * @param memory of the file's last version; it is brought up to date
 */
export function extractFacts(path: string, text: string, memory = new FileMemory()): FileFacts {
  const { skeleton, declared } = declaredBy(path, text, memory);
  const facts = placed(declared.facts, skeleton, text);
  const cuts = new Map(skeleton.bodies.map((body): [number, CutBody] => [body.cutAt, body]));
  const bodies = bodiesOf(declared, cuts, memory);
  const functions = new Map<string, FunctionFacts>();
  for (const { header, cutAt } of declared.cut) {
    const cut = cuts.get(cutAt) as CutBody;
    const body = bodies.get(bodyKey(header, cut)) as BodyFacts;
    const fn = placedFunction(header, body, cut, skeleton, memory.functions.get(nameIn(functions, header.name)));
    functions.set(nameIn(functions, header.name), fn);
    facts.functions.push(fn);
    addOwn(facts, body, cut.at);
  }
  memory.bodies = bodies;
  memory.functions = functions;
  facts.functions.sort((a, b) => a.at - b.at);
  memory.declarations = declarationsSaid(declared, memory.declarations);
  setDeclarations(facts, [...bodies.values()].every(isBare) ? memory.declarations.token : {});
  facts.functions.push(...classFunctions(facts));
  const lines = lineStartsOf(text);
  facts.errors = facts.errors.map((error) => ({ ...error, line: lineOf(lines, error.at) })).sort((a, b) => a.at - b.at);
  return facts;
}

/** Functions with the same parameters and the same body share what was read of it. */
function bodyKey(header: Header, cut: CutBody): string {
  return `${JSON.stringify(header.params)}${cut.text}`;
}

/** The bodies of a file by their keys: those of its last version where nothing has changed, the others read. */
function bodiesOf(declared: Declared, cuts: ReadonlyMap<number, CutBody>, memory: FileMemory): Map<string, BodyFacts> {
  const bodies = new Map<string, BodyFacts>();
  const missing = new Map<string, BodyText>();
  for (const { header, cutAt } of declared.cut) {
    const cut = cuts.get(cutAt) as CutBody;
    const key = bodyKey(header, cut);
    const last = memory.bodies.get(key);
    if (last && isCurrent(last, declared)) bodies.set(key, last);
    else missing.set(key, { text: cut.text, params: header.params });
  }
  const read = readBodies([...missing.values()], declared);
  [...missing.keys()].forEach((key, i) => {
    bodies.set(key, read[i] as BodyFacts);
  });
  return bodies;
}

/** What the text without its bodies declares. A body that turns out to be no function's stays where it stands. */
function declaredBy(path: string, text: string, memory: FileMemory): { skeleton: Skeleton; declared: Declared } {
  const all = skeletonOf(text);
  if (memory.skeleton?.text === all.text) return { skeleton: all, declared: memory.skeleton.declared };
  const cut = new Set(all.bodies.map((body) => body.cutAt));
  const declared = readDeclared(path, all.text, (open) => cut.has(open));
  if (declared.cut.length === cut.size) {
    memory.skeleton = { text: all.text, declared };
    return { skeleton: all, declared };
  }
  memory.skeleton = null;
  const functions = new Set(declared.cut.map(({ cutAt }) => cutAt));
  const others = new Set(all.bodies.flatMap((body) => (functions.has(body.cutAt) ? [] : [body.at])));
  const skeleton = skeletonOf(text, (open) => others.has(open));
  const again = new Set(skeleton.bodies.map((body) => body.cutAt));
  return { skeleton, declared: readDeclared(path, skeleton.text, (open) => again.has(open)) };
}

/** The facts of a skeleton, where they stand in the file. */
function placed(facts: FileFacts, { original }: Skeleton, text: string): FileFacts {
  // What has not moved stays the same object: others remember things by it.
  const at = <T extends { at: number }>(fact: T): T => (original(fact.at) === fact.at ? fact : { ...fact, at: original(fact.at) });
  const both = <T extends { at: number; end: number }>(fact: T): T =>
    original(fact.end) === fact.end ? fact : { ...fact, at: original(fact.at), end: original(fact.end) };
  return {
    ...facts,
    hash: hashText(text),
    lineStarts: lineStartsOf(text),
    functions: facts.functions.map((fn) => ({
      ...both(fn),
      nameAt: original(fn.nameAt),
      nodes: fn.nodes.map((node) => ('end' in node ? both(node) : at(node))),
    })),
    prototypes: facts.prototypes.map(at),
    structs: facts.structs.map((struct) => ({ ...both(struct), fields: struct.fields.map(at) })),
    enums: facts.enums.map((one) => ({ ...one, members: one.members.map(at) })),
    typedefs: [...facts.typedefs],
    globals: facts.globals.map((global) => ({ ...both(global), init: global.init.map(at) })),
    macros: facts.macros.map(at),
    invocations: facts.invocations.map(both),
    includes: facts.includes.map(at),
    errors: facts.errors.map(at),
  };
}

/** The function with this head and body; the last version's where nothing of it has moved. */
function placedFunction(
  header: Header,
  body: BodyFacts,
  cut: CutBody,
  { original }: Skeleton,
  last: FunctionFacts | undefined,
): FunctionFacts {
  const there = { ...header, at: original(header.at), end: original(header.end), nameAt: original(header.nameAt) };
  if (
    last?.locals === body.locals &&
    JSON.stringify({ ...last, locals: 0, nodes: 0 }) === JSON.stringify({ ...there, locals: 0, nodes: 0 })
  )
    return last;
  return { ...there, locals: body.locals, nodes: moved(body, cut.at).nodes };
}

function nameIn(functions: ReadonlyMap<string, unknown>, name: string): string {
  let unique = name;
  for (let i = 2; functions.has(unique); i++) unique = `${name}#${i}`;
  return unique;
}

/** Types, macros and errors inside a body are its file's too. */
function addOwn(facts: FileFacts, body: BodyFacts, at: number): void {
  if (isBare(body) && body.errors.length === 0) return;
  const { structs, enums, typedefs, macros, includes, errors } = moved(body, at);
  facts.structs.push(...structs);
  facts.enums.push(...enums);
  facts.typedefs.push(...typedefs);
  facts.macros.push(...macros);
  facts.includes.push(...includes);
  facts.errors.push(...errors);
}

/** The body declares nothing that is known outside of it. */
function isBare({ structs, enums, typedefs, macros, includes }: BodyFacts): boolean {
  return [structs, enums, typedefs, macros, includes].every((list) => list.length === 0);
}

function lineOf(lineStarts: readonly number[], at: number): number {
  return createLineIndex(lineStarts, at).positionAt(at).line;
}
