import { printExpr } from '../../../facts/print';
import type { FnDef } from '../../../program/types';
import type { FixContext } from '../../types';
import { pointerTo, pointsTo, typeOfVariable } from '../plan/query';
import { type Plan, type Site, unmet } from '../plan/types';
import { fits } from '../source/layout';
import { containerOf } from './container';
import type { Draft } from './draft';
import { retype } from './retype';

/** Variable that holds the object in the teardown. */
export function objectVariable(plan: Plan): string {
  return pointerTo(plan.action, plan.tag) ?? unmet(`${plan.action.fn.name}() has no pointer to its struct ${plan.tag}`);
}

/** Variable that holds the owner in the teardown and in what is written anew. */
export function ownerVariable(plan: Plan): string {
  return pointerTo(plan.action, plan.owner.tag) ?? (pointerTo(plan.paths.gate, plan.owner.tag) as string);
}

/** The teardown takes the object typed, and takes it out of the container first. */
export function editTeardown(context: FixContext, plan: Plan, draft: Draft): void {
  const { action, names, owner } = plan;
  const object = objectVariable(plan);
  retype(context, plan, object, draft);
  const keeper = ownerVariable(plan);
  if (!pointerTo(action, owner.tag)) {
    if (typeOfVariable(action, keeper)) unmet(`${action.fn.name}() uses the name ${keeper} for something else`);
    const [head, value] = [`struct ${owner.tag} *${keeper} =`, `${owner.conversion}(${object}->${owner.objectDevice}.parent);`];
    draft.declare(action, fits(`\t${head} ${value}`) ? `${head} ${value}` : `${head}\n\t\t${value}`);
  }
  draft.first(action, [`lockdep_assert_held(&${keeper}->${names.lock});`, '', containerOf(plan).erase(keeper, object)]);
}

/** The release of the devm action becomes the call of the teardown. */
export function editUnwinds(plan: Plan, draft: Draft): void {
  for (const site of plan.paths.unwinds) {
    const { at, end, object } = releaseCall(plan, site);
    draft.replace(site.fn.file.path, at, end, `${plan.action.fn.name}(${object})`);
  }
}

/** Where a devres call with a callback stands, and the object that it is given. */
export function releaseCall(plan: Plan, site: Site): { fn: FnDef; at: number; end: number; object: string } {
  const n = site.fn.fn.nodes[site.node];
  const data = n?.k === 'call' ? n.args[2] : undefined;
  if (n?.k !== 'call' || data?.k !== 'var' || !pointsTo(typeOfVariable(site.fn, data.name), plan.tag))
    return unmet(`${site.fn.fn.name}() does not hand over a pointer to a struct ${plan.tag}`);
  return { fn: site.fn, at: n.at, end: n.end, object: printExpr(data) };
}
