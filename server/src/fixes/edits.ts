import type { FileEdits } from './types';

/** Collects the edits of a fix, file by file. */
export class EditSet {
  private readonly files = new Map<string, FileEdits>();

  add(path: string, edits: FileEdits['edits']): void {
    const known = this.files.get(path);
    if (known) known.edits.push(...edits);
    else this.files.set(path, { path, edits: [...edits] });
  }

  all(): FileEdits[] {
    return [...this.files.values()];
  }
}
