import type { Expr, FileFacts, GlobalFacts, Node } from '../facts/types';
import { DEBUGFS_CREATE, DEFERRED_CALLBACKS, DEFERRED_DEFINITIONS, type DeferredCallback } from '../kernel/callbacks';
import { type EntryKind, EXPORT_MACRO, type MemberRole, MODULE_MACROS } from '../kernel/driver-structs';
import { attributeEntries } from './attribute-entries';
import { entryOf, type Linked, roleOf } from './bindings';
import { rootGlobal, variableKey } from './globals';
import type { Place } from './origins';
import { memberPath } from './pointers';
import type { Symbols } from './symbols';
import { rowOf } from './tables';
import type { EntryPoint, FileSession, FnDef } from './types';

/** File operations that debugfs files are created with, and the data they are given. */
function debugfsOperations(linked: Linked): Map<string, Place | null> {
  const found = new Map<string, Place | null>();
  for (const fn of linked.symbols.functions) {
    for (const node of fn.fn.nodes) {
      const row = node.k === 'call' && typeof node.callee === 'string' ? rowOf(DEBUGFS_CREATE, node.callee) : undefined;
      const fops = row && node.k === 'call' ? node.args[row.fops] : undefined;
      const name = fops ? rootGlobal(fops) : null;
      if (row && node.k === 'call' && name !== null) {
        const data = node.args[row.data];
        found.set(variableKey(linked.symbols, name, fn.file), data ? linked.origins.locate(data, fn) : null);
      }
    }
  }
  return found;
}

function initializerEntries(
  linked: Linked,
  file: FileFacts,
  global: GlobalFacts,
  debugfs: ReadonlyMap<string, Place | null>,
): EntryPoint[] {
  const { symbols, types, roles } = linked;
  const tag = types.aggregate(global.type);
  const found: EntryPoint[] = [];
  for (const entry of tag === null ? [] : global.init) {
    const path = memberPath(entry.path, global.type);
    const member = tag === null || path === '' ? null : types.memberAt(tag, path);
    const declared = member && roles.member(member.tag, member.field);
    const value = entry.value.k === 'cast' ? entry.value.e : entry.value;
    const fn = declared && value.k === 'global' ? symbols.resolve(value.name, file) : null;
    if (!declared || !fn) {
      continue;
    }
    const key = variableKey(symbols, global.name, file);
    const role = declared.kind === 'ioctl' && debugfs.has(key) ? { ...declared, kind: 'debugfs' as const } : declared;
    const at = { file: file.path, at: entry.at };
    const session = role.kind === 'ioctl' && tag === 'file_operations' ? sessionOf(symbols, file, global, path, fn) : null;
    found.push(entryOf(linked, { fn, role, subject: global.name, at, fallback: debugfs.get(key) ?? null, session }));
  }
  return found;
}

/** Who opens and closes the file that a handler is called for; `->open` and `->release` are called for one that is opened and closed alone. */
function sessionOf(symbols: Symbols, file: FileFacts, { init }: GlobalFacts, member: string, fn: FnDef): FileSession {
  const named = (name: string): FnDef | null => {
    const value = init.find(({ path }) => path === name)?.value;
    return value?.k === 'global' ? symbols.resolve(value.name, file) : null;
  };
  return { open: named('open'), run: member === 'open' || member === 'release' ? null : fn, release: named('release') };
}

function storeEntries(linked: Linked, fn: FnDef, node: Node & { k: 'store' }, member: Expr & { k: 'field' }): EntryPoint[] {
  const tag = linked.types.pointee(linked.types.typeOf(member.base, fn));
  const role = tag === null ? null : linked.roles.member(tag, member.name);
  // sysfs_ops and drivers in one: a bus that copies its driver's callbacks binds nothing new.
  if (!role || node.src.k === 'load') {
    return [];
  }
  const place = linked.origins.locate(member.base, fn);
  return linked.pointers.functionsOf(node.src, fn).map((target) =>
    entryOf(linked, {
      fn: target,
      role,
      subject: place?.path || member.name,
      at: { file: fn.file.path, at: node.at },
      fallback: role.kind === 'notifier' ? place : null,
    }),
  );
}

function extend(place: Place | null, member: string | undefined): Place | null {
  return place && member !== undefined ? { tag: place.tag, path: place.path === '' ? member : `${place.path}.${member}` } : place;
}

function deferredEntries(linked: Linked, fn: FnDef, node: Node & { k: 'call' }, row: DeferredCallback): EntryPoint[] {
  const data = row.data < 0 ? undefined : node.args[row.data];
  const place = data ? linked.origins.locate(data, fn) : null;
  const targets = row.fns.flatMap((i) => {
    const given: Expr | undefined = node.args[i];
    return given ? linked.pointers.functionsOf(given, fn) : [];
  });
  return targets.map((target) =>
    entryOf(linked, {
      fn: target,
      role: roleOf(row.kind, row.param),
      subject: place?.path || target.fn.name,
      at: { file: fn.file.path, at: node.at },
      fallback: extend(place, row.member),
    }),
  );
}

function invocationEntries(linked: Linked, file: FileFacts): EntryPoint[] {
  const found: EntryPoint[] = [];
  for (const { macro, args, at } of file.invocations) {
    const started = rowOf(MODULE_MACROS, macro);
    const deferred = rowOf(DEFERRED_DEFINITIONS, macro);
    const name = started ? args[0] : deferred ? args[1] : undefined;
    const fn = name === undefined ? null : linked.symbols.resolve(name.trim(), file);
    if (fn) {
      const role: MemberRole = started ? { kind: started, param: -1 } : roleOf(deferred as EntryKind, 0);
      found.push(entryOf(linked, { fn, role, subject: (args[0] ?? '').trim(), at: { file: file.path, at } }));
    }
  }
  return found;
}

/** Functions named by EXPORT_SYMBOL and its like. */
export function exportedFunctions(symbols: Symbols): { fn: FnDef; at: { file: string; at: number } }[] {
  const found = new Map<number, { fn: FnDef; at: { file: string; at: number } }>();
  for (const file of symbols.files) {
    for (const { macro, args, at } of file.invocations) {
      const fn = EXPORT_MACRO.test(macro) && args[0] !== undefined ? symbols.resolve(args[0].trim(), file) : null;
      if (fn && !found.has(fn.id)) {
        found.set(fn.id, { fn, at: { file: file.path, at } });
      }
    }
  }
  return [...found.values()];
}

/** All entry points, one for each binding, in order of function and place. */
export function collectEntryPoints(linked: Linked): EntryPoint[] {
  const { symbols, calls } = linked;
  const found = attributeEntries(linked);
  const debugfs = debugfsOperations(linked);
  for (const file of symbols.files) {
    for (const global of file.globals) {
      found.push(...initializerEntries(linked, file, global, debugfs));
    }
    found.push(...invocationEntries(linked, file));
  }
  for (const fn of symbols.functions) {
    for (const node of fn.fn.nodes) {
      if (node.k === 'store' && node.addr.k === 'field') {
        found.push(...storeEntries(linked, fn, node, node.addr));
      } else if (node.k === 'call' && typeof node.callee === 'string') {
        const row = rowOf(DEFERRED_CALLBACKS, node.callee);
        if (row) {
          found.push(...deferredEntries(linked, fn, node, row));
        }
      }
    }
  }
  const bound = new Set(found.map((e) => e.fn.id));
  for (const { fn, at } of exportedFunctions(symbols)) {
    if (!bound.has(fn.id) && calls.callers(fn).length === 0) {
      found.push(entryOf(linked, { fn, role: roleOf('export', fn.fn.params.length > 0 ? 0 : -1), subject: fn.fn.name, at }));
    }
  }
  const unique = new Map(found.map((e) => [`${e.fn.id} ${e.kind} ${e.at.file} ${e.at.at}`, e]));
  return [...unique.values()].sort(
    (a, b) => a.fn.id - b.fn.id || (a.at.file < b.at.file ? -1 : a.at.file > b.at.file ? 1 : a.at.at - b.at.at),
  );
}
