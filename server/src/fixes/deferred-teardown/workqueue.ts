import type { Node } from '../../facts/types';
import type { FnDef } from '../../program/types';
import type { EditSet } from '../edits';
import { leadingDeclarations } from '../owner-registry/source/declarations';
import { definitionStart, lineAfter } from '../owner-registry/source/layout';
import { type Definition, definitionAt, definitionsOf, type Statement, walk } from '../owner-registry/source/statements';
import { insertBefore, statementAt } from '../source';
import type { FixContext, Refusal } from '../types';

/** Where the driver comes and goes: the queue is made in one and destroyed in the other. */
interface Module {
  init: FnDef;
  exit: FnDef;
}

/**
 * Makes the workqueue when the driver is initialised and destroys it, which waits for what is queued, when the driver goes. It is
 * private to the teardown's file where that is initialised by functions of its own, else declared beside the struct.
 */
export function editWorkqueue(context: FixContext, name: string, edits: EditSet): Refusal | null {
  const module = moduleOf(context);
  if ('refused' in module) return module;
  const { init, exit } = module;
  const { action } = context.lifetime;
  if (!context.editable(init.file.path) || !context.editable(exit.file.path))
    return { refused: `${init.file.path} is not among the checked files` };
  const isPrivate = init.file === action.file && exit.file === action.file;
  declare(context, name, isPrivate ? action : init, isPrivate, edits);
  return make(context, init, name, edits) ?? destroy(context, exit, name, edits);
}

/** Functions of the action's own file that the module's init and exit reach, else the init and exit of the only module there is. */
function moduleOf(context: FixContext): Module | Refusal {
  const { program, lifetime } = context;
  const points = (kind: 'init' | 'exit') => program.entryPoints.filter((point) => point.kind === kind).map((point) => point.fn);
  const own = (kind: 'init' | 'exit') =>
    [...new Set(points(kind).flatMap((fn) => [fn, ...callees(context, fn)]))].filter((fn) => fn.file === lifetime.action.file);
  const [init, ...inits] = own('init');
  const [exit, ...exits] = own('exit');
  if (init && exit && inits.length === 0 && exits.length === 0) return { init, exit };
  const [first, ...others] = points('init');
  const [last, ...more] = points('exit');
  if (first && last && others.length === 0 && more.length === 0) return { init: first, exit: last };
  return { refused: `it is not clear which module's init and exit belong to ${lifetime.action.file.path}` };
}

function callees({ program }: FixContext, fn: FnDef): FnDef[] {
  return fn.fn.nodes.flatMap((n, i) => (n.k === 'call' ? program.targets(fn, i).flatMap((t) => (t.via === 'direct' ? [t.fn] : [])) : []));
}

function declare(context: FixContext, name: string, before: FnDef, isPrivate: boolean, edits: EditSet): void {
  const { path } = before.file;
  const at = definitionStart(context.text(path), before.fn.at);
  edits.add(path, [{ at, end: at, text: `${isPrivate ? 'static ' : ''}struct workqueue_struct *${name};\n\n` }]);
  if (isPrivate) return;
  const struct = context.program.struct(context.lifetime.tag);
  const header = context.program.files.find((file) => struct && file.structs.includes(struct));
  if (!struct || !header) return;
  const end = lineAfter(context.text(header.path), struct.end);
  edits.add(header.path, [{ at: end, end, text: `\nextern struct workqueue_struct *${name};\n` }]);
}

function make(context: FixContext, { fn, file }: FnDef, name: string, edits: EditSet): Refusal | null {
  const text = context.text(file.path);
  const definition = definitionAt(definitionsOf(text), fn.nameAt);
  if (!definition || fn.ret.base !== 'int') return { refused: `${fn.name}() returns no error number` };
  const queue = context.lifetime.tag;
  const declared = leadingDeclarations(definition.body).at(-1);
  const returns = [...walk(definition.body)].filter(({ kind }) => kind === 'return');
  const direct = returns.filter((statement) => /\(/.test(returned(text, statement)));
  const needsVariable = direct.length > 0 && !fn.locals.some((local) => local.name === 'rc');
  const at = lineAfter(text, (declared?.end ?? definition.body.at + 1) - 1);
  const lines = [
    ...(needsVariable ? ['\tint rc;', ''] : declared ? [''] : []),
    `\t${name} = alloc_ordered_workqueue("${queue}", 0);`,
    `\tif (!${name})`,
    '\t\treturn -ENOMEM;',
    ...(declared ? [] : ['']),
  ];
  if (needsVariable && declared) return { refused: `${fn.name}() passes on the result of a call and has no variable for it` };
  edits.add(file.path, [{ at, end: at, text: `${lines.join('\n')}\n` }]);
  for (const statement of returns) undo(text, statement, returned(text, statement), name, returns.length > 1, edits, file.path);
  return null;
}

/** What the init function did is undone wherever it fails. */
function undo(text: string, { at, end }: Statement, value: string, name: string, hasOthers: boolean, edits: EditSet, path: string): void {
  if (value === '0') return;
  const place = statementAt(text, at);
  if (!place) return;
  if (/\(/.test(value)) {
    const { indent } = place;
    const lines = [`rc = ${value};`, `${indent}if (rc)`, `${indent}\tdestroy_workqueue(${name});`, '', `${indent}return rc;`];
    edits.add(path, [{ at, end, text: lines.join('\n') }]);
  } else if (/^-/.test(value) || hasOthers) edits.add(path, insertBefore(text, place, [`destroy_workqueue(${name});`]));
  else edits.add(path, insertBefore(text, place, [`if (${value})`, `\tdestroy_workqueue(${name});`, '']));
}

function returned(text: string, { at, end }: Statement): string {
  return text
    .slice(at, end)
    .replace(/^return\s*/, '')
    .replace(/;$/, '')
    .trim();
}

function destroy(context: FixContext, { fn, file }: FnDef, name: string, edits: EditSet): Refusal | null {
  const text = context.text(file.path);
  const definition: Definition | null = definitionAt(definitionsOf(text), fn.nameAt);
  if (!definition || fn.nodes.filter((n: Node) => n.k === 'return' && !!n.value).length > 0)
    return { refused: `${fn.name}() is no plain exit function` };
  const at = text.lastIndexOf('\n', definition.body.end - 1) + 1;
  edits.add(file.path, [{ at, end: at, text: `\tdestroy_workqueue(${name});\n` }]);
  return null;
}
