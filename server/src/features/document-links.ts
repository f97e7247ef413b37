import type { AttributeView } from '../engine/structure';
import type { Place } from '../engine/types';
import type { Span } from './excerpt';
import { relocated } from './relocate';

/** How far behind the start of a macro's invocation the attribute's name is looked for. */
const REACH = 200;

export interface Link extends Span {
  target: Place;
  tooltip: string;
}

/** The links of a file: from attributes to their handlers, and back. `text` is the file as it is now. */
export function linksOf(attributes: readonly AttributeView[], path: string, text: string): Link[] {
  return [...toHandlers(attributes, path, text), ...toAttributes(attributes, path, text)];
}

/** From the name of a handler, where it is defined, to the attribute, the first one where it serves several. */
function toAttributes(attributes: readonly AttributeView[], path: string, text: string): Link[] {
  const served = new Map<number, Link>();
  for (const { name, bound, handlers } of attributes)
    for (const handler of handlers) {
      if (handler.place.file !== path) continue;
      const span = relocated(text, handler.name, handler.place.at);
      if (span && !served.has(span.at)) served.set(span.at, { ...span, target: bound, tooltip: `attribute ${name}` });
    }
  return [...served.values()];
}

/** From the name of an attribute, where it is bound, to the handler: the one that writes, where there are two. */
function toHandlers(attributes: readonly AttributeView[], path: string, text: string): Link[] {
  return attributes.flatMap((attribute) => {
    const handler = attribute.handlers.find(({ kind }) => kind === 'sysfs-store') ?? attribute.handlers.at(-1);
    if (attribute.bound.file !== path || !handler) return [];
    const span = nameSpan(attribute, handler.name, text);
    return span ? [{ ...span, target: handler.place, tooltip: `${handler.name}()` }] : [];
  });
}

/** `name` in `DEVICE_ATTR_RW(name)`; in `.store = handler` the handler. */
function nameSpan({ name, bound }: AttributeView, handler: string, text: string): Span | null {
  for (const word of [name, handler]) {
    const span = relocated(text, word, bound.at);
    if (span && span.at >= bound.at && span.at - bound.at < REACH) return span;
    // The text may have moved since; then the nearest occurrence within parentheses is the one.
    if (span && text[span.at - 1] === '(') return span;
  }
  return null;
}
