import type { FileFacts, GlobalFacts } from '../facts/types';
import { effectOf } from '../kernel';
import { GROUP_CALLS, GROUP_HOLDERS, GROUP_MACROS } from '../kernel/attributes';
import { fill, rootGlobal, variableKey } from './globals';
import type { Symbols } from './symbols';
import { rowOf } from './tables';
import type { Types } from './types-of';

/** A device type, class, bus or driver whose registration makes the groups it lists. */
export interface Holder {
  /** `device-type:NAME`, `class:NAME`, `bus:NAME`, `driver:NAME`. */
  via: string;
  /** Key of the holder's variable. */
  key: string;
}

/** A variable whose group is made while the driver runs, and the functions with a call that does it, where there is one. */
export interface MadeGroup {
  key: string;
  makers: readonly number[];
}

/** Where attributes end up: followed through arrays, groups and lists of groups. */
export interface Groups {
  /** Every holder that lists the attribute, in order of the files. */
  holders(variable: string): readonly Holder[];
  /** Groups, lists of groups and files with the attribute that calls make, or that are given to a function that makes them; by key. */
  created(variable: string): readonly MadeGroup[];
}

function push<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key);
  if (list) {
    list.push(value);
  } else {
    map.set(key, [value]);
  }
}

export function collectGroups(symbols: Symbols, types: Types, isDriver: (tag: string) => boolean): Groups {
  const listedBy = new Map<string, string[]>();
  const holdersOf = new Map<string, Holder[]>();
  const created = new Map<string, number[]>();

  function fromGlobal(file: FileFacts, global: GlobalFacts): void {
    const tag = types.aggregate(global.type);
    const kind = tag === null ? null : (rowOf(GROUP_HOLDERS, tag) ?? (isDriver(tag) ? 'driver' : null));
    const key = variableKey(symbols, global.name, file);
    for (const { path, value } of global.init) {
      const name = rootGlobal(value);
      if (name === null || name === global.name) {
        continue;
      }
      const member = variableKey(symbols, name, file);
      if (kind === null) {
        push(listedBy, member, key);
      } else if (/groups?$/.test(path)) {
        push(holdersOf, member, { via: `${kind}:${global.name}`, key });
      }
    }
  }

  function fromFunctions(): void {
    for (const fn of symbols.functions) {
      for (const node of fn.fn.nodes) {
        const given =
          node.k === 'call' && typeof node.callee === 'string'
            ? node.args
            : node.k === 'store' && node.addr.k === 'field' && /groups?$/.test(node.addr.name)
              ? [node.src]
              : [];
        const known = node.k !== 'call' || GROUP_CALLS.has(node.callee as string);
        for (const arg of given) {
          const name = rootGlobal(arg);
          const def = name === null || known ? null : symbols.global(name, fn.file);
          // Any function that is given groups registers them, or has them registered.
          if (name !== null && (known || def?.global.type.base === 'struct attribute_group')) {
            const key = variableKey(symbols, name, fn.file);
            const makes = node.k === 'call' && typeof node.callee === 'string' && effectOf(node.callee)?.op === 'configure';
            created.set(key, [...(created.get(key) ?? []), ...(makes ? [fn.id] : [])]);
          }
        }
      }
    }
  }

  for (const file of symbols.files) {
    for (const global of file.globals) {
      if (global.init.length > 0) {
        fromGlobal(file, global);
      }
    }
    for (const { macro, args } of file.invocations) {
      for (const row of rowOf(GROUP_MACROS, macro) ?? []) {
        push(listedBy, variableKey(symbols, fill(row.lists, args), file), variableKey(symbols, fill(row.defines, args), file));
      }
    }
  }
  fromFunctions();

  /** The variable and all that list it, directly or not. */
  function above(variable: string): ReadonlySet<string> {
    const seen = new Set(variable === '' ? [] : [variable]);
    for (const key of seen) {
      for (const list of listedBy.get(key) ?? []) {
        seen.add(list);
      }
    }
    return seen;
  }

  return {
    holders: (variable) => [...above(variable)].flatMap((key) => holdersOf.get(key) ?? []),
    created: (variable) => [...above(variable)].flatMap((key) => (created.has(key) ? [{ key, makers: created.get(key) ?? [] }] : [])),
  };
}
