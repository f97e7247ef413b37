import type { Node } from '../facts/types';
import type { FnDef } from '../program/types';
import { type Construction, givesObject, reachesWithout } from './construction';
import type { EditSet } from './edits';
import { reached } from './paths';
import { argumentTexts, insertBefore, lineBefore, statementAt } from './source';
import type { FixContext, Refusal } from './types';

/**
 * Takes a reference before the device is added, and drops it where its publisher fails before `until`, a node whose call takes the
 * reference over; without it, wherever the publisher fails.
 */
export function referToPublished(
  context: FixContext,
  { publisher, add }: Construction,
  { comment, until }: { comment: string; until?: number },
  edits: EditSet,
): Refusal | null {
  const name = publisher.fn.name;
  const text = context.text(publisher.file.path);
  const node = publisher.fn.nodes[add] as Node & { k: 'call' };
  const statement = statementAt(text, node.at);
  const device = argumentTexts(text.slice(node.at, node.end))[0];
  if (!statement || !device) return { refused: `${name}() does not add the device in a statement of its own` };
  if (/\bdevice_register\b/.test(statement.text))
    return { refused: `${name}() registers the device at once: no reference can be taken before` };
  if (lineBefore(text, statement.lineAt).text.includes('get_device('))
    return { refused: `${name}() takes a reference before device_add() already` };
  edits.add(publisher.file.path, insertBefore(text, statement, [`/* ${comment} */`, `get_device(${device});`]));
  const failing = [...reached(publisher, [node.next], (i) => i === until)].filter((i) => {
    const n = publisher.fn.nodes[i];
    return n?.k === 'return' && !givesObject(publisher, n, context);
  });
  const end = until === undefined ? text.length : (publisher.fn.nodes[until]?.at ?? text.length);
  const done = new Set<number>();
  for (const i of failing) {
    const at = publisher.fn.nodes[i]?.at ?? 0;
    const exits = reachesWithout(publisher, i, add) ? gotosTo(text, publisher, { from: statement.end, end }, at) : [at];
    if (exits.length === 0) return { refused: `${name}() shares an error path that no goto leads to` };
    for (const exit of exits) {
      if (done.has(exit)) continue;
      done.add(exit);
      const leave = statementAt(text, exit);
      if (!leave) return { refused: `${name}() leaves in the middle of a line` };
      edits.add(publisher.file.path, insertBefore(text, leave, [`put_device(${device});`]));
    }
  }
  return null;
}

/** Gotos between two offsets that lead to the label above a return. */
function gotosTo(text: string, fn: FnDef, { from, end }: { from: number; end: number }, returnAt: number): number[] {
  const labels = [...text.slice(fn.fn.at, returnAt).matchAll(/^(\w+):[ \t]*$/gm)];
  const label = labels.at(-1);
  if (!label) return [];
  const stop = Math.min(end, fn.fn.at + label.index);
  return [...text.slice(from, stop).matchAll(new RegExp(`\\bgoto ${label[1]};`, 'g'))].map((match) => from + match.index);
}
