import { type Piece, readPieces } from './pieces';
import type { FileFacts, FunctionFacts, Invocation } from './types';

/** A function made from an argument of a class definition. */
interface Made {
  name: string;
  piece: Piece;
}

/**
 * The functions behind the cleanup classes that a file defines (include/linux/cleanup.h:
 * DEFINE_FREE, DEFINE_GUARD, DEFINE_LOCK_GUARD_1, DEFINE_CLASS), under the names by which lowered code calls them:
 * `free:NAME`, `guard:NAME`, `unguard:NAME`. What cannot be lowered in full is left out.
 */
export function classFunctions(facts: FileFacts): FunctionFacts[] {
  const made = facts.invocations.flatMap(functionsOf);
  const names = new Map<string, string>();
  const pieces = made.map(({ name, piece }, i) => {
    const placeholder = `__class_${i}`;
    names.set(placeholder, name);
    return { ...piece, text: piece.text.replace('@', placeholder) };
  });
  return readPieces(facts, pieces)
    .functions.filter((fn) => names.has(fn.name) && !fn.nodes.some((node) => node.k === 'opaque'))
    .map((fn) => ({ ...fn, name: names.get(fn.name) as string }));
}

function functionsOf(invocation: Invocation): Made[] {
  const [name, type, third, fourth, ...rest] = invocation.args;
  if (name === undefined || type === undefined || third === undefined) return [];
  const make = (as: string, text: string): Made => ({
    name: `${as}:${name}`,
    piece: { text: `static inline ${text}`, origin: invocation },
  });
  const release = (as: string, body: string, of = type): Made => make(as, `void @(${of} _T) { ${body}; }`);
  switch (invocation.macro) {
    case 'DEFINE_FREE':
      return [release('free', third)];
    case 'DEFINE_GUARD':
      return fourth === undefined ? [] : [make('guard', `int @(${type} _T) { ${third}; return 0; }`), release('unguard', fourth)];
    case 'DEFINE_LOCK_GUARD_1': {
      // The class wraps the pointer in a struct of its own: `_T->lock` is what guard() was given.
      const plain = (body: string): string => body.replace(/\b_T->lock\b/g, '_T');
      if (fourth === undefined) return [];
      return [make('guard', `int @(${type} *_T) { ${plain(third)}; return 0; }`), release('unguard', plain(fourth), `${type} *`)];
    }
    case 'DEFINE_CLASS':
      return fourth === undefined
        ? []
        : [make('guard', `${type} @(${rest.join(', ') || 'void'}) { return ${fourth}; }`), release('unguard', third)];
    default:
      return [];
  }
}
