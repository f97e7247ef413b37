import type { Node } from '../../facts/types';
import {
  type Construction,
  type Consumer,
  callsOn,
  constructionOf,
  devicePath,
  givesObject,
  reachesWithout,
  successReturns,
} from '../construction';
import { EditSet } from '../edits';
import { afterFailure, afterSuccess, reached } from '../paths';
import { referToPublished } from '../publisher-reference';
import { insertBefore, lineBefore, nextLine, type Statement, statementAt } from '../source';
import type { Fix, FixContext, Refusal } from '../types';

/** The constructor holds a reference of its own from before the object can be found until it is done with it. */
export const pinBeforePublish: Fix = {
  id: 'pin-before-publish',
  title: 'Take a construction reference before device_add()',
  brief: 'construction reference',
  description: [
    'The function that adds the device takes a reference before; whoever gets the object from it drops it at the end of construction, or hands it on where it took one until now.',
    'A reference keeps the memory, not the registration: what is configured after a deletion is still lost, unless a flag is tested under the lock of the teardown.',
  ].join('\n'),
  rules: ['use-after-free'],
  needs: ['get_device', 'put_device'],
  compute(context) {
    const construction = constructionOf(context);
    if ('refused' in construction) return construction;
    const path = devicePath(context.program, context.lifetime.tag);
    if (path === null) return { refused: `struct ${context.lifetime.tag} does not embed one device` };
    const edits = new EditSet();
    const refused = referToPublished(context, construction, { comment: 'keeps the object until its construction is done' }, edits);
    if (refused) return refused;
    for (const consumer of construction.consumers) {
      if (!isNearest(construction, consumer, context)) continue;
      const failed = unpin(context, consumer, path, edits);
      if (failed) return failed;
    }
    return edits.all();
  },
};

/** The object comes straight from the publisher, or through functions that return it at once. */
function isNearest(construction: Construction, consumer: Consumer, context: FixContext): boolean {
  const takers = new Set(construction.consumers.map((c) => c.fn));
  const work = context.program.targets(consumer.fn, consumer.call).map((t) => t.fn);
  return work.every((fn) => fn === construction.publisher || !takers.has(fn));
}

/** Drops the reference wherever the consumer ends; a reference that it took for its own caller is replaced by the pin. */
function unpin(context: FixContext, consumer: Consumer, path: string, edits: EditSet): Refusal | null {
  const { fn } = consumer;
  const name = fn.fn.name;
  const text = context.text(fn.file.path);
  const after = afterSuccess(fn, consumer.call);
  const gets = consumer.passesOn ? callsOn(context, fn, 'get').filter((i) => after.has(i)) : [];
  const handed = gets.length === 1 ? reached(fn, [gets[0] as number]) : new Set<number>();
  for (const i of successReturns(consumer)) {
    const n = fn.fn.nodes[i] as Node & { k: 'return' };
    if (handed.has(i) && givesObject(fn, n, context)) continue;
    if (handed.has(i) || sharedWithFailure(consumer, i)) return { refused: `${name}() ends success and failure in one place` };
    const leave = statementAt(text, n.at);
    if (!leave) return { refused: `${name}() leaves in the middle of a line` };
    edits.add(fn.file.path, insertBefore(text, leave, [`put_device(&${consumer.object}->${path});`]));
  }
  if (gets.length === 1) {
    const taken = statementAt(text, fn.fn.nodes[gets[0] as number]?.at ?? 0);
    if (!taken) return { refused: `${name}() takes its caller's reference in the middle of a line` };
    edits.add(fn.file.path, [handOver(text, taken)]);
  }
  return null;
}

/** Replaces the reference taken for the caller, and the comment on it. */
function handOver(text: string, taken: Statement): { at: number; end: number; text: string } {
  const before = lineBefore(text, taken.lineAt);
  const at = /^\s*\/\*.*\*\/\s*$/.test(before.text) ? before.at : taken.lineAt;
  return { at, end: nextLine(text, taken.end), text: `${taken.indent}/* the construction reference goes to the caller */\n` };
}

/** The return is also reached where the object could not be had. */
function sharedWithFailure({ fn, call }: Consumer, i: number): boolean {
  return afterFailure(fn, call).has(i) || reachesWithout(fn, i, call);
}
