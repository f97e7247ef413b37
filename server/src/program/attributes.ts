import type { Expr, FileFacts, GlobalFacts, Invocation } from '../facts/types';
import { ATTRIBUTE_MACROS, ATTRIBUTE_STRUCTS, type AttributeMacro, GROUP_CALLS, GROUP_HOLDERS, GROUP_MACROS } from '../kernel/attributes';
import { DRIVER_STRUCTS, type EntryKind } from '../kernel/driver-structs';
import type { FunctionPointers } from './pointers';
import { memberPath } from './pointers';
import type { Symbols } from './symbols';
import { rowOf } from './tables';
import type { FnDef } from './types';
import type { Types } from './types-of';

/** A handler bound to an attribute. */
export interface AttributeHandler {
  fn: FnDef;
  kind: EntryKind;
  subject: string;
  param: number;
  /** Key of the attribute's variable, for `Groups.registrar`. */
  variable: string;
  at: { file: string; at: number };
}

/** `$n` replaced by argument n. */
export function fill(template: string, args: readonly string[]): string {
  return template.replace(/\$(\d)/g, (_, n: string) => (args[Number(n)] ?? '').trim());
}

/** Names are file-wide where static, else program-wide; a variable that only a macro defines may be either. */
export function variableKey(symbols: Symbols, name: string, file: FileFacts): string {
  const def = symbols.global(name, file);
  return def && !def.global.static ? name : `${file.path}:${name}`;
}

/** Every handler that a macro or an initialiser binds to an attribute. */
export function collectAttributes(symbols: Symbols, types: Types, pointers: FunctionPointers, isAttribute: (tag: string) => boolean): AttributeHandler[] {
  const found: AttributeHandler[] = [];

  function enclosing(file: FileFacts, at: number): GlobalFacts | undefined {
    return file.globals.find((g) => g.at <= at && at < g.end);
  }

  function fromMacro(file: FileFacts, invocation: Invocation, row: AttributeMacro): void {
    const variable = row.variable === '' ? enclosing(file, invocation.at)?.name : fill(row.variable, invocation.args);
    const handlers = [
      { text: row.show, kind: row.kinds[0] },
      { text: row.store, kind: row.kinds[1] },
    ];
    for (const { text, kind } of handlers) {
      const fn = text === undefined ? null : symbols.resolve(fill(text, invocation.args), file);
      if (fn) {
        found.push({
          fn,
          kind,
          subject: fill(row.subject, invocation.args),
          param: row.param,
          variable: variable === undefined ? '' : variableKey(symbols, variable, file),
          at: { file: file.path, at: invocation.at },
        });
      }
    }
  }

  function fromInitializer(file: FileFacts, global: GlobalFacts): void {
    const tag = types.aggregate(global.type);
    if (tag === null) {
      return;
    }
    for (const entry of global.init) {
      const path = memberPath(entry.path, global.type);
      const member = path === '' ? null : types.memberAt(tag, path);
      const shape = member && isAttribute(member.tag) ? (rowOf(ATTRIBUTE_STRUCTS, member.tag) ?? ATTRIBUTE_STRUCTS.device_attribute) : undefined;
      if (!member || !shape || (member.field !== shape.show && member.field !== shape.store)) {
        continue;
      }
      const value = entry.value.k === 'cast' ? entry.value.e : entry.value;
      const fn = value.k === 'global' ? symbols.resolve(value.name, file) : null;
      if (fn) {
        found.push({
          fn,
          kind: shape.kinds[member.field === shape.show ? 0 : 1],
          subject: attributeName(global),
          param: shape.param,
          variable: variableKey(symbols, global.name, file),
          at: { file: file.path, at: entry.at },
        });
      }
    }
  }

  function fromStores(): void {
    for (const fn of symbols.functions) {
      for (const node of fn.fn.nodes) {
        if (node.k !== 'store' || node.addr.k !== 'field') {
          continue;
        }
        const name = node.addr.name;
        if (name !== 'show' && name !== 'store' && name !== 'read' && name !== 'write') {
          continue;
        }
        const tag = types.pointee(types.typeOf(node.addr.base, fn));
        const shape = tag !== null && isAttribute(tag) ? (rowOf(ATTRIBUTE_STRUCTS, tag) ?? ATTRIBUTE_STRUCTS.device_attribute) : undefined;
        if (!shape || (name !== shape.show && name !== shape.store)) {
          continue;
        }
        for (const handler of pointers.functionsOf(node.src, fn)) {
          const kind = shape.kinds[name === shape.show ? 0 : 1];
          found.push({ fn: handler, kind, subject: handler.fn.name, param: shape.param, variable: '', at: { file: fn.file.path, at: node.at } });
        }
      }
    }
  }

  for (const file of symbols.files) {
    for (const invocation of file.invocations) {
      const row = rowOf(ATTRIBUTE_MACROS, invocation.macro);
      if (row) {
        fromMacro(file, invocation, row);
      }
    }
    for (const global of file.globals) {
      fromInitializer(file, global);
    }
  }
  fromStores();
  return found;
}

function attributeName(global: GlobalFacts): string {
  return global.name.replace(/^(?:dev|bus|driver|class|bin|kobj)_attr_/, '');
}

/** Which object's registration makes an attribute. */
export interface Groups {
  /** `device-type:NAME`, `driver:NAME`, `class:NAME`, `bus:NAME`, `group`, or null. */
  registrar(variable: string): string | null;
  /** Name of the device type, with its file, that lists the attribute. */
  deviceType(variable: string): { name: string; file: FileFacts } | null;
}

interface Holder {
  via: string;
  name: string;
  file: FileFacts;
}

/** Follows attributes through arrays, groups and lists of groups up to what is registered. */
export function collectGroups(symbols: Symbols, types: Types, isDriver: (tag: string) => boolean): Groups {
  const listedBy = new Map<string, string[]>();
  const holders = new Map<string, Holder[]>();
  const created = new Set<string>();

  function push<V>(map: Map<string, V[]>, key: string, value: V): void {
    const list = map.get(key);
    if (list) {
      list.push(value);
    } else {
      map.set(key, [value]);
    }
  }

  function holderKind(tag: string | null): string | null {
    if (tag === null) {
      return null;
    }
    return rowOf(GROUP_HOLDERS, tag) ?? (DRIVER_STRUCTS.has(tag) || isDriver(tag) ? 'driver' : null);
  }

  function fromGlobal(file: FileFacts, global: GlobalFacts): void {
    const kind = holderKind(types.aggregate(global.type));
    const list = variableKey(symbols, global.name, file);
    for (const { path, value } of global.init) {
      const name = rootGlobal(value);
      if (name === null || name === global.name) {
        continue;
      }
      const member = variableKey(symbols, name, file);
      if (kind === null) {
        push(listedBy, member, list);
      } else if (/groups?$/.test(path)) {
        push(holders, member, { via: `${kind}:${global.name}`, name: global.name, file });
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
  for (const fn of symbols.functions) {
    for (const node of fn.fn.nodes) {
      if (node.k === 'call' && typeof node.callee === 'string' && GROUP_CALLS.has(node.callee)) {
        for (const arg of node.args) {
          const name = rootGlobal(arg);
          if (name !== null) {
            created.add(variableKey(symbols, name, fn.file));
          }
        }
      } else if (node.k === 'store' && node.addr.k === 'field' && /groups?$/.test(node.addr.name)) {
        const name = rootGlobal(node.src);
        if (name !== null) {
          created.add(variableKey(symbols, name, fn.file));
        }
      }
    }
  }

  function search<T>(variable: string, test: (key: string) => T | null): T | null {
    const seen = new Set([variable]);
    for (const key of seen) {
      const hit = test(key);
      if (hit !== null) {
        return hit;
      }
      for (const list of listedBy.get(key) ?? []) {
        seen.add(list);
      }
    }
    return null;
  }

  return {
    registrar: (variable) =>
      variable === ''
        ? null
        : (search(variable, (key) => holders.get(key)?.[0]?.via ?? null) ?? search(variable, (key) => (created.has(key) ? 'group' : null))),
    deviceType: (variable) =>
      search(variable, (key) => holders.get(key)?.find((h) => h.via.startsWith('device-type:')) ?? null),
  };
}

/** The global that an address lies in: `&dev_attr_x.attr`, `group`, `lists[0]`. */
export function rootGlobal(e: Expr): string | null {
  switch (e.k) {
    case 'global':
      return e.name;
    case 'field':
    case 'index':
      return rootGlobal(e.base);
    case 'cast':
      return rootGlobal(e.e);
    case 'load':
      return rootGlobal(e.addr);
    default:
      return null;
  }
}
