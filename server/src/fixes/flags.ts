import type { MacroFacts } from '../facts/types';
import { effectOf } from '../kernel';
import type { EditSet } from './edits';
import { addMember } from './members';
import { nextLine } from './source';
import type { FixContext, Refusal } from './types';

/** A flag of a struct that a fix adds: a bit beside the struct's other bits where it has such, else a member of its own. */
export interface FlagWish {
  /** Of the member; the bit's name ends in it. */
  name: string;
  doc: string;
  /** A member that is set by one of several has to be atomic; a bit always is. */
  kind: 'bool' | 'atomic_t';
  /** It orders other memory accesses, which a bit does with calls that not every kernel has. */
  ordered?: true;
}

/** How the flag of an object is written and read; each takes the name of a variable that points to the struct. */
export interface Flag {
  isBit: boolean;
  set(object: string): string;
  test(object: string): string;
  testAndSet(object: string): string;
  /** Reads it before everything that follows. */
  testAcquire(object: string): string;
  /** Sets it after everything that was written before; statements. */
  setRelease(object: string): string[];
}

/** Adds flags to a struct; refused where the struct cannot take a member. */
export function addFlags(context: FixContext, tag: string, wishes: readonly FlagWish[], edits: EditSet): Flag[] | Refusal {
  const hasOrder = ['test_bit_acquire', 'smp_mb__before_atomic'].every((api) => context.declares(api));
  const bits = wishes.some(({ ordered }) => ordered) && !hasOrder ? null : bitsOf(context, tag);
  if (!bits) {
    for (const { name, doc, kind } of wishes) {
      const member = addMember(context, tag, { name, declaration: `${kind} ${name}`, doc });
      if ('refused' in member) return member;
      edits.add(member.path, member.edits);
    }
    return wishes.map(memberFlag);
  }
  const { path, member, prefix, last, next, gap } = bits;
  const names = wishes.map(({ name }) => `${prefix}${name.toUpperCase()}`);
  const taken = names.find((name) => context.text(path).includes(name));
  if (taken) return { refused: `${path} has a ${taken} already` };
  const at = nextLine(context.text(path), last.at);
  const lines = wishes.map(({ doc }, i) => `\n/* ${doc} */\n#define ${names[i]}${gap}${next + i}\n`);
  edits.add(path, [{ at, end: at, text: lines.join('') }]);
  return names.map((name) => bitFlag(name, member));
}

function memberFlag({ name, kind }: FlagWish): Flag {
  const cell = (object: string) => `${object}->${name}`;
  return {
    isBit: false,
    set: (object) => (kind === 'bool' ? `${cell(object)} = true;` : `atomic_set(&${cell(object)}, 1);`),
    test: (object) => (kind === 'bool' ? cell(object) : `atomic_read(&${cell(object)})`),
    testAndSet: (object) => `atomic_xchg(&${cell(object)}, 1)`,
    testAcquire: (object) => `smp_load_acquire(&${cell(object)})`,
    setRelease: (object) => [`smp_store_release(&${cell(object)}, true);`],
  };
}

function bitFlag(bit: string, member: string): Flag {
  const args = (object: string) => `(${bit}, &${object}->${member})`;
  return {
    isBit: true,
    set: (object) => `set_bit${args(object)};`,
    test: (object) => `test_bit${args(object)}`,
    testAndSet: (object) => `test_and_set_bit${args(object)}`,
    testAcquire: (object) => `test_bit_acquire${args(object)}`,
    setRelease: (object) => ['smp_mb__before_atomic();', `set_bit${args(object)};`],
  };
}

interface Bits {
  path: string;
  member: string;
  /** What the names of the bits have in common. */
  prefix: string;
  last: MacroFacts;
  next: number;
  /** What stands between name and number. */
  gap: string;
}

/** The bits of a struct's one word of flags, where macros in one checked file number them. */
function bitsOf(context: FixContext, tag: string): Bits | null {
  const used = new Map<string, Set<string>>();
  for (const fn of context.program.functions)
    for (const n of fn.fn.nodes) {
      const effect = n.k === 'call' && typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
      if (n.k !== 'call' || (effect?.op !== 'test-bit' && effect?.op !== 'change-bit')) continue;
      const word = n.args[effect.word];
      const bit = n.args[effect.bit];
      if (word?.k !== 'field' || bit?.k !== 'global') continue;
      const owner = context.program.typeOf(word.base, fn);
      if (owner?.base !== `struct ${tag}` || owner.pointers !== 1) continue;
      used.set(word.name, (used.get(word.name) ?? new Set()).add(bit.name));
    }
  const [[member, names] = [], ...others] = used;
  const field = context.program.struct(tag)?.fields.find(({ name }) => name === member);
  if (!member || !names || others.length > 0 || field?.type.base !== 'unsigned long' || field.type.array) return null;
  const file = context.program.files.find(({ macros }) => macros.some(({ name }) => names.has(name)));
  const prefix = commonPrefix([...names]);
  const macros = (file?.macros ?? []).filter(({ name, body, params }) => !params && name.startsWith(prefix) && /^\d+$/.test(body.trim()));
  const last = macros.reduce<MacroFacts | null>((most, macro) => (most && Number(most.body) > Number(macro.body) ? most : macro), null);
  if (!file || !last || prefix === '' || !context.editable(file.path)) return null;
  const line = context.text(file.path).slice(last.at, nextLine(context.text(file.path), last.at));
  const gap = new RegExp(`${last.name}(\\s+)\\d`).exec(line)?.[1] ?? ' ';
  return { path: file.path, member, prefix, last, next: Number(last.body) + 1, gap };
}

/** Up to an underscore. */
function commonPrefix(names: readonly string[]): string {
  let prefix = names[0] ?? '';
  for (const name of names) while (!name.startsWith(prefix)) prefix = prefix.slice(0, -1);
  return prefix.slice(0, prefix.lastIndexOf('_') + 1);
}
