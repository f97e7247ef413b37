import type { FixContext } from '../../types';
import { planIdentity } from './identity';
import { planNames } from './names';
import { planOwner } from './owner';
import { planPaths } from './paths';
import { type Plan, unmet } from './types';

/** What is to be changed, from facts alone. Throws Unmet with the first precondition that fails. */
export function makePlan(context: FixContext): Plan {
  const { lifetime } = context;
  if (!lifetime.endsObject) unmet(`${lifetime.action.fn.name}() does not end the struct ${lifetime.tag}, it ends something that it uses`);
  if (lifetime.registrations.length === 0)
    unmet(`${lifetime.action.fn.name}() is not registered as a devm action: its owner keeps the objects already`);
  const owner = planOwner(context);
  const paths = planPaths(context, owner.tag);
  return {
    tag: lifetime.tag,
    action: lifetime.action,
    owner,
    paths,
    identity: planIdentity(context),
    node: 'node',
    names: planNames(context, owner, paths),
  };
}
