import type { Frame, State, Thread } from './state';

/** Space for the first states; it doubles when it is full. */
const FIRST_NUMBERS = 1 << 14;
const FIRST_PLACES = 1 << 10;

/**
 * The states seen so far, each once, as runs of small numbers in one array: the shared slots, then a number for each thread.
 * Frames and threads are numbered, and their numbers kept with them, since most of a state is shared with the one before.
 */
export class StateStore {
  private numbers = new Int32Array(FIRST_NUMBERS);
  private used = 0;
  /** Where each state begins. */
  private readonly starts: number[] = [];
  /** Open addressing: numbers of states plus one; 0 is free. */
  private places = new Int32Array(FIRST_PLACES);

  private readonly frameIds = new Map<string, number>();
  private readonly threadIds = new Map<string, number>();
  private readonly threads: Thread[] = [];
  private readonly frameNumbers = new WeakMap<Frame, number>();
  private readonly threadNumbers = new WeakMap<Thread, number>();

  /** How many states there are: they are numbered from 0 in the order in which they came. */
  get size(): number {
    return this.starts.length;
  }

  /** Keeps a state and returns true; false when one that behaves alike is there already. */
  add({ shared, threads }: State): boolean {
    let length = shared.length;
    while (length > 0 && !shared[length - 1]) length--;
    const start = this.used;
    this.reserve(start + 1 + length + threads.length);
    const { numbers } = this;
    let at = start;
    numbers[at++] = length;
    for (let i = 0; i < length; i++) numbers[at++] = shared[i] as number;
    for (const thread of threads) numbers[at++] = this.threadNumber(thread);
    const place = this.placeOf(start, at);
    if (this.places[place] !== 0) return false;
    this.used = at;
    this.starts.push(start);
    this.places[place] = this.starts.length;
    if (this.starts.length * 2 > this.places.length) this.spread();
    return true;
  }

  /** The state with a number below `size`. */
  get(index: number): State {
    const { numbers } = this;
    const start = this.starts[index] as number;
    const length = numbers[start] as number;
    const shared: number[] = new Array(length);
    for (let i = 0; i < length; i++) shared[i] = numbers[start + 1 + i] as number;
    const threads: Thread[] = [];
    for (let at = start + 1 + length; at < (this.starts[index + 1] ?? this.used); at++)
      threads.push(this.threads[numbers[at] as number] as Thread);
    return { shared, threads };
  }

  private threadNumber(thread: Thread): number {
    let id = this.threadNumbers.get(thread);
    if (id === undefined) {
      const parts = [thread.status, thread.on];
      for (const frame of thread.frames) parts.push(this.frameNumber(frame));
      id = numberOf(this.threadIds, parts.join());
      if (id === this.threads.length) this.threads.push(thread);
      this.threadNumbers.set(thread, id);
    }
    return id;
  }

  private frameNumber(frame: Frame): number {
    let id = this.frameNumbers.get(frame);
    if (id === undefined) {
      id = numberOf(this.frameIds, `${frame.id} ${frame.pc} ${frame.ret} ${frame.vars.join()}`);
      this.frameNumbers.set(frame, id);
    }
    return id;
  }

  /** The place of an equal state, or a free one. */
  private placeOf(start: number, end: number): number {
    const mask = this.places.length - 1;
    let place = hash(this.numbers, start, end) & mask;
    for (
      let known = this.places[place] as number;
      known !== 0 && !this.isEqual(known - 1, start, end);
      known = this.places[place] as number
    )
      place = (place + 1) & mask;
    return place;
  }

  private isEqual(index: number, start: number, end: number): boolean {
    const { numbers } = this;
    const other = this.starts[index] as number;
    if ((this.starts[index + 1] ?? this.used) - other !== end - start) return false;
    for (let i = 0; i < end - start; i++) if (numbers[other + i] !== numbers[start + i]) return false;
    return true;
  }

  private reserve(length: number): void {
    if (length <= this.numbers.length) return;
    const larger = new Int32Array(Math.max(length, this.numbers.length * 2));
    larger.set(this.numbers);
    this.numbers = larger;
  }

  private spread(): void {
    this.places = new Int32Array(this.places.length * 2);
    for (let i = 0; i < this.starts.length; i++) {
      const place = this.placeOf(this.starts[i] as number, this.starts[i + 1] ?? this.used);
      this.places[place] = i + 1;
    }
  }
}

/** FNV-1a over numbers. */
function hash(numbers: Int32Array, start: number, end: number): number {
  let value = 0x811c9dc5;
  for (let i = start; i < end; i++) value = Math.imul(value ^ (numbers[i] as number), 0x01000193);
  return (value ^ (value >>> 15)) >>> 0;
}

function numberOf(ids: Map<string, number>, key: string): number {
  let id = ids.get(key);
  if (id === undefined) {
    id = ids.size;
    ids.set(key, id);
  }
  return id;
}
