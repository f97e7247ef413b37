import { readInvocation } from '../facts/invocations';
import type { FileFacts, GlobalFacts, InitEntry, Invocation } from '../facts/types';
import { ATTRIBUTE_MACROS, ATTRIBUTE_STRUCTS, type AttributeMacro } from '../kernel/attributes';
import type { EntryKind } from '../kernel/driver-structs';
import { fill, variableKey } from './globals';
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

/** Every handler that a macro or an initialiser binds to an attribute. */
export function collectAttributes(
  symbols: Symbols,
  types: Types,
  pointers: FunctionPointers,
  isAttribute: (tag: string) => boolean,
): AttributeHandler[] {
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

  /** `= __ATTR(name, mode, show, store)`: an initialiser whose macro is the kernel's stands as its text. */
  function fromText(file: FileFacts, entry: InitEntry): void {
    const text = entry.value.k === 'global' && entry.value.name.includes('(') ? readInvocation(entry.value.name, 0) : null;
    const row = text ? rowOf(ATTRIBUTE_MACROS, text.macro) : undefined;
    if (text && row) {
      fromMacro(file, { ...text, at: entry.at, end: entry.at }, row);
    }
  }

  function fromInitializer(file: FileFacts, global: GlobalFacts): void {
    const tag = types.aggregate(global.type);
    if (tag === null) {
      return;
    }
    for (const entry of global.init) {
      fromText(file, entry);
      const path = memberPath(entry.path, global.type);
      const member = path === '' ? null : types.memberAt(tag, path);
      const shape =
        member && isAttribute(member.tag) ? (rowOf(ATTRIBUTE_STRUCTS, member.tag) ?? ATTRIBUTE_STRUCTS.device_attribute) : undefined;
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
          found.push({
            fn: handler,
            kind,
            subject: handler.fn.name,
            param: shape.param,
            variable: '',
            at: { file: fn.file.path, at: node.at },
          });
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
