import type { TextDocumentContentChangeEvent, TextDocumentItem, VersionedTextDocumentIdentifier } from 'vscode-languageserver/node';
import { type PositionEncoding, SourceText } from './positions';
import { pathOfUri } from './uris';

export interface OpenDocument {
  uri: string;
  /** Absolute path; null where the document is no file. */
  path: string | null;
  version: number;
  source: SourceText;
}

/** The documents that the client has open. Their text counts, not the disk's. */
export class Documents {
  readonly #byUri = new Map<string, OpenDocument>();
  readonly #byPath = new Map<string, OpenDocument>();

  open(item: TextDocumentItem): OpenDocument {
    const document = { uri: item.uri, path: pathOfUri(item.uri), version: item.version, source: new SourceText(item.text) };
    this.#store(document);
    return document;
  }

  /** Null where the document is not open: such a change is dropped. */
  change(
    id: VersionedTextDocumentIdentifier,
    changes: readonly TextDocumentContentChangeEvent[],
    encoding: PositionEncoding,
  ): OpenDocument | null {
    const before = this.#byUri.get(id.uri);
    if (!before) return null;
    const source = changes.reduce<SourceText>((current, change) => applied(current, change, encoding), before.source);
    const document = { ...before, version: id.version, source };
    this.#store(document);
    return document;
  }

  close(uri: string): OpenDocument | null {
    const document = this.#byUri.get(uri) ?? null;
    this.#byUri.delete(uri);
    if (document?.path) this.#byPath.delete(document.path);
    return document;
  }

  get(uri: string): OpenDocument | undefined {
    return this.#byUri.get(uri);
  }

  byPath(path: string): OpenDocument | undefined {
    return this.#byPath.get(path);
  }

  all(): OpenDocument[] {
    return [...this.#byUri.values()];
  }

  #store(document: OpenDocument): void {
    this.#byUri.set(document.uri, document);
    if (document.path !== null) this.#byPath.set(document.path, document);
  }
}

function applied(source: SourceText, change: TextDocumentContentChangeEvent, encoding: PositionEncoding): SourceText {
  if (!('range' in change)) return new SourceText(change.text);
  const at = source.offsetAt(change.range.start, encoding);
  const end = Math.max(at, source.offsetAt(change.range.end, encoding));
  return new SourceText(source.text.slice(0, at) + change.text + source.text.slice(end));
}
