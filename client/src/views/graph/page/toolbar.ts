import type { Graph } from '../../../../../protocol/graph';
import { element } from '../../page/host';

const REACHES: [value: string, text: string][] = [
  ['1', '1 edge'],
  ['2', '2 edges'],
  ['3', '3 edges'],
  ['5', '5 edges'],
  ['', 'everything'],
];

export interface ToolbarParts {
  search: HTMLElement;
  found: HTMLElement;
  zoom(factor: number): void;
  fit(): void;
  hops(hops: number | null): void;
  save(format: 'svg' | 'dot'): void;
}

/** What stands above the drawing. */
export function toolbar({ search, found, zoom, fit, hops, save }: ToolbarParts) {
  const reach = element('select', { id: 'reach' }, ...REACHES.map(([value, text]) => element('option', { value }, text)));
  reach.addEventListener('change', () => hops(reach.value === '' ? null : Number(reach.value)));
  const count = element('span', { class: 'count', role: 'status' });
  const bar = element(
    'div',
    { class: 'toolbar', role: 'toolbar', 'aria-label': 'Graph' },
    search,
    found,
    element('span', { class: 'space' }),
    element('label', { for: 'reach' }, 'Show up to'),
    reach,
    count,
    button('−', 'Zoom out (-)', () => zoom(0.8)),
    button('+', 'Zoom in (+)', () => zoom(1.25)),
    button('Fit', 'Fit into the window (0)', fit),
    button('SVG', 'Export as SVG', () => save('svg')),
    button('DOT', 'Export as DOT for Graphviz', () => save('dot')),
  );
  return {
    element: bar,
    show(shown: number | null, { nodes, total }: Graph): void {
      reach.value = shown === null ? '' : String(shown);
      count.textContent = `${nodes.length} of ${total} functions`;
    },
  };
}

function button(text: string, title: string, run: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button', title, 'aria-label': title }, text);
  made.addEventListener('click', run);
  return made;
}
