import type { FnDef } from '../program/types';
import type { Slice } from './steps';

/** A kernel function that takes several steps, such as device_del or devres_release_all; its `vars` are its arguments and memory. */
export type NativeName =
  | 'locked-entry'
  | 'unbind'
  | 'device-add'
  | 'device-del'
  | 'remove-groups'
  | 'run-action'
  | 'for-each-child'
  | 'find-match'
  | 'for-each-item'
  | 'wait-work'
  | 'wait-callback'
  | 'exported-entry';

export interface Frame {
  code: Slice | NativeName;
  /** Number of the code, for keys. */
  id: number;
  pc: number;
  vars: readonly number[];
  /** Slot of the caller that takes the result; -1 none. */
  ret: number;
}

export const NOT_STARTED = 0;
export const RUNNING = 1;
export const DONE = 2;

/** `Thread.on` of a handler in the groups of the host's driver, which the driver core removes before ->remove. */
export const DRIVER_GROUPS = -2;

export interface Thread {
  status: 0 | 1 | 2;
  /** Object whose attribute this handler belongs to, or DRIVER_GROUPS; -1 none. Its removal waits for the handler. */
  on: number;
  frames: readonly Frame[];
}

export interface State {
  /** Values of shared slots; 0 is unset, otherwise value id + 1. */
  shared: readonly number[];
  threads: readonly Thread[];
}

export interface Event {
  thread: number;
  fn: FnDef | null;
  /** UTF-16 offsets in the function's file; -1 for steps of the kernel's own. */
  at: number;
  end: number;
  op: string;
  /** Said instead of the source text. */
  text: string | null;
}

/** Numbers shared slots by name, one numbering per exploration of a subject. */
export class Slots {
  private readonly ids = new Map<string, number>();
  readonly names: string[] = [];
  /** Those that hold what memory holds. */
  readonly cells: number[] = [];

  of(name: string): number {
    let id = this.ids.get(name);
    if (id === undefined) {
      id = this.names.length;
      this.names.push(name);
      if (name.startsWith('cell ') || name.startsWith('local ')) this.cells.push(id);
      this.ids.set(name, id);
    }
    return id;
  }
}

/**
 * Makes compact keys, equal for states that behave alike. Frames and threads are numbered, and their numbers kept with
 * them, since most of a state is shared with the one before.
 */
export class StateKeys {
  private readonly frameIds = new Map<string, number>();
  private readonly threadIds = new Map<string, number>();
  private readonly frames = new WeakMap<Frame, number>();
  private readonly threads = new WeakMap<Thread, number>();

  of(state: State): string {
    let last = state.shared.length;
    while (last > 0 && !state.shared[last - 1]) last--;
    const parts = state.shared.slice(0, last);
    for (const thread of state.threads) pushNumber(parts, this.thread(thread));
    return chars(parts);
  }

  private thread(thread: Thread): number {
    let id = this.threads.get(thread);
    if (id === undefined) {
      const parts = [thread.status, thread.on + 1];
      for (const frame of thread.frames) pushNumber(parts, this.frame(frame));
      id = number(this.threadIds, chars(parts));
      this.threads.set(thread, id);
    }
    return id;
  }

  private frame(frame: Frame): number {
    let id = this.frames.get(frame);
    if (id === undefined) {
      id = number(this.frameIds, chars([frame.id, frame.pc + 1, frame.ret + 2, ...frame.vars]));
      this.frames.set(frame, id);
    }
    return id;
  }
}

function number(ids: Map<string, number>, key: string): number {
  let id = ids.get(key);
  if (id === undefined) {
    id = ids.size;
    ids.set(key, id);
  }
  return id;
}

/** Two characters, as there may be more threads and frames than a character can tell apart. */
function pushNumber(parts: number[], id: number): void {
  parts.push(id >>> 15, id & 0x7fff);
}

function chars(parts: readonly number[]): string {
  return String.fromCharCode.apply(null, parts as number[]);
}
