import { type Construction, type Consumer, callsOn, constructionOf, releasingHandlers, successReturns } from '../construction';
import { EditSet } from '../edits';
import { addFlags, type Flag } from '../flags';
import { afterSuccess } from '../paths';
import { refuseBefore } from '../refusal';
import { insertBefore, type Statement, statementAt } from '../source';
import type { Fix, FixContext, Refusal } from '../types';

/** The handler refuses to release an object until its construction is done. */
export const readyGate: Fix = {
  id: 'ready-gate',
  title: 'Refuse the deletion until construction is done',
  brief: 'ready gate',
  description: [
    'A flag of the object is set when its construction ends; the store handler that finds the object earlier drops the reference of its lookup and returns -EBUSY.',
    'The release/acquire pair orders what construction wrote before the deletion. Assumes that user space may try again, and that every path that keeps an object sets the flag.',
    'It keeps handlers off a half built object; it does not pick one of two releases, nor does it stop the unbind of the host.',
  ].join('\n'),
  rules: ['release-before-add', 'use-after-free', 'use-after-unregister', 'double-release'],
  needs: ['smp_store_release', 'smp_load_acquire'],
  compute(context) {
    const construction = constructionOf(context);
    if ('refused' in construction) return construction;
    const edits = new EditSet();
    const flags = addFlags(
      context,
      context.lifetime.tag,
      [{ name: 'ready', doc: 'construction is done, may be deleted', kind: 'bool', ordered: true }],
      edits,
    );
    if ('refused' in flags) return flags;
    const [flag] = flags as [Flag];
    return openGate(context, construction, flag, edits) ?? shutGate(context, flag, edits) ?? edits.all();
  },
};

/** Sets the member where the outermost function that was given the new object is done with it. */
function openGate(context: FixContext, construction: Construction, flag: Flag, edits: EditSet): Refusal | null {
  const ends = construction.consumers.filter((consumer) => !consumer.passesOn);
  const handler = releasingHandlers(context)[0]?.point.name;
  if (ends.length === 0 || !handler) return { refused: 'no function ends the construction, or no store handler ends the object itself' };
  for (const consumer of ends) {
    const { path } = consumer.fn.file;
    const text = context.text(path);
    const at = lastHold(context, consumer, text);
    if ('refused' in at) return at;
    const lines = [`/* construction is over, pairs with ${handler}() */`, ...flag.setRelease(consumer.object)];
    edits.add(path, insertBefore(text, at, lines));
  }
  return null;
}

/** The statement that drops the constructor's reference, or else its last return. */
function lastHold(context: FixContext, consumer: Consumer, text: string): Statement | Refusal {
  const name = consumer.fn.fn.name;
  const after = afterSuccess(consumer.fn, consumer.call);
  const puts = callsOn(context, consumer.fn, 'put').filter((i) => after.has(i));
  const at = puts.length > 0 ? puts : successReturns(consumer);
  const node = consumer.fn.fn.nodes[Math.max(...at)];
  if (!node || (puts.length === 0 && at.length > 1)) return { refused: `${name}() ends the construction in several places` };
  return statementAt(text, node.at) ?? { refused: `${name}() does not end in a statement of its own` };
}

/** Lets every handler that releases the object test the member first. */
function shutGate(context: FixContext, flag: Flag, edits: EditSet): Refusal | null {
  const handlers = releasingHandlers(context);
  if (handlers.length === 0) return { refused: `no store handler releases ${context.lifetime.action.fn.name}() itself` };
  for (const { point, release } of handlers) {
    const refused = refuseBefore(
      context,
      point.fn,
      release,
      (object) => `!${flag.testAcquire(object)}`,
      '-EBUSY',
      'pairs with the end of construction',
      edits,
    );
    if (refused) return refused;
  }
  return null;
}
