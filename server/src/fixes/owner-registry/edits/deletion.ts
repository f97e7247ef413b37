import { effectOf } from '../../../kernel';
import type { FnDef, Program } from '../../../program/types';
import type { FixContext } from '../../types';
import { type CallNode, callAt, errorVariable, pointerTo, typeOfVariable } from '../plan/query';
import { type Plan, type Site, unmet } from '../plan/types';
import { leadingDeclarations } from '../source/declarations';
import { mentions, wordsOf } from '../source/identifiers';
import { call, definitionStart, fits, indentAt } from '../source/layout';
import { type Statement, siblings } from '../source/statements';
import { lockLines } from './creators';
import type { Draft } from './draft';
import { objectVariable } from './teardown';

/** The handler looks the object up in the container, under the lock, and tears it down itself. */
export function editDeleters(context: FixContext, plan: Plan, draft: Draft): void {
  for (const site of plan.paths.deleters) editDeleter(context, plan, site, draft);
}

function editDeleter(context: FixContext, plan: Plan, site: Site, draft: Draft): void {
  const { fn } = site;
  const handler = read(context, site, draft);
  const owner = ownerOf(plan, fn, context.lifetime.releasers.find((p) => p.fn === fn)?.param ?? -1, draft);
  const object = objectIn(plan, site, draft);
  const result = errorVariable(fn) ?? errorVariable(plan.paths.gate) ?? 'rc';
  const id = identifierIn(plan, fn, draft, result);
  const unlock = `mutex_unlock(&${owner}->${plan.names.lock});`;
  const { indent, name, missing } = handler;
  const parsed = plan.identity ? [`if (sscanf(${name}, ${plan.identity.format}, &${id}) != 1)`, `\treturn ${missing};`, ''] : [];
  const differs = `!sysfs_streq(${name}, dev_name(&${object}->${plan.owner.objectDevice}))`;
  const found = plan.identity
    ? [`${object} = xa_load(&${owner}->${plan.names.container}, ${id});`, ...mismatch(indent, object, differs)]
    : [`${object} = ${findFunction(plan, owner, object, fn, draft)}(${owner}, ${name});`, `if (!${object}) {`];
  const lines = [
    ...parsed,
    ...lockLines(fn, `&${owner}->${plan.names.lock}`, result),
    ...found,
    `\t${unlock}`,
    `\treturn ${missing};`,
    '}',
    '',
    `${plan.action.fn.name}(${object});`,
    unlock,
  ];
  const code = lines.map((line) => (line ? `${indent}${line}` : '')).join('\n');
  draft.replace(fn.file.path, handler.at, handler.end, code.trimStart());
}

interface Handler {
  /** From the first statement of the lookup to the last of the release. */
  at: number;
  end: number;
  indent: string;
  /** Parameter that holds the written text. */
  name: string;
  /** Error for what is not found. */
  missing: string;
}

/** What a handler does, where it is no more than a lookup by name and a release. */
function read({ program }: FixContext, site: Site, draft: Draft): Handler {
  const { fn } = site;
  const released = callAt(site) as CallNode;
  const text = draft.text(fn.file.path);
  const name = fn.fn.params.find((p) => p.type.base === 'char' && p.type.pointers === 1)?.name ?? unmet(`${fn.fn.name}() takes no text`);
  const release = draft.statement(fn, released.at, released.end);
  const lookup = lookupOf(program, fn, name, released.at);
  const all = siblings(release);
  const first = all.find((s) => s.at <= lookup.at && lookup.at < s.end);
  if (!first || release.kind !== 'expression') unmet(`${fn.fn.name}() releases the action under a condition`);
  const declarations = leadingDeclarations(draft.definition(fn).body);
  const start = first.kind === 'declaration' ? (all[declarations.length] as Statement) : first;
  if (first.kind === 'declaration') draft.undeclare(fn, first);
  const last = putBehind(program, fn, release, all);
  checkSteps(program, fn, start.at, last.end, lookup, site);
  const found = new Set(fn.fn.nodes.flatMap((n) => ((n.k === 'call' || n.k === 'set') && n.dst && isIn(n.at, first, last) ? [n.dst] : [])));
  if (mentions(text, last.end, fn.fn.end, found)) unmet(`${fn.fn.name}() goes on with the object behind its release`);
  const missing = /-E[A-Z]+/.exec(text.slice(lookup.end, released.at))?.[0] ?? '-ENODEV';
  return { at: start.at, end: last.end, indent: indentAt(text, start.at), name, missing };
}

function isIn(at: number, first: Statement, last: Statement): boolean {
  return first.at <= at && at < last.end;
}

/** Variable of the handler for the object: declared where it released a converted device. */
function objectIn(plan: Plan, { fn }: Site, draft: Draft): string {
  const own = pointerTo(fn, plan.tag);
  if (own) return own;
  const name = objectVariable(plan);
  if (typeOfVariable(fn, name)) unmet(`${fn.fn.name}() uses the name ${name} for something else`);
  draft.declare(fn, `struct ${plan.tag} *${name};`);
  return name;
}

/** Defines the lookup by name in a list before the handler that needs it; its name. */
function findFunction(plan: Plan, owner: string, object: string, before: FnDef, draft: Draft): string {
  const { names } = plan;
  const path = before.file.path;
  const find = `find_${names.plural.slice(0, -1)}`;
  if (wordsOf(draft.text(path)).has(find)) unmet(`${find}() exists already`);
  const head = call('', `static struct ${plan.tag} *${find}`, [`struct ${plan.owner.tag} *${owner}`, 'const char *name'], '');
  draft.insert(
    path,
    definitionStart(draft.text(path), before.fn.at),
    `${head}
{
	struct ${plan.tag} *${object};

	lockdep_assert_held(&${owner}->${names.lock});

	list_for_each_entry(${object}, &${owner}->${names.container}, ${plan.node})
		if (sysfs_streq(name, dev_name(&${object}->${plan.owner.objectDevice})))
			return ${object};

	return NULL;
}

`,
  );
  return find;
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
  return effect?.op === 'find-child' && effect.match === undefined;
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
    const targets = program.targets(fn, node);
    if (!harmless && !(targets.length > 0 && targets.every((target) => program.wrapper(target.fn))))
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

/** Variable for the number that is written; declares it, and the error variable where the handler has none. */
function identifierIn(plan: Plan, fn: FnDef, draft: Draft, result: string): string {
  const { identity } = plan;
  const known = errorVariable(fn) !== null;
  const id = identity && typeOfVariable(fn, identity.member) ? `${identity.member}_written` : (identity?.member ?? '');
  const type = identity?.format.endsWith('%u"') ? 'unsigned int' : 'int';
  if (identity && !known && type === 'int') draft.declare(fn, `int ${result}, ${id};`);
  else {
    if (identity) draft.declare(fn, `${type} ${id};`);
    if (!known) draft.declare(fn, `int ${result};`);
  }
  return id;
}
