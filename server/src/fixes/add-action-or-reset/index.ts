import type { Node } from '../../facts/types';
import { effectOf } from '../../kernel';
import type { FnDef } from '../../program/types';
import { EditSet } from '../edits';
import { argumentTexts, callLines, nextLine, type Statement, statementAt } from '../source';
import type { Fix, FixContext, Refusal } from '../types';

/** The result of the registration is looked at, and a failed one runs the action at once. */
export const addActionOrReset: Fix = {
  id: 'add-action-or-reset',
  title: 'Use devm_add_action_or_reset() and pass its error on',
  description: [
    'Where the entry cannot be allocated, devm_add_action_or_reset() runs the action at once and the function returns the error: nothing is left to tear down later.',
    'Assumes that what the function did before is undone by devres, or by its caller when it fails.',
  ].join('\n'),
  rules: ['unchecked-add-action'],
  needs: ['devm_add_action_or_reset'],
  safe: true,
  compute(context) {
    const edits = new EditSet();
    for (const registration of context.lifetime.registrations) {
      const { fn, node } = registration;
      const n = fn.fn.nodes[node];
      const effect = n?.k === 'call' && typeof n.callee === 'string' ? effectOf(n.callee) : undefined;
      if (n?.k !== 'call' || n.dst !== undefined || effect?.op !== 'add-action') continue;
      const refused = check(context, fn, n, edits);
      if (refused) return refused;
    }
    const files = edits.all();
    return files.length > 0 ? files : { refused: 'the result of every registration is looked at' };
  },
};

function check(context: FixContext, fn: FnDef, n: Node & { k: 'call' }, edits: EditSet): Refusal | null {
  const text = context.text(fn.file.path);
  const statement = statementAt(text, n.at);
  const args = argumentTexts(text.slice(n.at, n.end));
  if (!statement || statement.at !== n.at || args.length !== 3)
    return { refused: `${fn.fn.name}() registers the action inside an expression` };
  if (fn.fn.ret.base !== 'int' || fn.fn.ret.pointers > 0) return { refused: `${fn.fn.name}() returns no error number` };
  if (releasesByHand(fn)) return { refused: `${fn.fn.name}() undoes by hand what it did before: an early return would skip that` };
  const known = ['rc', 'ret', 'err', 'error'].find((name) => fn.fn.locals.some((l) => l.name === name && l.type.base === 'int'));
  const name = known ?? 'rc';
  if (!known) {
    const at = declarationsEnd(text, fn);
    if (at === null) return { refused: `${fn.fn.name}() declares no variables at its start` };
    edits.add(fn.file.path, [{ at, end: at, text: `\tint ${name};\n` }]);
  }
  const lineEnd = nextLine(text, statement.end) - 1;
  edits.add(fn.file.path, [{ at: statement.at, end: lineEnd, text: checked(statement, name, args, text) }]);
  return null;
}

/** The call with the comment behind it, its test, and a blank line where the next statement follows at once. */
function checked({ indent, end }: Statement, name: string, args: readonly string[], text: string): string {
  const next = nextLine(text, end);
  const comment = text.slice(end, next).trimEnd();
  const call = callLines(indent, `${name} = devm_add_action_or_reset(`, args, ');').join('\n');
  const lines = [`${call}${comment}`, `${indent}if (${name})`, `${indent}\treturn ${name};`].join('\n').slice(indent.length);
  return /^\s*(?:\n|\})/.test(text.slice(next, nextLine(text, next))) ? lines : `${lines}\n`;
}

/** What the function did before is undone by calls of its own. */
function releasesByHand(fn: FnDef): boolean {
  return fn.fn.nodes.some((n) => {
    const effect = n.k === 'call' && typeof n.callee === 'string' && !n.implicit ? effectOf(n.callee) : undefined;
    return effect?.op === 'free' || effect?.op === 'put' || effect?.op === 'unlock';
  });
}

/** Behind the declarations at the start of the body: shortest last, as most of the kernel orders them. */
function declarationsEnd(text: string, fn: FnDef): number | null {
  const body = text.indexOf('{\n', fn.fn.nameAt) + 2;
  const blank = text.indexOf('\n\n', body) + 1;
  if (body < 2 || blank === 0 || blank > fn.fn.end || fn.fn.locals.length === 0) return null;
  return blank;
}
