import type { FixContext } from '../../types';
import { type Plan, unmet } from '../plan/types';
import { containerOf } from './container';
import type { Draft } from './draft';
import { addMembers, includeHeader, type Member, structPlace } from './struct-members';

/** The members of the owner, and of the object where it is linked into a list, with the headers that declare their types. */
export function editOwnerStruct(context: FixContext, plan: Plan, draft: Draft): void {
  const { names, owner } = plan;
  const place = structPlace(context, owner.tag);
  const container = containerOf(plan);
  const described = `serializes creation, discovery and deletion of ${names.plural}`;
  const lock: Member = {
    name: names.lock,
    declaration: `struct mutex ${names.lock}; /* ${names.container}, ${names.dead} */`,
    description: described,
  };
  const members: Member[] = [
    ...(names.lockExists ? [] : [lock]),
    {
      name: names.container,
      declaration: container.member,
      description: `${names.plural} that are not torn down yet`,
    },
    { name: names.dead, declaration: `bool ${names.dead};`, description: `no ${names.plural} may be created any more` },
  ];
  addMembers(place, names.lockExists ? names.lock : null, members, names.lockExists ? described : null, draft);
  const headers = [...(names.lockExists ? [] : ['linux/mutex.h']), container.header];
  for (const header of headers.sort()) includeHeader(place, header, draft);
  if (!plan.identity) linkObject(context, plan, place.file.path, draft);
}

function linkObject(context: FixContext, plan: Plan, included: string, draft: Draft): void {
  if (context.program.fieldType(plan.tag, plan.node)) unmet(`struct ${plan.tag} has a member ${plan.node} already`);
  const place = structPlace(context, plan.tag);
  const node: Member = {
    name: plan.node,
    declaration: `struct list_head ${plan.node};`,
    description: `entry in the ${plan.names.container} of a struct ${plan.owner.tag}`,
  };
  addMembers(place, null, [node], null, draft);
  if (place.file.path !== included) includeHeader(place, containerOf(plan).header, draft);
}
