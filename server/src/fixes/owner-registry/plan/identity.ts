import type { Expr } from '../../../facts/types';
import type { FnDef } from '../../../program/types';
import type { FixContext } from '../../types';
import { pointsTo, usesVariable } from './query';
import type { IdentityPlan } from './types';

const INTEGER = /^(int|unsigned|unsigned int|u8|u16|u32|u64|s32|unsigned long|unsigned short)$/;
/** One integer conversion, behind a literal prefix. */
const FORMAT = /^"[^"%\\]+%[dui]"$/;

/**
 * The member that names an object. Siblings of one parent cannot have the same device name (sysfs_create_dir_ns in fs/sysfs/dir.c
 * refuses), so a number that the name is made of is unique in a container of the parent. Null where names are made otherwise.
 */
export function planIdentity(context: FixContext): IdentityPlan | null {
  const { program, lifetime } = context;
  const found: IdentityPlan[] = [];
  for (const fn of program.functions)
    for (const call of fn.fn.nodes) {
      if (call.k !== 'call' || call.callee !== 'dev_set_name' || !call.args[0]) continue;
      if (!context.roots.of(call.args[0], fn).has(lifetime.tag)) continue;
      const literals =
        context
          .text(fn.file.path)
          .slice(call.at, call.end)
          .match(/"(?:[^"\\\n]|\\.)*"/g) ?? [];
      const member = call.args.length === 3 ? memberNamed(context, fn, call.args[2] as Expr) : null;
      const [format] = literals;
      if (literals.length !== 1 || !format || !FORMAT.test(format) || member === null) return null;
      found.push({ member, format });
    }
  const [first] = found;
  return first && found.every((other) => other.member === first.member && other.format === first.format) ? first : null;
}

/** The integer member of the object that holds the value: read from it, or stored into it by the constructor. */
function memberNamed(context: FixContext, fn: FnDef, e: Expr): string | null {
  const { program, lifetime } = context;
  const ofObject = (addr: Expr, where: FnDef): string | null =>
    addr.k === 'field' && pointsTo(program.typeOf(addr.base, where), lifetime.tag) && isInteger(context, addr.name) ? addr.name : null;
  if (e.k === 'load') return ofObject(e.addr, fn);
  if (e.k !== 'var') return null;
  const stored = storedMember(fn, e.name, ofObject);
  if (stored) return stored;
  for (const [node, call] of fn.fn.nodes.entries()) {
    if (call.k !== 'call') continue;
    for (const target of program.targets(fn, node))
      for (const [i, arg] of target.argMap.entries()) {
        const value = arg < 0 ? undefined : call.args[arg];
        const param = target.fn.fn.params[i];
        if (value?.k !== 'var' || value.name !== e.name || !param) continue;
        const member = storedMember(target.fn, param.name, ofObject);
        if (member) return member;
      }
  }
  return null;
}

function storedMember(fn: FnDef, name: string, ofObject: (addr: Expr, fn: FnDef) => string | null): string | null {
  for (const n of fn.fn.nodes)
    if (n.k === 'store' && n.src.k === 'var' && usesVariable(n.src, name)) {
      const member = ofObject(n.addr, fn);
      if (member) return member;
    }
  return null;
}

function isInteger({ program, lifetime }: FixContext, member: string): boolean {
  const type = program.fieldType(lifetime.tag, member);
  return type !== null && type.pointers === 0 && !type.array && INTEGER.test(type.base);
}
