import { successors } from '../facts/graph';
import type { Expr, Node } from '../facts/types';
import { effectOf } from '../kernel';
import { KOBJECT_INITS } from '../kernel/devices';
import type { FnDef, Program } from '../program/types';
import { reachability } from './reach';
import type { Roots } from './roots';

/** What the release function of a struct's device does to the struct's memory (drivers/base/core.c device_release). */
export interface Release {
  /** It is known, and does nothing, or tells somebody who waits for it to free the memory: the last put leaves the memory. */
  isEmpty: boolean;
  /** Functions may put the device before they set its release function: until then nothing is freed. */
  isSetLate: boolean;
}

/** The release function is that of the device itself, of its type or of its class; of a kobject that of its type. */
export function releaseOf(program: Program, roots: Roots, tag: string): Release {
  const set: FnDef[] = [];
  let own = 0;
  let late = false;
  let unknown = false;
  const add = (e: Expr, fn: FnDef) => {
    const target = e.k === 'global' ? program.resolve(e.name, fn.file) : null;
    if (target) set.push(target);
    else unknown = true;
  };
  const { members, classes, kobjects } = settings(program);
  for (const { fn, n, member } of members) {
    if (!roots.of(n.addr, fn).has(tag)) continue;
    if (member === '') {
      add(n.src, fn);
      own++;
      late ||= putsBefore(fn, n);
      continue;
    }
    const values = initialised(program, n.src, fn, member);
    for (const value of values) add(value, fn);
    // A class that is made at run time: whichever release function its file gives one.
    if (values.length === 0 && member === 'dev_release')
      for (const other of classes) if (other.fn.file === fn.file) add(other.n.src, other.fn);
  }
  // Some class of another file may be meant.
  unknown ||= set.length === 0 && classes.length > 0;
  let untold = false;
  for (const { fn, object, type } of kobjects) {
    if (!roots.of(object, fn).has(tag)) continue;
    const values = initialised(program, type, fn, 'release');
    for (const value of values) add(value, fn);
    untold ||= values.length === 0 && namesDefined(program, type);
  }
  const isKnown = set.length > 0 && !unknown;
  return {
    isEmpty: (isKnown && set.every((fn) => doesNothing(fn) || handsOn(program, fn))) || (untold && set.length === 0),
    isSetLate: isKnown && late && own === set.length,
  };
}

/** Members of a device that lead to a release function, and the member there that is it; '': they are it. */
const MEMBERS: Readonly<Record<string, string>> = { release: '', type: 'release', class: 'dev_release' };

type Store = Extract<Node, { k: 'store' }>;

/** Where release functions are set: the same for every struct. */
interface Settings {
  /** Stores to those members of devices. */
  members: { fn: FnDef; n: Store; member: string }[];
  /** Stores to the `dev_release` of classes. */
  classes: { fn: FnDef; n: Store }[];
  /** kobject_init() and its like: lib/kobject.c. */
  kobjects: { fn: FnDef; object: Expr; type: Expr }[];
}

const known = new WeakMap<Program, Settings>();

function settings(program: Program): Settings {
  const found = known.get(program) ?? { members: [], classes: [], kobjects: [] };
  if (known.has(program)) return found;
  known.set(program, found);
  for (const fn of program.functions)
    for (const n of fn.fn.nodes) {
      const [object, type] = n.k === 'call' && typeof n.callee === 'string' && KOBJECT_INITS.has(n.callee) ? n.args : [];
      if (object && type) found.kobjects.push({ fn, object, type });
      if (n.k !== 'store' || n.addr.k !== 'field') continue;
      const member = MEMBERS[n.addr.name];
      if (n.addr.name === 'dev_release') found.classes.push({ fn, n });
      else if (member !== undefined && program.typeOf(n.addr.base, fn)?.base === 'struct device') found.members.push({ fn, n, member });
    }
  return found;
}

function initialised(program: Program, e: Expr, fn: FnDef, member: string): Expr[] {
  const name = e.k === 'global' ? e.name : null;
  const own = fn.file.globals.find((global) => global.name === name && global.defined);
  const found = own ?? program.files.flatMap(({ globals }) => globals).find((global) => global.name === name && global.defined);
  return found?.init.flatMap(({ path, value }) => (path === member ? [value] : [])) ?? [];
}

/** The variable is defined in the checked files. */
function namesDefined({ files }: Program, e: Expr): boolean {
  return e.k === 'global' && files.some(({ globals }) => globals.some(({ name, defined }) => name === e.name && defined));
}

/** Some way through the function comes to a put without having passed the store. */
function putsBefore({ fn }: FnDef, store: Node): boolean {
  const seen = new Set([0]);
  for (const at of seen) {
    const n = fn.nodes[at];
    if (n === undefined || n === store) continue;
    if (n.k === 'call' && typeof n.callee === 'string' && effectOf(n.callee)?.op === 'put') return true;
    for (const next of successors(n)) seen.add(next);
  }
  return false;
}

/** It completes what somebody waits for, and frees nothing. */
function handsOn(program: Program, release: FnDef): boolean {
  const ops = new Set<string>();
  for (const id of reachability(program)(release))
    for (const n of program.functions[id]?.fn.nodes ?? []) {
      const effect = n.k === 'call' && typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
      if (effect) ops.add(effect.op);
    }
  return ops.has('complete') && !ops.has('free');
}

function doesNothing({ fn }: FnDef): boolean {
  return fn.nodes.every((n) => n.k !== 'call' && n.k !== 'store');
}
