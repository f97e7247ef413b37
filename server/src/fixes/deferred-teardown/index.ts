import type { Node } from '../../facts/types';
import { effectOf } from '../../kernel';
import type { FnDef } from '../../program/types';
import { constructionOf, devicePath } from '../construction';
import { EditSet } from '../edits';
import { addFlags, type Flag } from '../flags';
import { addMember } from '../members';
import { definitionStart } from '../owner-registry/source/layout';
import { referToPublished } from '../publisher-reference';
import { releaseSites } from '../releases';
import { argumentTexts, callLines, nextLine, statementAt } from '../source';
import type { Fix, FixContext, Refusal } from '../types';
import { functionsOf, namesOf } from './functions';
import { editWorkqueue } from './workqueue';

/** Who used to release the action has a work item tear down; the action that stays with the host waits for it. */
export const deferredTeardown: Fix = {
  id: 'deferred-teardown',
  title: 'Tear down from a work item that unbind waits for',
  description: [
    'Whoever released the action queues a work item of the object instead, on a workqueue of the driver. A flag decides whether the work or the unbind of the host tears down. The action of the host waits for the work, before anything that was registered earlier goes, and holds a reference to the object, as the queued work does.',
    'The work waits for no lock that unbind holds, so unbind may wait for it. When it is done it takes the action off: with devm_remove_action_nowarn() where this tree declares that, else under the device lock of the host if nobody has it. Where somebody has it, the action and the memory of the object stay until unbind.',
    'Handlers do not wait for the work, others do: the object is gone some time after a write has returned. What races with its construction still does.',
  ].join('\n'),
  rules: ['double-release', 'release-vs-unbind', 'double-teardown'],
  needs: [
    'INIT_WORK',
    'queue_work',
    'flush_work',
    'current_work',
    'alloc_ordered_workqueue',
    'destroy_workqueue',
    'device_trylock',
    'device_unlock',
    'devm_release_action',
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
    const names = namesOf(tag);
    const taken = Object.values(names).find((name) => text.includes(name));
    if (taken) return { refused: `${action.file.path} has a ${taken} already` };
    const early = sites.find(({ fn, statement }) => fn.file !== action.file || statement.at < builder.fn.fn.at);
    if (early) return { refused: `${early.fn.fn.name}() releases the action before ${builder.fn.fn.name}() is defined` };
    const edits = new EditSet();
    const gone = members(context, edits);
    if ('refused' in gone) return gone;
    const refused = editWorkqueue(context, names.queue, edits) ?? registerWaiting(context, names.unbind, edits);
    if (refused) return refused;
    const at = definitionStart(text, builder.fn.fn.at);
    const handlers = new Set(context.lifetime.releasers.filter(({ kind }) => kind === 'sysfs-store').map((point) => point.fn));
    const waits = sites.some(({ fn }) => !handlers.has(fn));
    edits.add(action.file.path, [{ at, end: at, text: functionsOf(context, names, device, gone, waits) }]);
    const behind = nextLine(text, builder.statement.end);
    const init = `${builder.statement.indent}INIT_WORK(&${builder.object}->delete_work, ${names.work});\n`;
    edits.add(action.file.path, [{ at: behind, end: behind, text: init }]);
    for (const { fn, statement, args } of sites) {
      const name = handlers.has(fn) ? names.later : names.now;
      const call = callLines(statement.indent, `${name}(`, [args[2] ?? '', args[0] ?? ''], ');').join('\n');
      edits.add(fn.file.path, [{ at: statement.at, end: statement.end, text: call.slice(statement.indent.length) }]);
    }
    return edits.all();
  },
};

function members(context: FixContext, edits: EditSet): Flag | Refusal {
  const { tag } = context.lifetime;
  for (const member of [
    { name: 'delete_work', declaration: 'struct work_struct delete_work', doc: 'tears down on request' },
    { name: 'delete_host', declaration: 'struct device *delete_host', doc: 'device that has the action' },
  ]) {
    const added = addMember(context, tag, member);
    if ('refused' in added) return added;
    edits.add(added.path, added.edits);
  }
  const flags = addFlags(context, tag, [{ name: 'gone', doc: 'torn down, by its work item or by unbind', kind: 'atomic_t' }], edits);
  if ('refused' in flags) return flags;
  const [gone] = flags as [Flag];
  return includeWork(context, edits) ?? gone;
}

/** Registers the action in the form that waits for the work, with a reference that was taken before the object could be found. */
function registerWaiting(context: FixContext, unbind: string, edits: EditSet): Refusal | null {
  const construction = constructionOf(context);
  if ('refused' in construction) return construction;
  const { action, registrations } = context.lifetime;
  const { name } = construction.publisher.fn;
  const [site, ...others] = registrations;
  const call = site?.fn.fn.nodes[site.node] as (Node & { k: 'call' }) | undefined;
  const text = context.text(action.file.path);
  const statement = call && statementAt(text, call.at);
  const [host, , data] = call ? argumentTexts(text.slice(call.at, call.end)) : [];
  const isPlain = site?.fn === construction.publisher && others.length === 0 && call?.callee === 'devm_add_action_or_reset';
  if (!isPlain || !statement || !host || !data || site.fn.file !== action.file)
    return { refused: `${name}() does not register ${action.fn.name}() with a plain devm_add_action_or_reset()` };
  const head = text.slice(statement.at, text.indexOf('(', call.at) + 1);
  const lines = callLines(statement.indent, head, [host, unbind, data], ');').join('\n').slice(statement.indent.length);
  edits.add(action.file.path, [{ at: statement.at, end: statement.end, text: lines }]);
  return referToPublished(context, construction, { comment: 'dropped with the action', until: site.node }, edits);
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
