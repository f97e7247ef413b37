import { effectOf } from '../../../kernel';
import type { FnDef, Program } from '../../../program/types';
import type { FixContext } from '../../types';
import { callAt, pointsTo } from './query';
import { type NamesPlan, type OwnerPlan, type PathsPlan, unmet } from './types';

/** Names of what is added, and the mutex of the owner that is held around construction already. */
export function planNames(context: FixContext, owner: OwnerPlan, paths: PathsPlan): NamesPlan {
  const { program, lifetime } = context;
  const prefix = commonPrefix(lifetime.tag, `${owner.tag}_`);
  const plural = `${lifetime.tag.slice(prefix.length)}s`;
  const held = heldLocks(context, owner.tag, paths);
  if (held.length > 1) unmet(`construction runs under several locks of struct ${owner.tag}: ${held.join(', ')}`);
  const [lock] = held;
  const crossesFiles = owner.removals.some((removal) => removal.fn.file !== lifetime.action.file);
  const names: NamesPlan = {
    plural,
    container: plural,
    lock: lock ?? `${plural}_lock`,
    lockExists: lock !== undefined,
    dead: program.fieldType(owner.tag, 'dead') === null ? 'dead' : `${plural}_dead`,
    kill: crossesFiles ? `${prefix}kill_${plural}` : `kill_${plural}`,
  };
  const added = [names.container, names.dead, ...(names.lockExists ? [] : [names.lock])];
  const taken = added.find((name) => program.fieldType(owner.tag, name) !== null);
  if (taken) unmet(`struct ${owner.tag} has a member ${taken} already`);
  if (program.declares(names.kill)) unmet(`${names.kill}() exists already`);
  return names;
}

/** `foo_` of `foo_window` and `foo_slot`; '' where the tags share no word. */
function commonPrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, a.slice(0, length).lastIndexOf('_') + 1);
}

/** Members of the owner that creators lock before the call that creates. */
function heldLocks({ program }: FixContext, owner: string, paths: PathsPlan): string[] {
  const out = new Set<string>();
  for (const { fn, calls } of paths.creators)
    for (const lock of locksOf(program, fn, owner))
      if (calls.some((node) => (callAt({ fn, node })?.at ?? 0) > lock.at && (callAt({ fn, node })?.at ?? 0) < lock.until)) {
        if (program.fieldType(owner, lock.member)?.base !== 'struct mutex')
          unmet(`construction in ${fn.fn.name}() runs under ${lock.member}, which is no mutex`);
        out.add(lock.member);
      }
  for (const fn of [...paths.under, ...paths.deleters.map((site) => site.fn)])
    for (const lock of locksOf(program, fn, owner)) unmet(`${fn.fn.name}() takes ${lock.member} of struct ${owner} itself`);
  return [...out];
}

/** Locks of the owner that a function takes: the member, where, and where the text releases it. */
export function locksOf(program: Program, fn: FnDef, owner: string): { member: string; at: number; until: number }[] {
  const out: { member: string; at: number; until: number }[] = [];
  for (const n of fn.fn.nodes) {
    if (n.k !== 'call' || typeof n.callee !== 'string') continue;
    const effect = effectOf(n.callee);
    if (effect?.op !== 'lock' && effect?.op !== 'unlock') continue;
    const arg = n.args[effect.lock];
    if (arg?.k !== 'field' || !pointsTo(program.typeOf(arg.base, fn), owner)) continue;
    if (effect.op === 'lock') out.push({ member: arg.name, at: n.at, until: fn.fn.end });
    else {
      const open = out.findLast((lock) => lock.member === arg.name && lock.at < n.at);
      if (open && !n.implicit) open.until = n.at;
    }
  }
  return out;
}
