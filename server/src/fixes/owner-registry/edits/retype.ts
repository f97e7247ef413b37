import type { FixContext } from '../../types';
import { type Plan, unmet } from '../plan/types';
import { declaredNames, leadingDeclarations } from '../source/declarations';
import { identifiers } from '../source/identifiers';
import type { Statement } from '../source/statements';
import type { Draft } from './draft';

/** The untyped parameter of the teardown becomes a pointer to the object, and the local that held it goes. */
export function retype(context: FixContext, plan: Plan, object: string, draft: Draft): void {
  const { action } = plan;
  const { path } = action.file;
  const [param] = action.fn.params;
  if (!param || action.fn.params.length !== 1) unmet(`${action.fn.name}() does not take one pointer`);
  if (!action.fn.static) unmet(`${action.fn.name}() is not static: other files may name it`);
  if (action.file.prototypes.some((p) => p.name === action.fn.name)) unmet(`${action.fn.name}() is declared before it is defined`);
  const text = draft.text(path);
  const { parameters, body } = draft.definition(action);
  const local = leadingDeclarations(body).find((declaration) => declaredNames(text, declaration).join() === object);
  const value = local && /=\s*([^=]*);$/.exec(text.slice(local.at, local.end))?.[1]?.trim();
  if (!local || value === undefined) return unmet(`${action.fn.name}() keeps the object in no local of its own`);
  const converted = /^(\w+)\((\w+)\)$/.exec(value);
  const conversion = converted?.[2] === param.name ? converted[1] : undefined;
  if (value !== param.name && !(conversion && converts(context, plan, conversion)))
    unmet(`${action.fn.name}() does not take its object from its parameter`);
  for (const at of otherMentions(text, body, local, param.name)) {
    if (!conversion || /^\s*(->|\.|\[)/.test(text.slice(at + param.name.length)))
      unmet(`${action.fn.name}() uses its untyped parameter besides the object`);
    draft.replace(path, at, at + param.name.length, `&${object}->${plan.owner.objectDevice}`);
  }
  draft.undeclare(action, local);
  draft.replace(path, parameters.at, parameters.end, `(struct ${plan.tag} *${object})`);
}

/** The function converts the object's device to the object: a parameter that it was given is that device. */
function converts({ program }: FixContext, plan: Plan, name: string): boolean {
  const fn = program.resolve(name, plan.action.file);
  const wrapper = fn && program.wrapper(fn);
  return wrapper?.tag === plan.tag && wrapper.member === plan.owner.objectDevice;
}

function otherMentions(text: string, body: Statement, local: Statement, name: string): number[] {
  return identifiers(text, body.at, body.end)
    .filter((mention) => mention.name === name && (mention.at < local.at || mention.at >= local.end))
    .map((mention) => mention.at);
}
