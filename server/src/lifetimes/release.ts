import { successors } from '../facts/graph';
import type { Expr, Node } from '../facts/types';
import { effectOf } from '../kernel';
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

/** The release function is that of the device itself, of its type or of its class. */
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
  for (const { fn, n, name } of settings(program)) {
    const member = MEMBERS[name];
    if (member === undefined) unknown = true;
    else if (!roots.of(n.addr, fn).has(tag)) continue;
    else if (member === '') {
      add(n.src, fn);
      own++;
      late ||= putsBefore(fn, n);
    } else for (const value of initialised(program, n.src, fn, member)) add(value, fn);
  }
  const isKnown = set.length > 0 && !unknown;
  return {
    isEmpty: isKnown && set.every((fn) => doesNothing(fn) || handsOn(program, fn)),
    isSetLate: isKnown && late && own === set.length,
  };
}

/** Members of a device that lead to a release function, and the member there that is it; '': they are it. */
const MEMBERS: Readonly<Record<string, string>> = { release: '', type: 'release', class: 'dev_release' };

type Store = Extract<Node, { k: 'store' }>;

const known = new WeakMap<Program, { fn: FnDef; n: Store; name: string }[]>();

/** Stores to those members of devices, and to the `dev_release` of classes: the same for every struct. */
function settings(program: Program): { fn: FnDef; n: Store; name: string }[] {
  let found = known.get(program);
  if (!found) {
    found = program.functions.flatMap((fn) =>
      fn.fn.nodes.flatMap((n) => {
        const name = n.k === 'store' && n.addr.k === 'field' ? n.addr.name : '';
        if (n.k !== 'store' || n.addr.k !== 'field' || (name !== 'dev_release' && MEMBERS[name] === undefined)) return [];
        return name === 'dev_release' || program.typeOf(n.addr.base, fn)?.base === 'struct device' ? [{ fn, n, name }] : [];
      }),
    );
    known.set(program, found);
  }
  return found;
}

function initialised(program: Program, e: Expr, fn: FnDef, member: string): Expr[] {
  const name = e.k === 'global' ? e.name : null;
  const own = fn.file.globals.find((global) => global.name === name && global.defined);
  const found = own ?? program.files.flatMap(({ globals }) => globals).find((global) => global.name === name && global.defined);
  return found?.init.flatMap(({ path, value }) => (path === member ? [value] : [])) ?? [];
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
