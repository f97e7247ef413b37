import type { FnDef } from '../program/types';
import type { Slice } from './slice';

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
  | 'wait-work';

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

  of(name: string): number {
    let id = this.ids.get(name);
    if (id === undefined) {
      id = this.names.length;
      this.names.push(name);
      this.ids.set(name, id);
    }
    return id;
  }
}

/** A compact key: equal for states that behave alike. Keys of threads and frames are kept with them, since most of a state is shared with the one before. */
export function stateKey(state: State): string {
  let last = state.shared.length;
  while (last > 0 && !state.shared[last - 1]) last--;
  let key = chars(last === state.shared.length ? state.shared : state.shared.slice(0, last));
  for (const thread of state.threads) key += threadKey(thread);
  return key;
}

function threadKey(thread: Thread): string {
  let key = threadKeys.get(thread);
  if (key === undefined) {
    key = chars([0xfffe, thread.status, thread.on + 1]);
    for (const frame of thread.frames) key += frameKey(frame);
    threadKeys.set(thread, key);
  }
  return key;
}

function frameKey(frame: Frame): string {
  let key = frameKeys.get(frame);
  if (key === undefined) {
    key = chars([0xfffd, frame.id, frame.pc + 1, frame.ret + 2, ...frame.vars]);
    frameKeys.set(frame, key);
  }
  return key;
}

const threadKeys = new WeakMap<Thread, string>();
const frameKeys = new WeakMap<Frame, string>();

function chars(parts: readonly number[]): string {
  return String.fromCharCode.apply(null, parts as number[]);
}
