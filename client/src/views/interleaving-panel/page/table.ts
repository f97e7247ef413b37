import { type Replay, SCOPES, type Scope, type StateItem } from '../../../../../protocol/replay';
import { element } from '../../page/host';

/** Whether the table is open is kept while steps are gone through. */
let open = false;

/** All that is known of the shared state after a step, with full names. */
export function stateTable(replay: Replay, index: number): HTMLElement {
  const state = replay.steps[index]?.state ?? [];
  if (state.length === 0) return element('div');
  const rows = (Object.keys(SCOPES) as Scope[]).flatMap((scope) => rowsOf(scope, state));
  const made = element(
    'details',
    { open, class: 'all' },
    element('summary', {}, `All state after step ${index + 1}`),
    element('table', {}, element('tbody', {}, ...rows)),
  );
  made.addEventListener('toggle', () => {
    open = made.open;
  });
  return made;
}

function rowsOf(scope: Scope, state: StateItem[]): HTMLElement[] {
  return state
    .filter((item) => item.scope === scope)
    .map((item, i, all) =>
      element(
        'tr',
        { class: item.before === undefined ? undefined : 'changed' },
        i === 0 ? element('th', { scope: 'rowgroup', rowspan: all.length }, SCOPES[scope]) : null,
        element('td', {}, element('code', {}, item.name)),
        element('td', {}, item.value),
        element('td', {}, item.before === undefined ? '' : `was ${item.before}`),
      ),
    );
}

/** Why it is bad, what to do, and what the finding rests on. */
export function explanation(replay: Replay): HTMLElement {
  const list = (title: string, items: string[]) =>
    items.length > 0
      ? element('details', {}, element('summary', {}, title), element('ul', {}, ...items.map((item) => element('li', {}, item))))
      : null;
  return element(
    'footer',
    {},
    element('p', {}, element('strong', {}, 'Why: '), replay.why),
    element('p', {}, element('strong', {}, 'What to do: '), replay.action),
    list(
      `Found in ${replay.pairs.length} ${replay.pairs.length === 1 ? 'pair' : 'pairs'} of paths`,
      replay.pairs.map(([a, b]) => `${a} with ${b}`),
    ),
    list('Assumes', replay.assumptions),
  );
}
