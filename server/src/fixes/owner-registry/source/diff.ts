import type { TextEdit } from '../../../text';

/** Edits of whole lines that turn one text into the other: the fewest (Myers, "An O(ND) difference algorithm"). */
export function lineEdits(before: string, after: string): TextEdit[] {
  const a = lines(before);
  const b = lines(after);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const kept = matches(a.slice(head, a.length - tail), b.slice(head, b.length - tail)).map(([x, y]) => [x + head, y + head] as const);
  return hunks(a, b, [[head - 1, head - 1], ...kept, [a.length - tail, b.length - tail]]);
}

function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Pairs of equal lines on a shortest edit path. */
function matches(a: readonly string[], b: readonly string[]): [number, number][] {
  const max = a.length + b.length;
  const furthest = new Map<number, number>([[1, 0]]);
  const trail: Map<number, number>[] = [];
  for (let d = 0; d <= max; d++) {
    trail.push(new Map(furthest));
    for (let k = -d; k <= d; k += 2) {
      let x = isDown(furthest, k, d) ? (furthest.get(k + 1) ?? 0) : (furthest.get(k - 1) ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      furthest.set(k, x);
      if (x >= a.length && x - k >= b.length) return trace(a.length, b.length, trail);
    }
  }
  return [];
}

function isDown(furthest: ReadonlyMap<number, number>, k: number, d: number): boolean {
  return k === -d || (k !== d && (furthest.get(k - 1) ?? -1) < (furthest.get(k + 1) ?? -1));
}

function trace(width: number, height: number, trail: readonly Map<number, number>[]): [number, number][] {
  const out: [number, number][] = [];
  let x = width;
  let y = height;
  for (let d = trail.length - 1; d >= 0; d--) {
    const furthest = trail[d] as Map<number, number>;
    const k = x - y;
    const from = isDown(furthest, k, d) ? k + 1 : k - 1;
    const startX = d === 0 ? 0 : (furthest.get(from) ?? 0);
    const startY = d === 0 ? 0 : startX - from;
    while (x > startX && y > startY) out.push([--x, --y]);
    x = startX;
    y = startY;
  }
  return out.reverse();
}

function hunks(a: readonly string[], b: readonly string[], kept: readonly (readonly [number, number])[]): TextEdit[] {
  const offsets = [0];
  for (const line of a) offsets.push((offsets.at(-1) as number) + line.length);
  const out: TextEdit[] = [];
  for (let i = 1; i < kept.length; i++) {
    const [fromA, fromB] = [(kept[i - 1]?.[0] ?? 0) + 1, (kept[i - 1]?.[1] ?? 0) + 1];
    const [toA, toB] = [kept[i]?.[0] ?? 0, kept[i]?.[1] ?? 0];
    if (fromA < toA || fromB < toB)
      out.push({ at: offsets[fromA] as number, end: offsets[toA] as number, text: b.slice(fromB, toB).join('') });
  }
  return out;
}
