import type { Room } from '../../../../../protocol/graph';
import { element } from '../../page/host';

const SMALLEST = 0.1;
const LARGEST = 4;
/** Names can be read from here on. */
const LEGIBLE = 0.75;

/** The scrolling area that the drawing is seen through. */
export class Viewport {
  readonly element = element('div', { class: 'viewport' });
  #svg: SVGSVGElement | undefined;
  #size = { width: 0, height: 0 };
  #scale = 1;
  #isChosen = false;

  constructor() {
    this.element.addEventListener(
      'wheel',
      (event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        this.zoom(event.deltaY < 0 ? 1.1 : 1 / 1.1, event.clientX, event.clientY);
      },
      { passive: false },
    );
  }

  /** Replaces the drawing. It is fitted in, as far as it can be read then, until a scale was chosen. */
  show(svg: SVGSVGElement, { width, height }: Room): void {
    this.#svg = svg;
    this.#size = { width, height };
    this.element.replaceChildren(svg);
    if (!this.#isChosen) this.#scale = Math.max(LEGIBLE, this.#fitting());
    this.#apply();
  }

  /** As large as it can be seen whole, but not larger than it was drawn. */
  fit(): void {
    this.#isChosen = true;
    this.#scale = Math.max(SMALLEST, this.#fitting());
    this.#apply();
  }

  #fitting(): number {
    const { clientWidth, clientHeight } = this.element;
    return Math.min(1, clientWidth / this.#size.width, clientHeight / this.#size.height);
  }

  /** Calls back with the size of the area, now and when it has another; not while the page is hidden. */
  onRoom(told: (room: Room) => void): void {
    new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = this.element;
      if (width > 0 && height > 0) told({ width, height });
    }).observe(this.element);
  }

  /** Around a point of the window, which stays where it is; the middle of the area where none is given. */
  zoom(factor: number, clientX?: number, clientY?: number): void {
    const area = this.element.getBoundingClientRect();
    const x = (clientX ?? area.x + area.width / 2) - area.x;
    const y = (clientY ?? area.y + area.height / 2) - area.y;
    const before = this.#scale;
    this.#isChosen = true;
    this.#scale = Math.min(LARGEST, Math.max(SMALLEST, before * factor));
    const ratio = this.#scale / before;
    const [left, top] = [(this.element.scrollLeft + x) * ratio - x, (this.element.scrollTop + y) * ratio - y];
    this.#apply();
    this.element.scrollTo(left, top);
  }

  #apply(): void {
    this.#svg?.setAttribute('width', String(this.#size.width * this.#scale));
    this.#svg?.setAttribute('height', String(this.#size.height * this.#scale));
  }
}
