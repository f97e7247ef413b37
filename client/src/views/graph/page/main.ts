import './style.css';
import type { Graph } from '../../../../../protocol/graph';
import { host } from '../../page/host';
import type { FromPage, ToPage } from '../messages';
import { drawGraph } from './drawing';
import { navigation } from './keys';
import { search } from './search';
import { toolbar } from './toolbar';
import { Viewport } from './viewport';

const { postMessage: post, getState, setState } = host<{ query: string }>();
const send = (message: FromPage) => post(message);

const viewport = new Viewport();
const finder = search(getState()?.query ?? '', (query) => setState({ query }));
const bar = toolbar({
  search: finder.field,
  found: finder.found,
  zoom: (factor) => viewport.zoom(factor),
  fit: () => viewport.fit(),
  hops: (hops) => send({ kind: 'hops', hops }),
  save: (format) => send({ kind: 'export', format }),
});
document.querySelector('main')?.append(bar.element, viewport.element);

function show(graph: Graph, hops: number | null): void {
  const drawing = drawGraph(graph);
  viewport.show(drawing.svg, graph);
  bar.show(hops, graph);
  finder.search(graph.nodes, drawing.boxes);
  const focus = navigation(graph, drawing.boxes, (id) => send({ kind: 'open', id }));
  focus(graph.focus);
  drawing.boxes.get(graph.focus)?.scrollIntoView({ block: 'center', inline: 'center' });
}

window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
  if (data.kind === 'graph') show(data.graph, data.hops);
});

document.addEventListener('keydown', (event) => {
  const inField = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
  if (inField || event.ctrlKey || event.metaKey || event.altKey) return;
  const action = {
    '+': () => viewport.zoom(1.25),
    '-': () => viewport.zoom(0.8),
    '0': () => viewport.fit(),
    '/': () => finder.field.focus(),
  };
  const run = action[event.key as keyof typeof action];
  if (!run) return;
  run();
  event.preventDefault();
});

/** Rest of the size before it is told: while a border is dragged it changes all the time. */
const REST_MS = 150;
let timer: number | undefined;
viewport.onRoom((room) => {
  const rest = timer === undefined ? 0 : REST_MS;
  clearTimeout(timer);
  timer = window.setTimeout(() => send({ kind: 'room', room }), rest);
});
