import type { Symbols } from './symbols';
import type { Embedder } from './types';
import type { Types } from './types-of';

/** Answers which structs hold another by value. */
export function createEmbedding(
  symbols: Symbols,
  types: Types,
): { embedders(tag: string): Embedder[]; embeds(outer: string, inner: string): boolean } {
  let direct: Map<string, Embedder[]> | null = null;
  const closures = new Map<string, Embedder[]>();

  function directEmbedders(tag: string): Embedder[] {
    if (!direct) {
      direct = new Map();
      for (const s of symbols.structs()) {
        for (const f of s.fields) {
          const inner = types.aggregate(f.type);
          if (inner === null) {
            continue;
          }
          const list = direct.get(inner);
          const entry = { tag: s.tag, path: f.name };
          if (list) {
            list.push(entry);
          } else {
            direct.set(inner, [entry]);
          }
        }
      }
    }
    return direct.get(tag) ?? [];
  }

  function embedders(tag: string): Embedder[] {
    const known = closures.get(tag);
    if (known) {
      return known;
    }
    const result: Embedder[] = [];
    const visit = (inner: string, path: string, stack: readonly string[]) => {
      for (const e of directEmbedders(inner)) {
        if (stack.includes(e.tag)) {
          continue;
        }
        const full = path === '' ? e.path : `${e.path}.${path}`;
        result.push({ tag: e.tag, path: full });
        visit(e.tag, full, [...stack, e.tag]);
      }
    };
    visit(tag, '', [tag]);
    closures.set(tag, result);
    return result;
  }

  return { embedders, embeds: (outer, inner) => embedders(inner).some((e) => e.tag === outer) };
}
