/** The side of a webview's page: messages to the extension, and what the editor keeps for a page that is hidden. */
interface Host<State> {
  postMessage(message: unknown): void;
  getState(): State | undefined;
  setState(state: State): void;
}

declare function acquireVsCodeApi<State>(): Host<State>;

/** May be asked for once in a page. */
export function host<State>(): Host<State> {
  return acquireVsCodeApi<State>();
}

/** An element with attributes and children; text children are text, never markup. An attribute that is false or undefined is left out, true is empty. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | number | boolean | undefined> = {},
  ...children: (Node | string | null)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : String(value));
  made.append(...children.filter((child) => child !== null));
  return made;
}
