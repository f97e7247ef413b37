import type { Connection, WorkDoneProgressServerReporter } from 'vscode-languageserver/node';
import type { FolderAnalysis } from './folder';
import { nameOfScope } from './scopes';

/** Shows the reading in of a folder as progress in the client's window, where it has that. */
export class IndexingProgress {
  readonly #reporters = new Map<FolderAnalysis, Promise<WorkDoneProgressServerReporter>>();

  constructor(private readonly connection: Connection) {}

  async begin(folder: FolderAnalysis): Promise<void> {
    const creating = this.connection.window.createWorkDoneProgress();
    this.#reporters.set(folder, creating);
    (await creating).begin('devres-lens', 0, `Reading ${nameOfScope(folder.scope)}`, false);
  }

  async report(folder: FolderAnalysis, done: number, total: number): Promise<void> {
    (await this.#reporters.get(folder))?.report(Math.round((done / total) * 100), `${done} of ${total} files`);
  }

  /** All is read; what takes the rest of the time. */
  async explore(folder: FolderAnalysis): Promise<void> {
    (await this.#reporters.get(folder))?.report(100, 'exploring');
  }

  async end(folder: FolderAnalysis): Promise<void> {
    const reporter = this.#reporters.get(folder);
    this.#reporters.delete(folder);
    (await reporter)?.done();
  }
}
