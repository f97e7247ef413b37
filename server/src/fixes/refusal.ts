import { effectOf } from '../kernel';
import type { FnDef } from '../program/types';
import type { EditSet } from './edits';
import { startsParagraph } from './members';
import { insertBefore, nextLine, statementAt } from './source';
import type { FixContext, Refusal } from './types';

/** Lets a handler undo what its lookup took and return an error before the release where a condition holds. */
export function refuseBefore(
  context: FixContext,
  fn: FnDef,
  release: number,
  condition: (object: string) => string,
  error: string,
  comment: string | null,
  edits: EditSet,
): Refusal | null {
  const text = context.text(fn.file.path);
  const node = fn.fn.nodes[release];
  const statement = node && statementAt(text, node.at);
  const tail = statement && cleanup(text, fn, release);
  const object = node?.k === 'call' && typeof node.callee === 'string' ? objectOf(node.callee, node.args) : null;
  if (!statement || !tail || !object) return { refused: `${fn.fn.name}() does more than drop what it took after the release` };
  const lines = [
    ...(comment ? [`/* ${comment} */`] : []),
    `if (${condition(object)}) {`,
    ...tail.map((line) => `\t${line}`),
    `\treturn ${error};`,
    '}',
    '',
  ];
  edits.add(fn.file.path, insertBefore(text, statement, startsParagraph(text, statement.lineAt) ? lines : ['', ...lines]));
  return null;
}

function objectOf(callee: string, args: readonly { k: string; name?: string }[]): string | null {
  const effect = effectOf(callee);
  const data = effect?.op === 'release-action' ? args[effect.data] : undefined;
  return data?.k === 'var' ? (data.name ?? null) : null;
}

/** The statements between the release and the return where they only drop references and locks: refusing needs the same. */
function cleanup(text: string, fn: FnDef, release: number): string[] | null {
  const lines: string[] = [];
  let node = fn.fn.nodes[release];
  for (let guard = 0; guard < 8 && node?.k === 'call'; guard++) {
    node = fn.fn.nodes[node.next];
    if (node?.k === 'return') return lines;
    if (node?.k !== 'call') return null;
    if (node.implicit) continue;
    const effect = typeof node.callee === 'string' ? effectOf(node.callee) : undefined;
    const statement = statementAt(text, node.at);
    if (!statement || (effect?.op !== 'put' && effect?.op !== 'unlock') || nextLine(text, statement.lineAt) < statement.end) return null;
    lines.push(statement.text);
  }
  return null;
}
