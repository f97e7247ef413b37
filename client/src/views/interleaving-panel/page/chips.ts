import type { Replay, ReplayStep, Scope, StateItem } from '../../../../../protocol/replay';
import { element } from '../../page/host';
import { breakable } from './breakable';

/** The state beside a step: what it changed, and what else there is besides members. */
export function chips(replay: Replay, step: ReplayStep): HTMLElement[] {
  return step.state.filter(isShown).map((item) => {
    const changed = item.before !== undefined;
    const title = `${item.name}: ${changed ? `${item.before} → ` : ''}${item.value}`;
    return element(
      'span',
      { class: `chip ${item.scope}${changed ? ' changed' : ''}`, title },
      ...text(item, countOf(replay, item.scope)).flatMap(broken),
    );
  });
}

const broken = (part: Node | string) => (typeof part === 'string' ? breakable(part) : [part]);

/** What a step changed, in words. */
export function spoken(step: ReplayStep): string[] {
  return step.state.flatMap(({ scope, name, value, before }) =>
    before === undefined ? [] : [`${scope === 'references' ? `references of ${name}` : name}: ${value}, was ${before}`],
  );
}

function isShown(item: StateItem): boolean {
  return item.before !== undefined || (!item.idle && item.scope !== 'members');
}

function countOf({ steps }: Replay, scope: Scope): number {
  return steps[0]?.state.filter((item) => item.scope === scope).length ?? 0;
}

/** A scope with one row only needs no name in so little room. */
function text(item: StateItem, rows: number): (Node | string)[] {
  const { scope, name, value, before } = item;
  const said = before === undefined || scope === 'locks' ? [value] : [element('span', { class: 'before' }, `${before} → `), value];
  if (scope === 'references') return [rows > 1 ? `refs of ${tail(name)} ` : 'refs ', ...said];
  if (rows === 1 && (scope === 'registration' || scope === 'devres')) return said;
  return [`${tail(name)}: `, ...said];
}

/** The last member of a path; what is said in words stays. */
function tail(name: string): string {
  return /[ (]/.test(name) ? name : (name.split(/->|\./).at(-1) ?? name);
}
