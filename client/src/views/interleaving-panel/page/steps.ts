import type { Replay, ReplayStep } from '../../../../../protocol/replay';
import { element } from '../../page/host';
import { breakable } from './breakable';
import { chips, spoken } from './chips';

/** The steps as a list to choose from: a lane for each CPU, time running down, and the state beside each step. */
export interface Steps {
  node: HTMLElement;
  select(step: number): void;
  selected(): number;
  /** What a screen reader says of a step. */
  label(step: number): string;
  focus(): void;
  /** Brings the chosen step into view. */
  reveal(): void;
}

export function steps(replay: Replay, choose: (step: number, focus: boolean) => void): Steps {
  const rows = replay.steps.map((step, index) => row(replay, step, index));
  const list = element('ol', { role: 'listbox', tabindex: 0, 'aria-label': `Steps of ${replay.title}`, class: 'steps' }, ...rows);
  const node = element('div', { class: 'lanes' }, heads(replay), list);
  node.style.setProperty('--lanes', String(replay.threads.length));
  if (replay.steps.every((step) => step.state.length === 0)) node.classList.add('stateless');
  let current = 0;
  const reveal = () => rows[current]?.scrollIntoView({ block: 'nearest' });

  rows.forEach((made, index) => {
    made.addEventListener('click', () => choose(index, false));
    made.addEventListener('dblclick', () => choose(index, true));
  });
  list.addEventListener('keydown', (event) => {
    const to = target(event.key, current, rows.length - 1);
    if (to === null || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    choose(to, event.key === 'Enter');
  });

  return {
    node,
    select(step) {
      rows[current]?.setAttribute('aria-selected', 'false');
      rows[step]?.setAttribute('aria-selected', 'true');
      list.setAttribute('aria-activedescendant', `step-${step}`);
      current = step;
      reveal();
    },
    selected: () => current,
    label: (step) => rows[step]?.getAttribute('aria-label') ?? '',
    focus: () => list.focus(),
    reveal,
  };
}

/** The step that a key leads to; null where the key is none of ours. */
function target(key: string, current: number, last: number): number | null {
  if (key === 'ArrowDown' || key === 'j' || key === 'n') return current + 1;
  if (key === 'ArrowUp' || key === 'k' || key === 'p') return current - 1;
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  return key === 'Enter' || key === ' ' ? current : null;
}

/** Screen readers hear the CPU and the entry with each step. */
function heads({ threads }: Replay): HTMLElement {
  const cells = threads.map(({ name, entry }, t) =>
    element('div', { class: `head lane-${t % 4}` }, element('strong', {}, name), element('code', {}, ...breakable(entryLabel(entry)))),
  );
  const state = element('div', { class: 'head state' }, element('strong', {}, 'State after the step'));
  return element('div', { class: 'row heads', 'aria-hidden': 'true' }, element('div', { class: 'number' }), ...cells, state);
}

const entryLabel = (entry: string) => (entry.endsWith(')') ? entry : `${entry}()`);

function row(replay: Replay, step: ReplayStep, index: number): HTMLElement {
  const isLast = index === replay.steps.length - 1;
  const lanes = replay.threads.map((_, t) => {
    const alive = index >= replay.steps.findIndex(({ thread }) => thread === t) && index <= lastOf(replay, t);
    const isOwn = t === step.thread;
    const attributes = { class: `lane lane-${t % 4}${alive ? ' alive' : ''}`, ...(isOwn && { 'data-cpu': replay.threads[t]?.name }) };
    return element('div', attributes, ...(isOwn ? body(replay, step, index) : []));
  });
  const moved = step.moved.map((name) =>
    element(
      'div',
      { class: 'moved' },
      element('code', {}, name),
      ' devres list ',
      element('span', { class: 'arrow' }, '⟶'),
      " unbind's own list",
    ),
  );
  return element(
    'li',
    {
      role: 'option',
      id: `step-${index}`,
      class: `row${isLast ? ' breaks' : ''}`,
      'aria-selected': 'false',
      'aria-label': label(replay, step, index),
    },
    element('div', { class: 'number' }, String(index + 1)),
    ...lanes,
    element('div', { class: 'state' }, ...chips(replay, step)),
    moved.length > 0 ? element('div', { class: 'moves' }, ...moved) : null,
    isLast ? element('div', { class: 'consequence' }, '✖ ', replay.consequence) : null,
  );
}

function lastOf({ steps: all }: Replay, t: number): number {
  return all.findLastIndex(({ thread }) => thread === t);
}

/** The function where it is another than before, the source text, and the line that it links to. */
function body(replay: Replay, step: ReplayStep, index: number): HTMLElement[] {
  const before = replay.steps.slice(0, index).findLast(({ thread }) => thread === step.thread);
  const isKernel = step.stack.length > 0 && step.stack[0]?.place === null;
  const named = before?.function !== step.function;
  return [
    ...(named ? [element('div', { class: 'function' }, ...breakable(entryLabel(step.function)))] : []),
    element('code', { class: isKernel ? 'text kernel' : 'text' }, ...breakable(step.text)),
    element('div', { class: 'place' }, placeText(step)),
  ];
}

function placeText({ place }: ReplayStep): string {
  const name = decodeURIComponent(place.uri.slice(place.uri.lastIndexOf('/') + 1));
  return `${name}:${place.range.start.line + 1}`;
}

function label(replay: Replay, step: ReplayStep, index: number): string {
  const who = replay.threads[step.thread];
  const parts = [
    `Step ${index + 1} of ${replay.steps.length}`,
    `${who?.name ?? ''} in ${step.function}`,
    step.text,
    placeText(step),
    ...spoken(step),
    ...step.moved.map((name) => `unbind moves ${name} to its own list`),
    ...(index === replay.steps.length - 1 ? [`Here it breaks: ${replay.consequence}`] : []),
  ];
  return parts.join('. ');
}
