import type { Replay } from '../../../../../protocol/replay';
import { element } from '../../page/host';
import type { FromPage } from '../messages';

/** What the finding is, what can be done with it, and the way to the others about the same object. */
export function header(replay: Replay, send: (message: FromPage) => void, move: (by: number) => void): HTMLElement {
  const button = (text: string, title: string, run: () => void) => {
    const made = element('button', { type: 'button', title }, text);
    made.addEventListener('click', run);
    return made;
  };
  const tools = element(
    'div',
    { role: 'toolbar', 'aria-label': 'Interleaving', class: 'tools' },
    button('▲ Previous', 'Previous step (Alt+,)', () => move(-1)),
    button('▼ Next', 'Next step (Alt+.)', () => move(1)),
    replay.explored
      ? button('Step through', 'Step through this race in the debugger', () => send({ kind: 'run', action: 'stepThrough' }))
      : null,
    button('Copy as changelog', 'Copy a draft of the commit message', () => send({ kind: 'run', action: 'copy' })),
    button('As text', 'Open the drawing as a text document', () => send({ kind: 'run', action: 'text' })),
  );
  return element(
    'header',
    {},
    element('h1', {}, element('code', { class: 'rule' }, replay.rule), ` struct ${replay.lifetime.object}`),
    element('p', { class: 'what' }, replay.what),
    tools,
    others(replay, send),
  );
}

function others(replay: Replay, send: (message: FromPage) => void): HTMLElement | null {
  if (replay.related.length < 2) return null;
  const options = replay.related.map(({ fingerprint, title }) =>
    element('option', { value: fingerprint, selected: fingerprint === replay.fingerprint }, title),
  );
  const select = element('select', {}, ...options);
  select.addEventListener('change', () => send({ kind: 'show', fingerprint: select.value }));
  const at = replay.related.findIndex(({ fingerprint }) => fingerprint === replay.fingerprint) + 1;
  return element('label', { class: 'others' }, `Finding ${at} of ${replay.related.length} about struct ${replay.lifetime.object} `, select);
}
