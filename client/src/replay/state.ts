import type { DebugProtocol } from '@vscode/debugprotocol';
import { type Replay, SCOPES, type Scope, type StateItem } from '../../../protocol/replay';

/** Reference of the scope that says what the step changed; those of the others follow. */
export const CHANGED = 1;

const ORDER = Object.keys(SCOPES) as Scope[];

/** The parts of the state that a replay speaks of. */
export function scopesOf({ steps }: Replay): { name: string; reference: number }[] {
  const known = new Set(steps[0]?.state.map(({ scope }) => scope));
  const parts = ORDER.flatMap((scope, i) => (known.has(scope) ? [{ name: SCOPES[scope], reference: CHANGED + 1 + i }] : []));
  return [{ name: 'Changed by this step', reference: CHANGED }, ...parts];
}

/** What a scope holds after a step. What the step changed says so everywhere. */
export function variablesOf({ steps }: Replay, step: number, reference: number): DebugProtocol.Variable[] {
  const now = steps[step];
  if (!now) return [];
  if (reference !== CHANGED) {
    const scope = ORDER[reference - CHANGED - 1];
    return now.state.filter((item) => item.scope === scope).map(({ name, ...item }) => variable(name, said(item)));
  }
  const changed = now.state.filter(({ before }) => before !== undefined);
  return [
    variable(`step ${step + 1} of ${steps.length}`, now.text),
    ...changed.map(({ name, scope, ...item }) => variable(scope === 'references' ? `references of ${name}` : name, said(item))),
  ];
}

/** The value of a fact by its name or the last part of it, as in the source under the mouse; null where it is none. */
export function watched({ steps }: Replay, step: number, expression: string): string | null {
  const wanted = expression.trim().replace(/^&/, '');
  const tail = lastPart(wanted);
  const state = steps[step]?.state ?? [];
  const found = state.find(({ name }) => name === wanted) ?? state.find(({ name }) => tail !== '' && lastPart(name) === tail);
  return found ? `${found.name}: ${said(found)}` : null;
}

function said({ value, before }: Pick<StateItem, 'value' | 'before'>): string {
  return before === undefined ? value : `${value}  ← ${before}`;
}

function variable(name: string, value: string): DebugProtocol.Variable {
  return { name, value, variablesReference: 0, presentationHint: { attributes: ['readOnly'] } };
}

/** The identifier at the end of a path. */
function lastPart(path: string): string {
  return /(\w+)\W*$/.exec(path)?.[1] ?? '';
}
