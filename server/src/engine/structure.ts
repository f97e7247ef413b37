import { printExpr } from '../facts/print';
import type { Expr } from '../facts/types';
import type { EntryKind } from '../findings/types';
import { effectOf } from '../kernel';
import { reachingOf } from '../program/reaching';
import type { FnDef, Program } from '../program/types';
import type { Sources } from './sources';
import type { GraphView, Place } from './types';

/** What a program consists of beside its lifetimes: what an editor links and names. */
export interface Structure {
  attributes: AttributeView[];
  locks: LockView[];
  graph: GraphView;
}

/** A sysfs, configfs or debugfs file, and the functions that serve it. */
export interface AttributeView {
  name: string;
  /** Start of the macro's invocation, or of the member in an initialiser. */
  bound: Place;
  handlers: { name: string; kind: EntryKind; place: Place }[];
}

/** A lock by its name: a member of a struct, or a global. */
export interface LockView {
  name: string;
  /** Struct tag of a member; null for a global. */
  struct: string | null;
  sites: LockSite[];
  /** Entry points from which a site can be reached. */
  entries: string[];
}

export interface LockSite {
  function: string;
  place: Place;
  mode: 'read' | 'write';
  /** The call asserts only that the lock is held. */
  asserted: boolean;
}

const ATTRIBUTE_KINDS: ReadonlySet<EntryKind> = new Set(['sysfs-show', 'sysfs-store', 'configfs', 'debugfs']);

/** Attributes in the order of their entry points. One binding may name several handlers. */
export function attributesOf(program: Program, sources: Sources): AttributeView[] {
  const out = new Map<string, AttributeView>();
  for (const point of program.entryPoints) {
    if (!ATTRIBUTE_KINDS.has(point.kind)) continue;
    const bound = sources.place(point.at.file, point.at.at);
    const key = `${point.at.file}:${point.at.at} ${point.subject}`;
    const known = out.get(key) ?? { name: point.subject, bound, handlers: [] };
    const { fn, file } = point.fn;
    known.handlers.push({ name: fn.name, kind: point.kind, place: sources.place(file.path, fn.nameAt, fn.nameAt + fn.name.length) });
    out.set(key, known);
  }
  return [...out.values()];
}

/** Every lock that a call of the kernel's lock functions names as a member or a global. */
export function locksOf(program: Program, sources: Sources): LockView[] {
  const out = new Map<string, { lock: LockView; takers: FnDef[] }>();
  for (const fn of program.functions)
    for (const node of fn.fn.nodes) {
      const effect = node.k === 'call' && typeof node.callee === 'string' ? effectOf(node.callee) : undefined;
      if (node.k !== 'call' || (effect?.op !== 'lock' && effect?.op !== 'assert-held')) continue;
      const arg = node.args[effect.lock];
      const named = arg && !('device' in effect && effect.device) ? nameOf(arg, fn, program) : null;
      if (!named) continue;
      const key = `${named.struct} ${named.name}`;
      const known = out.get(key) ?? { lock: { ...named, sites: [], entries: [] }, takers: [] };
      const mode = effect.op === 'lock' && effect.mode === 'read' ? 'read' : 'write';
      const place = sources.place(fn.file.path, node.at, node.end);
      known.lock.sites.push({ function: fn.fn.name, place, mode, asserted: effect.op === 'assert-held' });
      known.takers.push(fn);
      out.set(key, known);
    }
  return [...out.values()].map(({ lock, takers }) => ({ ...lock, entries: entriesOver(takers, program) }));
}

function entriesOver(takers: readonly FnDef[], program: Program): string[] {
  const reaching = reachingOf(takers, program);
  return [...new Set(program.entryPoints.filter(({ fn }) => reaching.has(fn.id)).map(({ name }) => name))];
}

function nameOf(e: Expr, fn: FnDef, program: Program): { name: string; struct: string | null } | null {
  if (e.k === 'cast') return nameOf(e.e, fn, program);
  if (e.k === 'load') return nameOf(e.addr, fn, program);
  if (e.k === 'global') return { name: printExpr(e), struct: null };
  if (e.k !== 'field') return null;
  const struct = /^struct (\w+)$/.exec(program.typeOf(e.base, fn)?.base ?? '')?.[1] ?? null;
  return { name: e.name, struct };
}
