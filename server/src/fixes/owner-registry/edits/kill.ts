import { printExpr } from '../../../facts/print';
import type { FileFacts } from '../../../facts/types';
import { effectOf } from '../../../kernel';
import type { FixContext } from '../../types';
import { callAt, pointerTo } from '../plan/query';
import { type OwnerRemoval, type Plan, unmet } from '../plan/types';
import { definitionStart, lineAfter } from '../source/layout';
import { standsInBlock } from '../source/statements';
import { containerOf } from './container';
import type { Draft } from './draft';
import { objectVariable, ownerVariable } from './teardown';

/** The function that ends what is left of an owner, its declaration, and its call before the owner is unregistered. */
export function editKillAll(context: FixContext, plan: Plan, draft: Draft): void {
  const { action, names, owner } = plan;
  const keeper = ownerVariable(plan);
  const object = objectVariable(plan);
  const elsewhere = owner.removals.filter((removal) => removal.fn.file !== action.file);
  const definition = draft.definition(action);
  const path = action.file.path;
  const text = draft.text(path);
  const head = `${elsewhere.length > 0 ? '' : 'static '}void ${names.kill}(struct ${owner.tag} *${keeper})`;
  const { locals, head: loop } = containerOf(plan).each(keeper, object);
  draft.insert(
    path,
    lineAfter(text, definition.end - 1),
    `
/* Tears down the ${names.plural} that are left, and keeps new ones from coming */
${head}
{
${locals.map((local) => `\t${local}`).join('\n')}

	mutex_lock(&${keeper}->${names.lock});
	${keeper}->${names.dead} = true;
	${loop}
		${action.fn.name}(${object});
	mutex_unlock(&${keeper}->${names.lock});
}
`,
  );
  for (const removal of owner.removals) {
    callBefore(plan, removal, draft);
    const ahead = removal.fn.file === action.file && removal.fn.fn.at < action.fn.at;
    if (ahead && elsewhere.length === 0) draft.insert(path, definitionStart(text, removal.fn.fn.at), `${head};\n\n`);
  }
  if (elsewhere.length > 0) declareShared(context, plan, head, elsewhere, draft);
}

function callBefore(plan: Plan, removal: OwnerRemoval, draft: Draft): void {
  const { fn } = removal;
  const call = callAt(removal);
  const effect = call && typeof call.callee === 'string' ? effectOf(call.callee) : undefined;
  const device = effect?.op === 'device-del' ? call?.args[effect.dev] : undefined;
  if (!call || !device) unmet(`${fn.fn.name}() does not unregister its device by a plain call`);
  const statement = draft.statement(fn, call.at, call.end);
  if (!standsInBlock(statement)) unmet(`${fn.fn.name}() unregisters the struct ${plan.owner.tag} under a condition`);
  const own = pointerTo(fn, plan.owner.tag);
  const converted = `${plan.owner.conversion}(${printExpr(device)})`;
  const kill = `${plan.names.kill}(${own && !removal.predicate ? own : converted});`;
  const lines = removal.predicate ? [`if (${removal.predicate}(${printExpr(device)}))`, `\t${kill}`, ''] : [kill];
  draft.before(fn, statement, lines);
}

/** A prototype beside those of the teardown's file, and a stub beside their stubs. */
function declareShared(context: FixContext, plan: Plan, head: string, removals: readonly OwnerRemoval[], draft: Draft): void {
  const header = sharedHeader(context, plan, removals);
  const text = draft.text(header.path);
  const own = new Set(plan.action.file.functions.filter((fn) => !fn.static).map((fn) => fn.name));
  const stubs = header.functions.filter((fn) => fn.config?.startsWith('!') && own.has(fn.name));
  const prototypes = header.prototypes.filter((p) => own.has(p.name) && (stubs.length === 0 || stubs.some((stub) => stub.name === p.name)));
  const anchor = prototypes.at(-1) ?? unmet(`${header.path} declares no function of ${plan.action.file.path}`);
  const stub = stubs.at(-1);
  if (!new RegExp(`\\bstruct ${plan.owner.tag}\\b`).test(text.slice(0, anchor.at)) && !includesStruct(context, header, plan.owner.tag)) {
    const at = behindIncludes(header, text);
    draft.insert(header.path, at, `\nstruct ${plan.owner.tag};\n`);
  }
  draft.insert(header.path, lineAfter(text, text.indexOf(';', anchor.at)), `${head};\n`);
  if (stub) draft.insert(header.path, lineAfter(text, stub.end - 1), `static inline ${head}\n{\n}\n`);
}

/** Offset behind the includes of a header; where it has none, behind its include guard. */
function behindIncludes(header: FileFacts, text: string): number {
  const last = header.includes.at(-1);
  if (last) return lineAfter(text, last.at);
  const guard = /^#ifndef (\w+)\n#define \1[^\n]*\n/m.exec(text);
  return guard ? guard.index + guard[0].length : unmet(`${header.path} has no include guard`);
}

/** The checked header that both files see and that declares most of the teardown's file, nearest to it first. */
function sharedHeader({ program }: FixContext, plan: Plan, removals: readonly OwnerRemoval[]): FileFacts {
  const from = plan.action.file;
  const own = new Set(from.functions.filter((fn) => !fn.static).map((fn) => fn.name));
  const folder = from.path.slice(0, from.path.lastIndexOf('/') + 1);
  const seen = (file: FileFacts, header: FileFacts) =>
    file.includes.some((i) => header.path === i.path || header.path.endsWith(`/${i.path}`));
  const rank = (header: FileFacts) =>
    header.prototypes.filter((p) => own.has(p.name)).length + (header.path.startsWith(folder) && folder ? 1000 : 0);
  const candidates = program.files
    .filter((file) => file.path.endsWith('.h') && [from, ...removals.map((r) => r.fn.file)].every((f) => seen(f, file)))
    .filter((header) => header.prototypes.some((p) => own.has(p.name)))
    .sort((a, b) => rank(b) - rank(a));
  return candidates[0] ?? unmet(`no header declares functions of ${from.path} for ${removals[0]?.fn.file.path}`);
}

function includesStruct({ program }: FixContext, header: FileFacts, tag: string): boolean {
  return program.files.some(
    (file) =>
      file.structs.some((s) => s.tag === tag) && header.includes.some((i) => file.path === i.path || file.path.endsWith(`/${i.path}`)),
  );
}
