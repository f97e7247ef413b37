/** A reproducible sequence of edits as somebody types them. */

/** Pseudo-random numbers in [0, 1): mulberry32, so that every run makes the same edits. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const STATEMENTS = ['int err = 0;', 'if (!dev) return -EINVAL;', 'dev_info(dev, "here");', 'mutex_lock(&lock);', 'get_device(dev);'];

/**
 * Texts after `count` edits of a C file, one after the other: a statement typed token by token inside a function and taken away again,
 * lines moved, functions cut and pasted back.
 */
export function* edits(text: string, count: number, seed: number): Generator<string> {
  const next = random(seed);
  const pick = (length: number) => Math.floor(next() * length);
  let made = 0;
  while (made < count)
    for (const after of burst(text, pick, pick(4))) {
      if (made++ >= count) return;
      yield after;
    }
}

/** Edits that end where they began. */
function* burst(text: string, pick: (length: number) => number, kind: number): Generator<string> {
  const lines = text.split('\n');
  if (kind <= 1) {
    const at = insideFunction(lines, pick);
    const tokens = (STATEMENTS[pick(STATEMENTS.length)] as string).match(/\w+|\s+|"[^"]*"|./g) ?? [];
    for (let i = 1; i <= tokens.length; i++) yield inserted(lines, at, `\t${tokens.slice(0, i).join('')}`);
    yield text;
  } else if (kind === 2) {
    const from = insideFunction(lines, pick);
    const line = lines[from] as string;
    const without = [...lines.slice(0, from), ...lines.slice(from + 1)];
    yield without.join('\n');
    yield inserted(without, Math.min(from + 1, without.length), line);
    yield without.join('\n');
    yield text;
  } else {
    const [first, last] = functionAround(lines, insideFunction(lines, pick));
    yield [...lines.slice(0, first), ...lines.slice(last + 1)].join('\n');
    yield text;
  }
}

function inserted(lines: readonly string[], at: number, line: string): string {
  return [...lines.slice(0, at), line, ...lines.slice(at)].join('\n');
}

/** A line of some function's body: one that begins with a tab and ends a statement. */
function insideFunction(lines: readonly string[], pick: (length: number) => number): number {
  for (;;) {
    const at = pick(lines.length);
    if (/^\t.*;$/.test(lines[at] ?? '') && functionAround(lines, at)[0] >= 0) return at;
  }
}

/** First and last line of the function around a line; kernel style puts both braces in the first column. */
function functionAround(lines: readonly string[], at: number): [number, number] {
  let open = at;
  while (open > 0 && lines[open] !== '{') {
    if (lines[open]?.startsWith('}')) return [-1, -1];
    open--;
  }
  let first = open;
  while (first > 0 && lines[first - 1] !== '' && !lines[first - 1]?.startsWith('}')) first--;
  const last = lines.indexOf('}', at);
  return last < 0 || open === 0 ? [-1, -1] : [first, last];
}
