import type { Expr } from '../facts/types';
import { GENERIC_TAGS } from '../kernel/driver-structs';
import { isDataGetter } from '../kernel/drvdata';
import type { Embedder, FnDef } from './types';
import type { Types } from './types-of';
import type { View } from './views';

/** Whose handler a function is: the struct, and where in it the parameter points. */
export interface Owner {
  owner: string | null;
  param: number;
  path: string;
}

export interface Owners {
  /** The struct that the function takes parameter `param` for; `fallback` where the code does not tell. */
  ownerOf(fn: FnDef, param: number, fallback?: { tag: string; path: string } | null): Owner;
}

export function createOwners(types: Types, views: (fn: FnDef, param: number) => View[], embedders: (tag: string) => Embedder[]): Owners {
  /**
   * The nearest view, or the outermost struct that holds it at just that place. Only views of one depth are weighed against each other: a
   * helper called under a type check may convert further than every caller's object allows.
   */
  function outermost(candidates: readonly View[]): View | null {
    let best: View | null = null;
    for (const view of candidates) {
      if (GENERIC_TAGS.has(view.tag) || view.depth > (best?.depth ?? view.depth)) {
        continue;
      }
      const current: View | null = best;
      if (
        !current ||
        embedders(current.tag).some((e) => e.tag === view.tag && view.path === (current.path === '' ? e.path : `${e.path}.${current.path}`))
      ) {
        best = view;
      }
    }
    return best;
  }

  /** `file->private_data`, `dev_get_drvdata(dev)`: the instance is reached through the parameter, not around it. */
  function behind(fn: FnDef): string | null {
    for (const node of fn.fn.nodes) {
      const dst =
        node.k === 'set' && instanceLoad(node.src)
          ? node.dst
          : node.k === 'call' && typeof node.callee === 'string' && isDataGetter(node.callee)
            ? node.dst
            : undefined;
      if (dst === undefined) {
        continue;
      }
      const tag = node.k === 'set' && node.src.k === 'container' ? node.src.tag : types.pointee(types.variable(dst, fn));
      if (tag !== null && !GENERIC_TAGS.has(tag)) {
        return tag;
      }
    }
    return null;
  }

  function ownerOf(fn: FnDef, param: number, fallback: { tag: string; path: string } | null = null): Owner {
    const declared = param < 0 ? null : types.pointee(fn.fn.params[param]?.type ?? null);
    const own = declared === null || GENERIC_TAGS.has(declared) ? [] : [{ tag: declared, path: '', depth: 0 }];
    const view = param < 0 ? null : outermost([...own, ...views(fn, param)]);
    if (view) {
      return { owner: view.tag, param, path: view.path };
    }
    if (fallback && !GENERIC_TAGS.has(fallback.tag)) {
      // An open file only leads to the instance; a device's kobject is a member of it.
      const leads = declared === 'file' || declared === 'inode' || declared === 'seq_file';
      const path = declared === 'kobject' && fallback.path !== '' ? `${fallback.path}.kobj` : fallback.path;
      return leads ? { owner: fallback.tag, param: -1, path: '' } : { owner: fallback.tag, param, path };
    }
    const held = declared === null ? null : behind(fn);
    return { owner: held, param: held === null ? param : -1, path: '' };
  }

  return { ownerOf };
}

function instanceLoad(e: Expr): boolean {
  if (e.k === 'cast' || e.k === 'container') {
    return instanceLoad(e.e);
  }
  return e.k === 'load' && e.addr.k === 'field' && /^(?:private_data|private|i_private|i_cdev)$/.test(e.addr.name);
}
