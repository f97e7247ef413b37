import { type BodyRange, functionBodies } from '../syntax';

/** A function's body, cut out of its file. */
export interface CutBody {
  /** Its text, braces included. */
  text: string;
  /** Offset of its opening brace in the skeleton and in the file. */
  cutAt: number;
  at: number;
}

/** A file's text with the bodies of its functions emptied to `{}`: what stays the same while somebody types in a function. */
export interface Skeleton {
  text: string;
  /** In order of position. */
  bodies: CutBody[];
  /** Offset in the file of an offset in the skeleton. */
  original(offset: number): number;
}

/** Cuts the bodies out of a text, except those that open at an offset for which `keep` holds. */
export function skeletonOf(text: string, keep: (open: number) => boolean = () => false): Skeleton {
  const bodies: CutBody[] = [];
  let skeleton = '';
  let done = 0;
  const cut = ({ open, end }: BodyRange): void => {
    skeleton += text.slice(done, open);
    bodies.push({ text: text.slice(open, end), cutAt: skeleton.length, at: open });
    skeleton += '{}';
    done = end;
  };
  for (const range of functionBodies(text)) if (!keep(range.open)) cut(range);
  return { text: skeleton + text.slice(done), bodies, original: (offset) => originalOf(bodies, offset) };
}

/** What stands behind a cut moves by what was cut out; the brace that closes an empty body is the one that closed the whole. */
function originalOf(bodies: readonly CutBody[], offset: number): number {
  let low = 0;
  let high = bodies.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bodies[middle] as CutBody).cutAt < offset) low = middle + 1;
    else high = middle;
  }
  const before = bodies[low - 1];
  return before ? offset + before.at + before.text.length - before.cutAt - '{}'.length : offset;
}
