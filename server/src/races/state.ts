import type { FnDef } from '../program/types';
import type { Slice } from './steps';

/** A kernel function that takes several steps, such as device_del or devres_release_all; its `vars` are its arguments and memory. */
export type NativeName =
  | 'locked-entry'
  | 'unbind'
  | 'device-add'
  | 'device-del'
  | 'remove-groups'
  | 'lost-removal'
  | 'run-action'
  | 'release-list'
  | 'for-each-child'
  | 'find-match'
  | 'for-each-item'
  | 'wait-work'
  | 'wait-callback'
  | 'wait-irq'
  | 'open-file'
  | 'cdev-del'
  | 'kobject-cleanup'
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

/** Lock words from here on are sets of readers, one bit a thread. */
export const READERS = 1024;

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

/** Slot that is set once a thread has made an object. */
export const madeBy = (thread: number): string => `made by ${thread}`;

/** Numbers shared slots by name, one numbering per exploration of a subject. */
export class Slots {
  private readonly ids = new Map<string, number>();
  private readonly numbered = new Map<string, number[]>();
  readonly names: string[] = [];
  /** Those that hold what memory holds. */
  readonly cells: number[] = [];

  /** The slot `KIND NUMBER`. */
  at(kind: string, number: number): number {
    const known = this.numbered.get(kind) ?? [];
    if (known.length === 0) this.numbered.set(kind, known);
    known[number] ??= this.of(`${kind} ${number}`);
    return known[number];
  }

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
