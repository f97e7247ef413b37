import type { GraphNode } from '../../../../../protocol/graph';
import { element } from '../../page/host';

/** The field that finds functions by a part of their name: what fits is marked, Enter goes to the next. */
export function search(query: string, changed: (query: string) => void) {
  const field = element('input', { type: 'search', placeholder: 'Find a function', 'aria-label': 'Find a function', value: query });
  const found = element('span', { role: 'status', class: 'found' });
  let nodes: readonly GraphNode[] = [];
  let boxes: ReadonlyMap<string, SVGGElement> = new Map();
  let next = 0;

  function fitting(): GraphNode[] {
    const wanted = field.value.trim().toLowerCase();
    return wanted === '' ? [] : nodes.filter(({ label }) => label.toLowerCase().includes(wanted));
  }

  function mark(): void {
    const fits = new Set(fitting().map(({ id }) => id));
    const isSearching = field.value.trim() !== '';
    for (const [id, box] of boxes) {
      box.classList.toggle('match', fits.has(id));
      box.classList.toggle('other', isSearching && !fits.has(id));
    }
    found.textContent = isSearching ? `${fits.size} found` : '';
  }

  field.addEventListener('input', () => {
    next = 0;
    mark();
    changed(field.value);
  });
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    const fits = fitting();
    const node = fits[next % Math.max(1, fits.length)];
    if (!node) return;
    next += 1;
    found.textContent = `${fits.indexOf(node) + 1} of ${fits.length}: ${node.label}`;
    // The field keeps the focus, so that Enter can go on.
    boxes.get(node.id)?.scrollIntoView({ block: 'center', inline: 'center' });
    for (const [id, box] of boxes) box.classList.toggle('current', id === node.id);
  });

  return {
    field,
    found,
    /** What to search from now on. */
    search(newNodes: readonly GraphNode[], newBoxes: ReadonlyMap<string, SVGGElement>): void {
      nodes = newNodes;
      boxes = newBoxes;
      next = 0;
      mark();
    },
  };
}
