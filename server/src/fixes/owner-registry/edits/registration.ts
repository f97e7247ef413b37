import { type CallNode, callAt, pointerTo } from '../plan/query';
import { type Plan, type Site, unmet } from '../plan/types';
import { indentAt } from '../source/layout';
import { nextOf, type Statement } from '../source/statements';
import { containerOf } from './container';
import type { Draft } from './draft';
import { releaseCall } from './teardown';

/** Objects go into the container instead of onto the devres list of the host. */
export function editRegistrations(plan: Plan, draft: Draft): void {
  for (const site of plan.paths.registrations) register(plan, site, draft);
}

function register(plan: Plan, site: Site, draft: Draft): void {
  const { fn } = site;
  const call = callAt(site) as CallNode;
  const { object } = releaseCall(plan, site);
  const owner = pointerTo(fn, plan.owner.tag) as string;
  const statement = draft.statement(fn, call.at, call.end);
  if (statement.kind !== 'expression' || !call.dst || call.dst.startsWith('$'))
    unmet(`${fn.fn.name}() does not assign the result of ${String(call.callee)}() to a variable`);
  const { insert } = containerOf(plan);
  if (insert) {
    const check = failureCheck(draft, site, statement, call.dst as string);
    draft.replace(fn.file.path, statement.at, check.end, insert(owner, object));
    return;
  }
  const member = plan.identity?.member ?? '';
  const args = [`&${owner}->${plan.names.container}`, `${object}->${member}`, object, 'GFP_KERNEL'];
  draft.replace(fn.file.path, statement.at, statement.end, draft.call(fn, statement, `${call.dst} = xa_insert`, args, ';'));
  if (call.callee === 'devm_add_action_or_reset') tearDownOnFailure(plan, site, statement, call.dst as string, object, draft);
}

/** The `if` right behind a registration that tests its result, and does nothing else. */
function failureCheck(draft: Draft, { fn }: Site, statement: Statement, result: string): Statement {
  const text = draft.text(fn.file.path);
  const check = nextOf(statement);
  const branch = check?.children[0];
  const head = check && branch ? text.slice(check.at, branch.at).replace(/\s+/g, ' ') : '';
  if (check?.kind === 'if' && check.children.length === 1 && head.startsWith(`if (${result})`)) return check;
  return unmet(`${fn.fn.name}() does not test the result of the registration right behind it`);
}

/** What devm_add_action_or_reset() does itself on failure. */
function tearDownOnFailure(plan: Plan, site: Site, statement: Statement, result: string, object: string, draft: Draft): void {
  const { path } = site.fn.file;
  const text = draft.text(path);
  const check = failureCheck(draft, site, statement, result);
  const branch = check.children[0] as Statement;
  const teardown = `${plan.action.fn.name}(${object});`;
  if (branch.kind === 'block') draft.insert(path, branch.at + 1, `\n${indentAt(text, check.at)}\t${teardown}`);
  else inBraces(path, text, check, branch, teardown, draft);
}

/** Puts a statement before the only one of an `if`, and braces around both. */
export function inBraces(path: string, text: string, outer: Statement, only: Statement, line: string, draft: Draft): void {
  const indent = indentAt(text, outer.at);
  const head = text.slice(0, only.at).trimEnd().length;
  draft.replace(path, head, only.at, ` {\n${indent}\t${line}\n${indent}\t`);
  draft.insert(path, only.end, `\n${indent}}`);
}
