/** Replaces the UTF-16 range [at, end) by `text`. An empty range inserts. */
export interface TextEdit {
  at: number;
  end: number;
  text: string;
}

/**
 * Applies edits that all speak of the same original text, in any order. Insertions at one place keep the order in which they
 * were given. Throws a RangeError if two edits overlap or one lies outside the text.
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const order = edits.map((edit, index) => ({ edit, index }));
  order.sort((a, b) => a.edit.at - b.edit.at || a.edit.end - b.edit.end || a.index - b.index);
  const pieces: string[] = [];
  let done = 0;
  for (const { edit } of order) {
    if (edit.at < 0 || edit.end < edit.at || edit.end > text.length) {
      throw new RangeError(`Edit ${edit.at}-${edit.end} lies outside the text of ${text.length} units`);
    }
    if (edit.at < done) throw new RangeError(`Edit ${edit.at}-${edit.end} overlaps the one that ends at ${done}`);
    pieces.push(text.slice(done, edit.at), edit.text);
    done = edit.end;
  }
  pieces.push(text.slice(done));
  return pieces.join('');
}
