import type { FnDef } from '../../../program/types';
import { pointerTo } from '../plan/query';
import { type Plan, unmet } from '../plan/types';
import type { Draft } from './draft';

/**
 * A dead owner takes no new objects: the function that every creation passes says so, or the creators themselves where one of them
 * has acquired something by then, which `elsewhere` tells.
 */
export function editGate(plan: Plan, elsewhere: boolean, draft: Draft): void {
  const { gate } = plan.paths;
  const owner = pointerTo(gate, plan.owner.tag) as string;
  const { body } = draft.definition(gate);
  const text = draft.text(gate.file.path).slice(body.at, body.end);
  const error = /\b(IS_ERR|ERR_PTR)\(/.test(text) ? 'ERR_PTR(-ENXIO)' : 'NULL';
  const refusal = [`if (${owner}->${plan.names.dead})`, `\treturn ${error};`, ''];
  draft.first(gate, [`lockdep_assert_held(&${owner}->${plan.names.lock});`, '', ...(elsewhere ? [] : refusal)]);
}

/** The refusal in a creator, right behind its lock. */
export function refusalLines(plan: Plan, fn: FnDef, owner: string): string[] {
  const { base, pointers } = fn.fn.ret;
  const integer = pointers === 0 && /^(int|ssize_t|long)$/.test(base);
  const nothing = pointers === 0 && base === 'void';
  if (!integer && !nothing) unmet(`${fn.fn.name}() returns neither an error nor nothing`);
  return [
    `if (${owner}->${plan.names.dead}) {`,
    `\tmutex_unlock(&${owner}->${plan.names.lock});`,
    `\treturn${integer ? ' -ENXIO' : ''};`,
    '}',
    '',
  ];
}
