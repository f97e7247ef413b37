import { NumberLists } from './number-lists';
import type { Frame, State, Thread } from './state';

/**
 * The states seen so far, each once: a number for each thread, then the shared slots. Frames and threads are numbered as well, and their numbers
 * kept with them, since most of a state is shared with the one before.
 */
export class StateStore {
  private readonly states = new NumberLists();
  private readonly threadLists = new NumberLists();
  private readonly frameLists = new NumberLists();
  private readonly threads: Thread[] = [];
  private readonly frameNumbers = new WeakMap<Frame, number>();
  private readonly threadNumbers = new WeakMap<Thread, number>();
  private width = 0;

  /** How many states there are: they are numbered from 0 in the order in which they came. */
  get size(): number {
    return this.states.size;
  }

  /** Keeps a state and returns true; false when one that behaves alike is there already. All have as many threads. */
  add({ shared, threads }: State): boolean {
    const list = threads.map((thread) => this.threadNumber(thread));
    this.width = list.length;
    let length = shared.length;
    while (length > 0 && !shared[length - 1]) length--;
    for (let i = 0; i < length; i++) list.push(shared[i] as number);
    const before = this.size;
    return this.states.numberOf(list) === before;
  }

  /** The state with a number below `size`. */
  get(index: number): State {
    const list = this.states.list(index);
    const threads = list.slice(0, this.width).map((thread) => this.threads[thread] as Thread);
    return { shared: list.slice(this.width), threads };
  }

  private threadNumber(thread: Thread): number {
    let id = this.threadNumbers.get(thread);
    if (id === undefined) {
      const list = [thread.status, thread.on];
      for (const frame of thread.frames) list.push(this.frameNumber(frame));
      id = this.threadLists.numberOf(list);
      if (id === this.threads.length) this.threads.push(thread);
      this.threadNumbers.set(thread, id);
    }
    return id;
  }

  private frameNumber(frame: Frame): number {
    let id = this.frameNumbers.get(frame);
    if (id === undefined) {
      id = this.frameLists.numberOf([frame.id, frame.pc, frame.ret, ...frame.vars]);
      this.frameNumbers.set(frame, id);
    }
    return id;
  }
}
