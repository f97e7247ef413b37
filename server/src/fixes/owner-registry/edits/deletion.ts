import { effectOf } from '../../../kernel';
import type { FnDef, Program } from '../../../program/types';
import type { FixContext } from '../../types';
import { type CallNode, errorVariable, pointerTo, typeOfVariable } from '../plan/query';
import { type Plan, type Site, unmet } from '../plan/types';
import { leadingDeclarations } from '../source/declarations';
import { fits, indentAt } from '../source/layout';
import { type Statement, siblings } from '../source/statements';
import { lockLines } from './creators';
import type { Draft } from './draft';
import { releaseCall } from './teardown';

/** The handler looks the object up in the container, under the lock, and tears it down itself. */
export function editDeleters(context: FixContext, plan: Plan, draft: Draft): void {
  for (const site of plan.paths.deleters) editDeleter(context, plan, site, draft);
}

function editDeleter({ program, lifetime }: FixContext, plan: Plan, site: Site, draft: Draft): void {
  const { fn } = site;
  const { names, identity } = plan;
  const { at, end, object } = releaseCall(plan, site);
  const text = draft.text(fn.file.path);
  const name = fn.fn.params.find((p) => p.type.base === 'char' && p.type.pointers === 1)?.name ?? unmet(`${fn.fn.name}() takes no text`);
  const release = draft.statement(fn, at, end);
  const lookup = lookupOf(program, fn, name, at);
  const all = siblings(release);
  const first = all.find((s) => s.at <= lookup.at && lookup.at < s.end);
  if (!first || release.kind !== 'expression') unmet(`${fn.fn.name}() releases the action under a condition`);
  const start = first.kind === 'declaration' ? (all[leadingDeclarations(draft.definition(fn).body).length] as Statement) : first;
  const last = putBehind(program, fn, release, all);
  checkSteps(program, fn, start.at, last.end, lookup, site);
  const owner = ownerOf(plan, fn, lifetime.releasers.find((p) => p.fn === fn)?.param ?? -1, draft);
  const missing = /-E[A-Z]+/.exec(text.slice(lookup.end, at))?.[0] ?? '-ENODEV';
  const { result, id } = variables(plan, fn, draft);
  const unlock = `mutex_unlock(&${owner}->${names.lock});`;
  const indent = indentAt(text, start.at);
  const lines = [
    `if (sscanf(${name}, ${identity.format}, &${id}) != 1)`,
    `\treturn ${missing};`,
    '',
    ...lockLines(fn, `&${owner}->${names.lock}`, result),
    `${object} = xa_load(&${owner}->${names.container}, ${id});`,
    ...mismatch(indent, object, `!sysfs_streq(${name}, dev_name(&${object}->${plan.owner.objectDevice}))`),
    `\t${unlock}`,
    `\treturn ${missing};`,
    '}',
    '',
    `${plan.action.fn.name}(${object});`,
    unlock,
  ];
  draft.replace(
    fn.file.path,
    start.at,
    last.end,
    lines
      .map((line) => (line ? `${indent}${line}` : ''))
      .join('\n')
      .trimStart(),
  );
}

/** The test that nothing was found, or something of another name. */
function mismatch(indent: string, object: string, differs: string): string[] {
  const line = `if (!${object} || ${differs}) {`;
  return fits(`${indent}${line}`) ? [line] : [`if (!${object} ||`, `    ${differs}) {`];
}

/** The call that is given the written text and finds the object, or finds its device. */
function lookupOf(program: Program, fn: FnDef, name: string, before: number): CallNode {
  const found = fn.fn.nodes.filter(
    (n, node): n is CallNode =>
      n.k === 'call' &&
      n.at < before &&
      n.args.some((arg) => arg.k === 'var' && arg.name === name) &&
      (finds(n.callee) ||
        program.targets(fn, node).some(({ fn: target }) => target.fn.nodes.some((m) => m.k === 'call' && finds(m.callee)))),
  );
  return found.length === 1 && found[0] ? found[0] : unmet(`${fn.fn.name}() does not look the object up by the name that is written to it`);
}

function finds(callee: CallNode['callee']): boolean {
  const effect = typeof callee === 'string' ? effectOf(callee) : undefined;
  return (effect?.op === 'find-child' || effect?.op === 'find-device') && effect.match === undefined;
}

/** The statement that drops the reference of the lookup, where it stands behind the release. */
function putBehind(program: Program, fn: FnDef, release: Statement, all: readonly Statement[]): Statement {
  const next = all[all.indexOf(release) + 1];
  const puts = fn.fn.nodes.some((n, node) => {
    if (n.k !== 'call' || !next || n.at < next.at || n.at >= next.end || program.targets(fn, node).length > 0) return false;
    return typeof n.callee === 'string' && effectOf(n.callee)?.op === 'put';
  });
  return next && puts ? next : release;
}

/** Between the lookup and the release only checks and conversions may stand. */
function checkSteps(program: Program, fn: FnDef, from: number, to: number, lookup: CallNode, site: Site): void {
  fn.fn.nodes.forEach((n, node) => {
    if (n.at < from || n.at >= to || n === lookup || node === site.node) return;
    if (n.k === 'store' || n.k === 'iter' || n.k === 'opaque') unmet(`${fn.fn.name}() does more than look up and release the object`);
    if (n.k !== 'call') return;
    const effect = typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
    const harmless = effect && ['is-err', 'err-value', 'put', 'same', 'none'].includes(effect.op);
    if (!harmless && !program.targets(fn, node).every(({ fn: target }) => program.wrapper(target)))
      unmet(`${fn.fn.name}() does more than look up and release the object`);
  });
}

function ownerOf(plan: Plan, fn: FnDef, param: number, draft: Draft): string {
  const own = pointerTo(fn, plan.owner.tag);
  if (own) return own;
  const name = pointerTo(plan.paths.gate, plan.owner.tag) as string;
  const device = fn.fn.params[param]?.name ?? unmet(`${fn.fn.name}() is not given the device of the struct ${plan.owner.tag}`);
  if (typeOfVariable(fn, name)) unmet(`${fn.fn.name}() uses the name ${name} for something else`);
  draft.declare(fn, `struct ${plan.owner.tag} *${name} = ${plan.owner.conversion}(${device});`);
  return name;
}

/** The handler's error variable and the number that was parsed: declared where they are not there. */
function variables(plan: Plan, fn: FnDef, draft: Draft): { result: string; id: string } {
  const id = typeOfVariable(fn, plan.identity.member) ? `${plan.identity.member}_written` : plan.identity.member;
  const unsigned = plan.identity.format.endsWith('%u"');
  const known = errorVariable(fn);
  const result = known ?? 'rc';
  const own = !known && !unsigned ? `int ${result}, ${id};` : null;
  if (own) draft.declare(fn, own);
  else {
    if (!known) draft.declare(fn, `int ${result};`);
    draft.declare(fn, unsigned ? `unsigned int ${id};` : `int ${id};`);
  }
  return { result, id };
}
