import { effectOf } from '../../kernel';
import type { FnDef } from '../../program/types';
import { devicePath } from '../construction';
import { EditSet } from '../edits';
import { addFlags, type Flag } from '../flags';
import { addMember } from '../members';
import { leadingDeclarations } from '../owner-registry/source/declarations';
import { definitionStart, lineAfter } from '../owner-registry/source/layout';
import { definitionAt, definitionsOf } from '../owner-registry/source/statements';
import { releaseSites } from '../releases';
import { callLines, nextLine, statementAt } from '../source';
import type { Fix, FixContext, Refusal } from '../types';
import { editWorkqueue } from './workqueue';

/** Who used to release the action has a work item do it, under the lock that the unbind of the host holds. */
export const deferredTeardown: Fix = {
  id: 'deferred-teardown',
  title: 'Release from a work item under the device lock',
  description: [
    'Whoever released the action queues a work item of the object instead, on a workqueue of the driver. The work takes the device lock of the host, which unbind holds too, and releases the action unless a flag says that the teardown has run.',
    'A handler may not take that lock itself: unbind waits for the handler. For the same reason unbind does not wait for the queue, the work would never get the lock; it keeps the host and the object by references, and the queue is drained when the module goes.',
    'The object is gone some time after the write has returned. Whoever builds an object without the device lock still races.',
  ].join('\n'),
  rules: ['double-release', 'release-vs-unbind', 'double-teardown'],
  needs: [
    'INIT_WORK',
    'queue_work',
    'alloc_ordered_workqueue',
    'destroy_workqueue',
    'device_lock',
    'device_unlock',
    'get_device',
    'put_device',
  ],
  compute(context) {
    const { tag, action } = context.lifetime;
    const sites = releaseSites(context);
    if ('refused' in sites) return sites;
    const device = devicePath(context.program, tag);
    const builder = builderOf(context);
    if (device === null) return { refused: `struct ${tag} does not embed one device` };
    if ('refused' in builder) return builder;
    const text = context.text(action.file.path);
    const taken = [`${tag}_wq`, `${tag}_delete_work`, `${tag}_delete_later`].find((name) => text.includes(name));
    if (taken) return { refused: `${action.file.path} has a ${taken} already` };
    const early = sites.find(({ fn, statement }) => fn.file !== action.file || statement.at < builder.fn.fn.at);
    if (early) return { refused: `${early.fn.fn.name}() releases the action before ${builder.fn.fn.name}() is defined` };
    const edits = new EditSet();
    const flags = members(context, edits);
    if ('refused' in flags) return flags;
    const refused = editWorkqueue(context, `${tag}_wq`, edits) ?? markTeardown(context, flags.gone, edits);
    if (refused) return refused;
    const at = definitionStart(text, builder.fn.fn.at);
    edits.add(action.file.path, [{ at, end: at, text: functions(context, device, flags) }]);
    const behind = nextLine(text, builder.statement.end);
    const init = `${builder.statement.indent}INIT_WORK(&${builder.object}->delete_work, ${tag}_delete_work);\n`;
    edits.add(action.file.path, [{ at: behind, end: behind, text: init }]);
    for (const { fn, statement, args } of sites) {
      const call = callLines(statement.indent, `${tag}_delete_later(`, [args[2] ?? '', args[0] ?? ''], ');').join('\n');
      edits.add(fn.file.path, [{ at: statement.at, end: statement.end, text: call.slice(statement.indent.length) }]);
    }
    return edits.all();
  },
};

interface Flags {
  gone: Flag;
  deleting: Flag;
}

function members(context: FixContext, edits: EditSet): Flags | Refusal {
  const { tag } = context.lifetime;
  for (const member of [
    { name: 'delete_work', declaration: 'struct work_struct delete_work', doc: 'tears down what it is asked to delete' },
    { name: 'delete_host', declaration: 'struct device *delete_host', doc: 'whose lock that work takes' },
  ]) {
    const added = addMember(context, tag, member);
    if ('refused' in added) return added;
    edits.add(added.path, added.edits);
  }
  const flags = addFlags(
    context,
    tag,
    [
      { name: 'deleting', doc: 'the deletion is queued, once', kind: 'atomic_t' },
      { name: 'gone', doc: 'torn down, under the device lock of the host', kind: 'bool' },
    ],
    edits,
  );
  if ('refused' in flags) return flags;
  const [deleting, gone] = flags as [Flag, Flag];
  return includeWork(context, edits) ?? { deleting, gone };
}

/** The header of the struct includes what its new member is made of. */
function includeWork(context: FixContext, edits: EditSet): Refusal | null {
  const struct = context.program.struct(context.lifetime.tag);
  const file = context.program.files.find(({ structs }) => struct && structs.includes(struct));
  if (!file) return { refused: `struct ${context.lifetime.tag} is not defined in the checked files` };
  const angled = file.includes.filter((include) => include.angled);
  if (angled.some(({ path }) => path === 'linux/workqueue.h')) return null;
  const last = angled.at(-1);
  if (!last) return { refused: `${file.path} includes no header of the kernel` };
  const text = context.text(file.path);
  const at = nextLine(text, last.at);
  edits.add(file.path, [{ at, end: at, text: '#include <linux/workqueue.h>\n' }]);
  return null;
}

/** The one function that initialises the object's device, and where. */
function builderOf(context: FixContext): { fn: FnDef; object: string; statement: NonNullable<ReturnType<typeof statementAt>> } | Refusal {
  const { program, lifetime } = context;
  const found = program.functions.flatMap((fn) =>
    fn.fn.nodes.flatMap((n) => {
      const effect = n.k === 'call' && typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
      const dev = n.k === 'call' && effect?.op === 'device-initialize' ? n.args[effect.dev] : undefined;
      return dev && context.roots.of(dev, fn).has(lifetime.tag) ? [{ fn, at: n.at }] : [];
    }),
  );
  const [first, ...others] = found;
  if (!first || others.length > 0) return { refused: `no one function initialises the device of struct ${lifetime.tag}` };
  const { fn } = first;
  const statement = statementAt(context.text(fn.file.path), first.at);
  const object = fn.fn.locals.filter(({ type }) => type.base === `struct ${lifetime.tag}` && type.pointers === 1);
  if (!statement || object.length !== 1 || !object[0]) return { refused: `${fn.fn.name}() initialises the device in an unusual place` };
  if (fn.file !== lifetime.action.file || fn.fn.at < lifetime.action.fn.at)
    return { refused: `${fn.fn.name}() is not defined behind ${lifetime.action.fn.name}()` };
  return { fn, object: object[0].name, statement };
}

/** The teardown sets its flag before anything else. */
function markTeardown(context: FixContext, gone: Flag, edits: EditSet): Refusal | null {
  const { action, tag } = context.lifetime;
  const text = context.text(action.file.path);
  const definition = definitionAt(definitionsOf(text), action.fn.nameAt);
  const object = action.fn.locals.find(({ type }) => type.base === `struct ${tag}` && type.pointers === 1)?.name;
  const last = definition && leadingDeclarations(definition.body).at(-1);
  if (!object || !last) return { refused: `${action.fn.name}() has no variable for its struct ${tag}` };
  const behind = lineAfter(text, last.end - 1);
  const at = text[behind] === '\n' ? behind + 1 : behind;
  edits.add(action.file.path, [{ at, end: at, text: `\t${gone.set(object)}\n` }]);
  return null;
}

function functions(context: FixContext, device: string, { deleting, gone }: Flags): string {
  const { tag, action } = context.lifetime;
  const object = action.fn.locals.find(({ type }) => type.base === `struct ${tag}` && type.pointers === 1)?.name ?? 'object';
  const struct = `struct ${tag} *${object}`;
  const declaration = `\t${struct} = container_of(work, struct ${tag}, delete_work);`;
  const isLong = declaration.length + 7 > 80;
  return [
    `static void ${tag}_delete_work(struct work_struct *work)`,
    '{',
    ...(isLong ? [`\t${struct} =`, `\t\tcontainer_of(work, struct ${tag}, delete_work);`] : [declaration]),
    `\tstruct device *host = ${object}->delete_host;`,
    '',
    '\tdevice_lock(host);',
    `\tif (!${gone.test(object)})`,
    `\t\tdevm_release_action(host, ${action.fn.name}, ${object});`,
    '\tdevice_unlock(host);',
    '\tput_device(host);',
    `\tput_device(&${object}->${device});`,
    '}',
    '',
    '/* Unbind holds the lock that this needs, and waits for its caller */',
    ...callLines('', `static void ${tag}_delete_later(`, [struct, 'struct device *host'], ')'),
    '{',
    `\tif (${deleting.testAndSet(object)})`,
    '\t\treturn;',
    '',
    `\t${object}->delete_host = get_device(host);`,
    `\tget_device(&${object}->${device});`,
    `\tqueue_work(${tag}_wq, &${object}->delete_work);`,
    '}',
    '',
    '',
  ].join('\n');
}
