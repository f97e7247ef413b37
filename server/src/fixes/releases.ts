import type { Node } from '../facts/types';
import type { FnDef } from '../program/types';
import { callsOn } from './construction';
import { argumentTexts, callLines, type Statement, statementAt } from './source';
import type { FixContext, Refusal } from './types';

/** A `devm_release_action()` of the lifetime's action, as a statement of its own. */
export interface ReleaseSite {
  fn: FnDef;
  node: number;
  statement: Statement;
  /** Host, action and data as written. */
  args: string[];
}

/** Every release of the action in the tree; refused where one is no plain statement. */
export function releaseSites(context: FixContext): ReleaseSite[] | Refusal {
  const out: ReleaseSite[] = [];
  for (const fn of context.program.functions)
    for (const node of callsOn(context, fn, 'release-action')) {
      const text = context.text(fn.file.path);
      const call = fn.fn.nodes[node] as Node & { k: 'call' };
      const statement = statementAt(text, call.at);
      const args = argumentTexts(text.slice(call.at, call.end));
      if (!statement || statement.at !== call.at || args.length !== 3)
        return { refused: `${fn.fn.name}() releases the action inside an expression` };
      if (!context.editable(fn.file.path)) return { refused: `${fn.file.path} is not among the checked files` };
      out.push({ fn, node, statement, args });
    }
  return out.length > 0 ? out : { refused: `nothing releases ${context.lifetime.action.fn.name}()` };
}

/** The removal without a warning, and the teardown by whoever it succeeds for. */
export function removeThenTearDown({ statement, args }: ReleaseSite): string {
  const [, action, data] = args;
  const lines = callLines(statement.indent, 'if (!devm_remove_action_nowarn(', args, '))');
  return [...lines, `${statement.indent}\t${action}(${data});`].join('\n').slice(statement.indent.length);
}
