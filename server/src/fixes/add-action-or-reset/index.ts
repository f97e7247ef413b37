import { successors } from '../../facts';
import type { Expr, Node } from '../../facts/types';
import type { CallNode } from '../../findings/structural';
import { effectOf } from '../../kernel';
import type { FnDef } from '../../program/types';
import type { TextEdit } from '../../text';
import { EditSet } from '../edits';
import { reached } from '../paths';
import { argumentTexts, callLines, nextLine, type Statement, statementAt } from '../source';
import type { Fix, FixContext, Refusal } from '../types';

/** The result of the registration is looked at, and a failed one runs the action at once. */
export const addActionOrReset: Fix = {
  id: 'add-action-or-reset',
  title: 'Use devm_add_action_or_reset() and pass its error on',
  description: [
    'Where the entry cannot be allocated, devm_add_action_or_reset() runs the action at once and the function returns the error: nothing is left to tear down later.',
    'Assumes that what the function did before is undone by devres, by the action, or by its caller when it fails.',
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
      const refused = check(context, fn, node, n, edits);
      if (refused) return refused;
    }
    const files = edits.all();
    return files.length > 0 ? files : { refused: 'the result of every registration is looked at' };
  },
};

function check(context: FixContext, fn: FnDef, node: number, n: CallNode, edits: EditSet): Refusal | null {
  const text = context.text(fn.file.path);
  const statement = statementAt(text, n.at);
  const args = argumentTexts(text.slice(n.at, n.end));
  if (!statement || statement.at !== n.at || args.length !== 3)
    return { refused: `${fn.fn.name}() registers the action inside an expression` };
  const wrap = errorOf(fn, text);
  if (wrap === null) return { refused: `${fn.fn.name}() returns no error number` };
  if (skipsUndoing(context, fn, node, n))
    return { refused: `${fn.fn.name}() undoes by hand what it did before: an early return would skip that` };
  const last = returnsNext(fn, node, text);
  if (last && fn.fn.ret.pointers === 0) {
    const call = callLines(statement.indent, 'return devm_add_action_or_reset(', args, ');').join('\n');
    edits.add(fn.file.path, [{ at: statement.lineAt, end: last.end, text: call }]);
    return null;
  }
  const known = ['rc', 'ret', 'err', 'error'].find((name) => fn.fn.locals.some((l) => l.name === name && l.type.base === 'int'));
  const name = known ?? 'rc';
  if (!known) {
    const declared = declaration(text, fn, name);
    if (declared === null) return { refused: `${fn.fn.name}() declares no variables at its start` };
    edits.add(fn.file.path, [declared]);
  }
  const lineEnd = nextLine(text, statement.end) - 1;
  edits.add(fn.file.path, [{ at: statement.at, end: lineEnd, text: checked(statement, name, wrap(name), args, text) }]);
  return null;
}

/** How the function says that it failed, given the error number; null where it cannot. */
function errorOf({ fn }: FnDef, text: string): ((name: string) => string) | null {
  if (fn.ret.pointers === 0) return fn.ret.base === 'int' ? (name) => name : null;
  // Its callers look for one already.
  return text.slice(fn.at, fn.end).includes('return ERR_PTR(') ? (name) => `ERR_PTR(${name})` : null;
}

/** The `return 0` that nothing but the registration leads to, right behind it. */
function returnsNext({ fn }: FnDef, node: number, text: string): Statement | null {
  const [next = -1] = successors(fn.nodes[node] as Node);
  const n = fn.nodes[next];
  if (n?.k !== 'return' || n.value?.k !== 'num' || n.value.v !== 0) return null;
  if (fn.nodes.filter((other) => successors(other).includes(next)).length > 1) return null;
  return statementAt(text, n.at);
}

/** The call with the comment behind it, its test, and a blank line where the next statement follows at once. */
function checked({ indent, end }: Statement, name: string, error: string, args: readonly string[], text: string): string {
  const next = nextLine(text, end);
  const comment = text.slice(end, next).trimEnd();
  const call = callLines(indent, `${name} = devm_add_action_or_reset(`, args, ');').join('\n');
  const lines = [`${call}${comment}`, `${indent}if (${name})`, `${indent}\treturn ${error};`].join('\n').slice(indent.length);
  return /^\s*(?:\n|\})/.test(text.slice(next, nextLine(text, next))) ? lines : `${lines}\n`;
}

/**
 * An early return at the registration would skip calls that undo what the function did: those that follow it, and those of other failures
 * that did as much. What the action does itself is no loss: it runs when the registration fails.
 */
function skipsUndoing({ lifetime }: FixContext, fn: FnDef, node: number, n: CallNode): boolean {
  const later = reached(fn, successors(n));
  return fn.fn.nodes.some((other, i) => {
    const effect = other.k === 'call' && typeof other.callee === 'string' && !other.implicit ? effectOf(other.callee) : undefined;
    if (other.k !== 'call' || (effect?.op !== 'free' && effect?.op !== 'put' && effect?.op !== 'unlock')) return false;
    if (later.has(i)) return true;
    if (effect.op === 'unlock' || reached(fn, [i]).has(node)) return false;
    return !(effect.op === 'put' && lifetime.endsObject && objectOf(fn, other.args[effect.obj]) === objectOf(fn, n.args[2]));
  });
}

/** The local that an object is reached through; null where it is none. */
function objectOf(fn: FnDef, e: Expr | undefined): string | null {
  if (e?.k !== 'var') return e?.k === 'field' ? objectOf(fn, e.base) : null;
  const sets = fn.fn.nodes.flatMap((n) => (n.k === 'set' && n.dst === e.name ? [n.src] : []));
  const isCopy = sets.length === 1 && (sets[0]?.k === 'field' || sets[0]?.k === 'var');
  return isCopy ? objectOf(fn, sets[0]) : e.name;
}

/** A declaration of the error number: behind those at the start of the body, shortest last, as most of the kernel orders them. */
function declaration(text: string, { fn }: FnDef, name: string): TextEdit | null {
  const body = text.indexOf('{\n', fn.nameAt) + 2;
  if (body < 2) return null;
  if (fn.locals.length === 0) return { at: body, end: body, text: `\tint ${name};\n\n` };
  const blank = text.indexOf('\n\n', body) + 1;
  return blank === 0 || blank > fn.end ? null : { at: blank, end: blank, text: `\tint ${name};\n` };
}
