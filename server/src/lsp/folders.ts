import { join } from 'node:path';
import type { CheckOptions } from '../engine/types';
import type { Documents, OpenDocument } from './documents';
import { FolderAnalysis, type FolderEvents } from './folder';
import type { Parts } from './host';
import { contains, relativePath, type Scope, scopeOf } from './scopes';

/** A document within the folder that it is analysed in. */
export interface Place {
  folder: FolderAnalysis;
  path: string;
}

export type FoldersEvents = Pick<FolderEvents, 'report' | 'changed' | 'progress' | 'log'> & {
  checkOptions(): CheckOptions;
  opened(folder: FolderAnalysis): void;
  closed(folder: FolderAnalysis): void;
};

/** One analysis per folder with an open document, whatever trees they lie in. */
export class Folders {
  readonly #byKey = new Map<string, FolderAnalysis>();
  readonly #places = new Map<string, Place>();
  /** Of folders that are closed already. */
  readonly #ending = new Set<Promise<void>>();

  constructor(
    private readonly parts: Parts,
    private readonly documents: Documents,
    private readonly events: FoldersEvents,
  ) {}

  all(): FolderAnalysis[] {
    return [...this.#byKey.values()];
  }

  placeOf(uri: string): Place | undefined {
    return this.#places.get(uri);
  }

  /** Takes an opened document in; documents that cannot be analysed are left alone. */
  attach(document: OpenDocument, globs: readonly string[]): void {
    const place = this.#known(document) ?? this.#begin(document, globs);
    if (!place) return;
    this.#places.set(document.uri, place);
    place.folder.open.add(place.path);
  }

  /** Lets a closed document go, and its folder with the last one. */
  detach(uri: string): void {
    const place = this.#places.get(uri);
    if (!place) return;
    this.#places.delete(uri);
    place.folder.open.delete(place.path);
    if (place.folder.open.size > 0) place.folder.touch(place.path);
    else this.#end(place.folder);
  }

  /** Settles when no engine runs any more. */
  async dispose(): Promise<void> {
    this.detachAll();
    await Promise.all(this.#ending);
  }

  detachAll(): void {
    for (const folder of this.all()) this.#end(folder);
    this.#places.clear();
  }

  /** A file on disk was changed, made or deleted. */
  touchFile(path: string): void {
    if (!this.documents.byPath(path)) this.#touch(path);
  }

  /** A document that is in no folder of its own, but may be included, was opened, changed or closed. */
  touchContext(path: string): void {
    this.#touch(path);
  }

  #touch(path: string): void {
    for (const folder of this.all()) {
      if (folder.scope.root !== null) folder.touch(relativePath(folder.scope.root, path));
    }
  }

  #known(document: OpenDocument): Place | null {
    if (document.path === null || !/\.[ch]$/.test(document.path)) return null;
    for (const folder of this.all()) {
      if (folder.scope.root === null) continue;
      const path = relativePath(folder.scope.root, document.path);
      if (!contains(folder.scope, path)) continue;
      folder.touch(path);
      return { folder, path };
    }
    return null;
  }

  #begin(document: OpenDocument, globs: readonly string[]): Place | null {
    const scope = scopeOf(document, this.parts.host, globs);
    if (!scope) return null;
    const folder = new FolderAnalysis(scope, this.parts, { ...this.events, buffer: (path) => this.#buffer(scope, path) });
    this.#byKey.set(scope.key, folder);
    this.events.opened(folder);
    const path = document.path === null || scope.root === null ? scope.only : relativePath(scope.root, document.path);
    return { folder, path: path ?? '' };
  }

  #buffer(scope: Scope, path: string): OpenDocument | undefined {
    return scope.root === null ? this.documents.get(scope.key) : this.documents.byPath(join(scope.root, path));
  }

  #end(folder: FolderAnalysis): void {
    const ending = folder.dispose();
    this.#ending.add(ending);
    void ending.then(() => this.#ending.delete(ending));
    this.#byKey.delete(folder.scope.key);
    this.events.closed(folder);
  }
}
