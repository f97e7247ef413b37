import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Edit, Tree } from './types';

/** Folder of the kernel trees: DEVRES_LENS_KERNELS, or the cache of the one who runs the tests. */
export function kernelsDir(): string {
  return process.env.DEVRES_LENS_KERNELS ?? join(homedir(), '.cache', 'devres-lens', 'kernels');
}

/** One edit applied to a text. Throws where the anchor does not stand there exactly once. */
export function applyEdit(text: string, edit: Edit): string {
  const at = text.indexOf(edit.find);
  if (at < 0) throw new Error(`${edit.file}: no such text: ${JSON.stringify(edit.find)}`);
  if (text.indexOf(edit.find, at + 1) >= 0) throw new Error(`${edit.file}: text is there more than once: ${JSON.stringify(edit.find)}`);
  return text.slice(0, at) + edit.replace + text.slice(at + edit.find.length);
}

/**
 * The files that a variant or mutation changes, by path relative to the tree's
 * root, with their text after all edits. Throws where an edit does not apply
 * exactly once or a file is missing.
 */
export function applyVariant(kernels: string, variant: { tree: Tree; edits: readonly Edit[] }): Map<string, string> {
  const texts = new Map<string, string>();
  for (const edit of variant.edits) {
    const text = texts.get(edit.file) ?? readFileSync(join(kernels, variant.tree, edit.file), 'utf8');
    texts.set(edit.file, applyEdit(text, edit));
  }
  return texts;
}
