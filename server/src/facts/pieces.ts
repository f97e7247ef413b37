import { declarationsOf } from './declarations';
import { readFacts } from './read';
import type { FileFacts, FunctionFacts, GlobalFacts, Invocation, Node } from './types';

/** C text made from a macro, and the invocation that stands for it in the file. */
export interface Piece {
  text: string;
  origin: Pick<Invocation, 'macro' | 'at' | 'end'>;
}

/** What pieces of made text define. All offsets are those of the pieces' invocations. */
export type PieceFacts = Pick<FileFacts, 'functions' | 'globals' | 'invocations' | 'prototypes' | 'structs'>;

/** Reads all pieces in one go; what cannot be parsed defines nothing. */
export function readPieces(around: FileFacts, pieces: readonly Piece[]): PieceFacts {
  if (pieces.length === 0) return { functions: [], globals: [], invocations: [], prototypes: [], structs: [] };
  const starts: number[] = [];
  let text = '';
  for (const piece of pieces) {
    starts.push(text.length);
    text += `${piece.text}\n\n`;
  }
  const facts = readOnce(around, text);
  const originAt = (offset: number): Piece['origin'] => {
    let i = starts.findLastIndex((start) => start <= offset);
    if (i < 0) i = 0;
    return (pieces[i] as Piece).origin;
  };
  return {
    functions: facts.functions.map((fn) => relocateFunction(fn, originAt(fn.at))),
    globals: facts.globals.map((global) => relocateGlobal(global, originAt(global.at))),
    invocations: facts.invocations.map((invocation) => ({ ...invocation, ...place(originAt(invocation.at)) })),
    prototypes: facts.prototypes.map((prototype) => ({ ...prototype, at: originAt(prototype.at).at })),
    structs: facts.structs.map((struct) => {
      const origin = originAt(struct.at);
      return { ...struct, ...place(origin), fields: struct.fields.map((field) => ({ ...field, at: origin.at })) };
    }),
  };
}

const known = new WeakMap<object, Map<string, FileFacts>>();

/** The pieces of a file are read again when they, or the file's declarations, have changed. */
function readOnce(around: FileFacts, text: string): FileFacts {
  const token = declarationsOf(around);
  if (!token) return readFacts(around.path, text, around);
  const texts = known.get(token) ?? new Map<string, FileFacts>();
  known.set(token, texts);
  const facts = texts.get(text) ?? readFacts(around.path, text, around);
  texts.set(text, facts);
  return facts;
}

function place(origin: Piece['origin']): { at: number; end: number } {
  return { at: origin.at, end: origin.end };
}

function relocateFunction(fn: FunctionFacts, origin: Piece['origin']): FunctionFacts {
  const nodes = fn.nodes.map((node): Node => {
    const moved = { ...node, at: origin.at };
    if (moved.k === 'call' || moved.k === 'iter') moved.end = origin.end;
    return moved;
  });
  return { ...fn, ...place(origin), nameAt: origin.at, nodes, macro: origin.macro };
}

function relocateGlobal(global: GlobalFacts, origin: Piece['origin']): GlobalFacts {
  return { ...global, ...place(origin), init: global.init.map((entry) => ({ ...entry, at: origin.at })), macro: origin.macro };
}
