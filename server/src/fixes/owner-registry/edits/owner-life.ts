import { effectOf } from '../../../kernel';
import type { FnDef } from '../../../program/types';
import { type CallNode, callAt, effects, pointsTo, typeOfVariable } from '../plan/query';
import { type Plan, type Site, unmet } from '../plan/types';
import { nextOf } from '../source/statements';
import { containerOf } from './container';
import type { Draft } from './draft';

/** The lock and the container begin where the owner is allocated, and end where it is freed. */
export function editOwnerLife(plan: Plan, draft: Draft): void {
  for (const site of plan.owner.allocations) initialise(plan, site, draft);
  for (const site of plan.owner.frees) destroy(plan, site, draft);
}

function initialise(plan: Plan, site: Site, draft: Draft): void {
  const { names } = plan;
  const { fn } = site;
  const call = callAt(site) as CallNode;
  const owner = ownerVariable(fn, call, plan.owner.tag);
  const effect = effectOf(call.callee as string);
  const cleared = effect?.op === 'alloc' && effect.zeroed;
  const lines = [containerOf(plan).initialise(owner), ...(cleared ? [] : [`${owner}->${names.dead} = false;`])];
  const known = lockCall(fn, names.lock, /^(__)?mutex_init$/);
  if (names.lockExists && known) {
    draft.after(fn, draft.statement(fn, known.at), lines);
    return;
  }
  const all = names.lockExists ? lines : [`mutex_init(&${owner}->${names.lock});`, ...lines];
  if (!cleared) {
    draft.before(fn, draft.statement(fn, initialisation(fn).at), all);
    return;
  }
  const statement = draft.statement(fn, call.at);
  const check = nextOf(statement);
  const text = draft.text(fn.file.path);
  const tested = check?.kind === 'if' && text.slice(check.at, check.end).startsWith(`if (!${owner})`);
  if (tested) draft.after(fn, check, ['', ...all]);
  else draft.after(fn, statement, all);
}

/** Memory that is not allocated as zeroes is filled in first, up to the initialisation of its device. */
function initialisation(fn: FnDef): CallNode {
  const found = [...effects([fn])].find(({ effect }) => effect.op === 'device-initialize');
  return found?.call ?? unmet(`${fn.fn.name}() does not clear what it allocates, nor does it initialise the device`);
}

function ownerVariable(fn: FnDef, call: CallNode, tag: string): string {
  const copies = fn.fn.nodes.flatMap((n) => (n.k === 'set' && n.src.k === 'var' && n.src.name === call.dst ? [n.dst] : []));
  return (
    [call.dst as string, ...copies].find((name) => pointsTo(typeOfVariable(fn, name), tag)) ??
    unmet(`${fn.fn.name}() keeps the struct ${tag} in no variable`)
  );
}

function destroy(plan: Plan, site: Site, draft: Draft): void {
  const { names } = plan;
  const call = callAt(site) as CallNode;
  const owner = freedPointer(draft.text(site.fn.file.path), call);
  const emptied = containerOf(plan).destroy(owner);
  const lines = [...(emptied ? [emptied] : []), ...(names.lockExists ? [] : [`mutex_destroy(&${owner}->${names.lock});`])];
  const known = lockCall(site.fn, names.lock, /^mutex_destroy$/);
  const statement = draft.statement(site.fn, known && names.lockExists ? known.at : call.at);
  if (statement.parent?.kind !== 'block') unmet(`${site.fn.fn.name}() frees the struct ${plan.owner.tag} under a condition`);
  draft.before(site.fn, statement, lines);
}

/** What is freed, as the source has it: a variable, or the conversion of the released device. */
function freedPointer(text: string, call: CallNode): string {
  const [arg] = call.args;
  const name = arg?.k === 'var' && !arg.name.startsWith('$') ? arg.name : null;
  return (
    name ?? /\(([\s\S]*)\)$/.exec(text.slice(call.at, call.end))?.[1]?.trim() ?? unmet(`${String(call.callee)}() frees something unknown`)
  );
}

/** A call like mutex_init(&owner->lock). */
function lockCall(fn: FnDef, lock: string, name: RegExp): CallNode | null {
  const found = fn.fn.nodes.find(
    (n) => n.k === 'call' && typeof n.callee === 'string' && name.test(n.callee) && n.args[0]?.k === 'field' && n.args[0].name === lock,
  );
  return found?.k === 'call' ? found : null;
}
