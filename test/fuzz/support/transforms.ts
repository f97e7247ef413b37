/** Changes of a C text that leave its meaning as it is, or change it in one known way. The texts are in kernel style. */

interface Chunk {
  isFunction: boolean;
  text: string;
}

/** The text cut at function definitions, which begin in the first column and end with a brace there. */
function chunks(text: string): Chunk[] {
  const out: Chunk[] = [];
  let other: string[] = [];
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const end = functionEnd(lines, i);
    if (end < 0) {
      other.push(lines[i] as string);
      continue;
    }
    out.push({ isFunction: false, text: other.join('\n') }, { isFunction: true, text: lines.slice(i, end + 1).join('\n') });
    other = [];
    i = end;
  }
  out.push({ isFunction: false, text: other.join('\n') });
  return out;
}

/** Last line of the function definition that starts at a line; -1 when none does. */
function functionEnd(lines: readonly string[], at: number): number {
  if (!/^[a-z][\w\s*]*\b\w+\(/.test(lines[at] as string)) return -1;
  let head = at;
  while (head < lines.length && !/[;{=]|^$/.test(lines[head] as string)) head++;
  return lines[head] === '{' ? lines.indexOf('}', head) : -1;
}

/** Swaps the functions of a text: the one at place `i` becomes the one that was `order(i)`th, `order` a permutation of 0..n-1. Prototypes come first. */
export function reorderFunctions(text: string, shuffle: (count: number) => number[]): string {
  const parts = chunks(text);
  const functions = parts.filter((part) => part.isFunction);
  const order = shuffle(functions.length);
  let next = 0;
  let first = true;
  return parts
    .map((part) => {
      if (!part.isFunction) return part.text;
      const moved = (functions[order[next++] as number] as Chunk).text;
      const prototypes = first ? `${functions.map((fn) => prototype(fn.text)).join('\n')}\n\n` : '';
      first = false;
      return prototypes + moved;
    })
    .join('\n');
}

function prototype(definition: string): string {
  return `${definition.slice(0, definition.indexOf('\n{'))};`;
}

/** Takes a mutex of the file around everything that a store handler does. */
export function lockHandlers(text: string): string {
  const parts = chunks(text);
  const first = parts.findIndex((part) => part.isFunction);
  return parts
    .map((part, i) => {
      const lock = i === first ? 'static DEFINE_MUTEX(whole_handler);\n\n' : '';
      const name = part.isFunction ? /\b(\w+_store)\(/.exec(part.text.slice(0, part.text.indexOf('\n{')))?.[1] : undefined;
      if (!name) return lock + part.text;
      const head = part.text.slice(0, part.text.indexOf('\n{'));
      const body = [
        '{',
        '\tssize_t rc;',
        '',
        '\tmutex_lock(&whole_handler);',
        `\trc = ${name}_unlocked(dev, attr, buf, len);`,
        '\tmutex_unlock(&whole_handler);',
        '',
        '\treturn rc;',
        '}',
      ];
      return `${lock}${part.text.replace(`${name}(`, `${name}_unlocked(`)}\n\n${head}\n${body.join('\n')}`;
    })
    .join('\n');
}

/** Renames words wherever they stand as a part of an identifier: `item` in `to_item`, `item0` and `dev_attr_item`. */
export function renameWords(text: string, names: ReadonlyMap<string, string>): string {
  const words = new RegExp(`(?<![A-Za-z])(?:${[...names.keys()].join('|')})(?![a-z])`, 'g');
  return text.replace(words, (word) => names.get(word) as string);
}

/** Puts comments between lines, at offsets that count modulo the number of lines. */
export function insertComments(text: string, comments: readonly { at: number; text: string }[]): string {
  const lines = text.split('\n');
  for (const comment of comments) {
    const at = comment.at % lines.length;
    if (!lines[at - 1]?.endsWith('\\')) lines.splice(at, 0, `// ${comment.text}`);
  }
  return lines.join('\n');
}
