/** The editor's module for tests of the client without an editor: what they look at, and nothing else. */

type Listener<T> = (event: T) => void;

export class EventEmitter<T> {
  readonly #listeners = new Set<Listener<T>>();
  readonly event = (listener: Listener<T>) => {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  };
  fire(event: T): void {
    for (const listener of this.#listeners) listener(event);
  }
  dispose(): void {
    this.#listeners.clear();
  }
}

export class ThemeColor {
  constructor(readonly id: string) {}
}

export class MarkdownString {
  value = '';
  isTrusted: unknown;
  appendText(text: string): this {
    this.value += text;
    return this;
  }
  appendMarkdown(text: string): this {
    this.value += text;
    return this;
  }
}

export const StatusBarAlignment = { Left: 1, Right: 2 };
export const LogLevel = { Off: 0, Trace: 1, Info: 3 };
export const Uri = { parse: (text: string) => ({ path: new URL(text).pathname, toString: () => text }) };

/** The item of the status bar that was made last. */
export const item = { name: '', text: '', tooltip: undefined as unknown, backgroundColor: undefined as unknown, visible: false };

/** Messages with their buttons, and what is chosen of them. */
export const messages: { text: string; buttons: string[] }[] = [];

export const activeEditorChanged = new EventEmitter<unknown>();
export const configurationChanged = new EventEmitter<{ affectsConfiguration(section: string): boolean }>();
export const configuration = new Map<string, unknown>();

export const window = {
  activeTextEditor: undefined as unknown,
  onDidChangeActiveTextEditor: activeEditorChanged.event,
  createStatusBarItem: () =>
    Object.assign(item, { show: () => (item.visible = true), hide: () => (item.visible = false), dispose: () => {} }),
  showErrorMessage: async (text: string, ...buttons: string[]) => void messages.push({ text, buttons }),
  showInformationMessage: async (text: string) => void messages.push({ text, buttons: [] }),
};

export const workspace = {
  onDidChangeConfiguration: configurationChanged.event,
  getConfiguration: () => ({ get: (name: string, fallback: unknown) => configuration.get(name) ?? fallback }),
};
