import { printExpr } from '../../../facts/print';
import type { FnDef } from '../../../program/types';
import { pointerTo, pointsTo, typeOfVariable } from '../plan/query';
import { type Plan, type Site, unmet } from '../plan/types';
import { declaredNames, leadingDeclarations } from '../source/declarations';
import { identifiers } from '../source/identifiers';
import { fits } from '../source/layout';
import { containerOf } from './container';
import type { Draft } from './draft';

/** Variable that holds the object in the teardown. */
export function objectVariable(plan: Plan): string {
  return pointerTo(plan.action, plan.tag) ?? unmet(`${plan.action.fn.name}() has no pointer to its struct ${plan.tag}`);
}

/** Variable that holds the owner in the teardown and in what is written anew. */
export function ownerVariable(plan: Plan): string {
  return pointerTo(plan.action, plan.owner.tag) ?? (pointerTo(plan.paths.gate, plan.owner.tag) as string);
}

/** The teardown takes the object typed, and takes it out of the container first. */
export function editTeardown(plan: Plan, draft: Draft): void {
  const { action, names, owner } = plan;
  const object = objectVariable(plan);
  retype(plan, object, draft);
  const keeper = ownerVariable(plan);
  if (!pointerTo(action, owner.tag)) {
    if (typeOfVariable(action, keeper)) unmet(`${action.fn.name}() uses the name ${keeper} for something else`);
    const [head, value] = [`struct ${owner.tag} *${keeper} =`, `${owner.conversion}(${object}->${owner.objectDevice}.parent);`];
    draft.declare(action, fits(`\t${head} ${value}`) ? `${head} ${value}` : `${head}\n\t\t${value}`);
  }
  draft.first(action, [`lockdep_assert_held(&${keeper}->${names.lock});`, '', containerOf(plan).erase(keeper, object)]);
}

/** `void *data` with a local of the right type becomes a parameter of that type. */
function retype(plan: Plan, object: string, draft: Draft): void {
  const { action } = plan;
  const [param] = action.fn.params;
  if (!param || action.fn.params.length !== 1) unmet(`${action.fn.name}() does not take one pointer`);
  if (!action.fn.static) unmet(`${action.fn.name}() is not static: other files may name it`);
  const text = draft.text(action.file.path);
  if (action.file.prototypes.some((p) => p.name === action.fn.name)) unmet(`${action.fn.name}() is declared before it is defined`);
  const { parameters, body } = draft.definition(action);
  const local = leadingDeclarations(body).find(
    (declaration) => declaredNames(text, declaration).join() === object && /=\s*\w+;$/.test(text.slice(declaration.at, declaration.end)),
  );
  const others = identifiers(text, body.at, body.end).filter(
    (mention) => mention.name === param?.name && !(local && local.at <= mention.at && mention.at < local.end),
  );
  if (!local || others.length > 0) unmet(`${action.fn.name}() uses its untyped parameter for more than one local`);
  else {
    draft.undeclare(action, local);
    draft.replace(action.file.path, parameters.at, parameters.end, `(struct ${plan.tag} *${object})`);
  }
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
