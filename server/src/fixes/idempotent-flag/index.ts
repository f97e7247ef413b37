import type { Node } from '../../facts/types';
import { EditSet } from '../edits';
import { addFlags, type Flag } from '../flags';
import { refuseBefore } from '../refusal';
import { type ReleaseSite, releaseSites, removeThenTearDown } from '../releases';
import { callLines, insertBefore, statementAt } from '../source';
import type { Fix, FixContext, Refusal } from '../types';

/** A flag that one teardown wins: in the teardown itself where the removal may fail silently, else in front of each release. */
export const idempotentFlag: Fix = {
  id: 'idempotent-flag',
  title: 'Stopgap: let a flag pick one teardown',
  description: [
    'Where this tree declares devm_remove_action_nowarn(), the removal decides first and the flag makes the teardown itself idempotent; elsewhere the flag is taken in front of each release, and the unbind still races.',
    'Maintainers objected to this shape: a subsystem that knows its objects never unregisters one twice. Take it as a stopgap for a stable tree.',
  ].join('\n'),
  rules: ['double-release', 'double-teardown', 'release-vs-unbind', 'release-before-add'],
  needs: ['atomic_xchg'],
  stopgap: true,
  compute(context) {
    const sites = releaseSites(context);
    if ('refused' in sites) return sites;
    const edits = new EditSet();
    const flags = addFlags(
      context,
      context.lifetime.tag,
      [{ name: 'torn_down', doc: 'somebody has torn it down or is about to', kind: 'atomic_t' }],
      edits,
    );
    if ('refused' in flags) return flags;
    const [flag] = flags as [Flag];
    const refused = context.declares('devm_remove_action_nowarn')
      ? guardTeardown(context, sites, flag, edits)
      : claim(context, sites, flag, edits);
    return refused ?? edits.all();
  },
};

function guardTeardown(context: FixContext, sites: readonly ReleaseSite[], flag: Flag, edits: EditSet): Refusal | null {
  const { action } = context.lifetime;
  const text = context.text(action.file.path);
  const object = action.fn.locals.find((l) => l.type.base === `struct ${context.lifetime.tag}` && l.type.pointers === 1)?.name;
  const first = action.fn.nodes.find((n): n is Node & { k: 'call' } => n.k === 'call' && !n.implicit && isOwnStatement(text, n));
  const statement = first && statementAt(text, first.at);
  if (!object || !statement) return { refused: `${action.fn.name}() does not begin with a call on its object` };
  edits.add(action.file.path, insertBefore(text, statement, [`if (${flag.testAndSet(object)})`, '\treturn;', '']));
  for (const site of sites)
    edits.add(site.fn.file.path, [{ at: site.statement.at, end: site.statement.end, text: removeThenTearDown(site) }]);
  return null;
}

/** A call that is no part of a declaration: what stands before it ends a statement or a paragraph of declarations. */
function isOwnStatement(text: string, call: Node & { k: 'call' }): boolean {
  const statement = statementAt(text, call.at);
  return statement !== null && statement.at === call.at;
}

function claim(context: FixContext, sites: readonly ReleaseSite[], flag: Flag, edits: EditSet): Refusal | null {
  const handlers = new Set(context.lifetime.releasers.filter((p) => p.kind === 'sysfs-store').map((p) => p.fn));
  for (const site of sites) {
    if (handlers.has(site.fn)) {
      const refused = refuseBefore(context, site.fn, site.node, flag.testAndSet, '-ENODEV', null, edits);
      if (refused) return refused;
      continue;
    }
    const release = callLines(`${site.statement.indent}\t`, 'devm_release_action(', site.args, ');');
    const lines = [`if (!${flag.testAndSet(site.args[2] ?? '')})`, ...release];
    edits.add(site.fn.file.path, [{ at: site.statement.at, end: site.statement.end, text: lines.join('\n') }]);
  }
  return null;
}
