import type { Replay } from '../../../../../protocol/replay';
import { element, host } from '../../page/host';
import type { FromPage, PanelState, ToPage } from '../messages';
import { header } from './header';
import { steps } from './steps';
import './style.css';
import { explanation, stateTable } from './table';

const vscode = host<PanelState>();
const main = document.querySelector('main') ?? document.body;
const status = element('p', { role: 'status', class: 'unseen' });
const notice = element('p', { class: 'notice', hidden: true });
const content = element('div');
main.append(notice, content, status);

let replay: Replay | null = null;
let list: ReturnType<typeof steps> | null = null;
let table: HTMLElement = element('div');

const send = (message: FromPage) => vscode.postMessage(message);

/** Marks a step; `told`: the extension chose it, so it need not be told. */
function select(step: number, told: boolean, focus = false): void {
  if (!replay || !list) return;
  const index = Math.min(replay.steps.length - 1, Math.max(0, step));
  list.select(index);
  const next = stateTable(replay, index);
  table.replaceWith(next);
  table = next;
  vscode.setState({ fingerprint: replay.fingerprint, step: index });
  if (!told) send({ kind: 'select', step: index, focus });
  // Who is in the list hears the option itself.
  if (!document.hasFocus()) status.textContent = list.label(index);
}

function draw(next: Replay, step: number): void {
  const hadFocus = list?.node.contains(document.activeElement) ?? false;
  replay = next;
  list = steps(next, (index, focus) => select(index, false, focus));
  table = element('div');
  const move = (by: number) => select((list?.selected() ?? 0) + by, false);
  content.replaceChildren(header(next, send, move), list.node, table, explanation(next));
  notice.hidden = true;
  content.classList.remove('stale');
  select(step, true);
  if (hadFocus) list.focus();
}

window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
  if (data.kind === 'replay') draw(data.replay, data.step);
  else if (data.kind === 'select') select(data.step, true);
  else {
    notice.textContent = data.text;
    notice.hidden = false;
    content.classList.add('stale');
  }
});

// Beside the code it is made wider and narrower, and lines break elsewhere.
window.addEventListener('resize', () => list?.reveal());

send({ kind: 'ready' });
