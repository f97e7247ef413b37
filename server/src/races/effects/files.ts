import type { EffectCode, Machine, NativeCode } from '../machine';
import { ONE, TOP } from '../values';
import { opening, release, setArmed } from './callbacks';
import { callFn } from './calls';
import { dropReference, takeReference } from './references';

/** Open files of character devices: fs/char_dev.c chrdev_open, cdev_device_add; drivers/char/misc.c misc_open; fs/file_table.c __fput. */

/** What open files of a character device keep. */
const pin = (cell: number) => `pin ${cell}`;

/** cdev_set_parent(): the parent stays as long as the character device, and that as long as a file is open. */
export const pinFile: EffectCode = (m, step, args) => {
  const effect = step.effect;
  if (effect?.op === 'pin-file') setPin(m, args[effect.file] ?? TOP, args[effect.kobj] ?? TOP);
  return TOP;
};

function setPin(m: Machine, cell: number, parent: number): void {
  if (!m.tracked(cell)) return;
  m.use(cell, false);
  m.touch(null);
  m.set(pin(cell), parent);
}

/** cdev_device_add(): files can be opened before the device is added. */
export function addFile(m: Machine, cell: number, device: number): void {
  if (!m.tracked(cell)) return;
  setPin(m, cell, device);
  setArmed(m, 'file', cell, ONE);
}

/** cdev_del() after device_del(): nobody opens the file any more, and who has it open goes on. */
export const cdevDelNative: NativeCode = (m, frame) => {
  const cell = frame.vars[0] ?? TOP;
  m.use(cell, false);
  m.touch(null);
  release(m, 'file', cell);
  m.event('disarm', m.tracked(cell), 'cdev_del(): no file is opened any more');
  m.pop(TOP);
};

const OPEN = 0;
const OPENED = 1;
const RELEASE = 2;
const CLOSED = 3;
const RESULT = 6;

/** A task opens a file, calls one of its operations and closes it. `functions`: ->open, the operation and ->release, as values; TOP where there is none. */
export function startFile(m: Machine, cell: number, functions: readonly number[], inode: number, file: number): void {
  const parent = m.get(pin(cell)) ?? TOP;
  takeReference(m, parent);
  m.set(opening(m.t), ONE);
  m.pushNative('open-file', [parent, inode, file, ...functions, TOP]);
}

export const openFileNative: NativeCode = (m, frame) => {
  const [parent = TOP, inode = TOP, file = TOP, open = TOP, run = TOP, close = TOP, result = TOP] = frame.vars;
  const vars = [parent, inode, file, open, run, close, TOP];
  m.touch(null);
  switch (frame.pc) {
    case OPEN:
      m.stage(frame, OPENED, vars);
      return callFn(m, open, argumentsOf(m, open, inode, file), RESULT);
    case OPENED: {
      m.clear(opening(m.t));
      m.enable();
      const fails = open !== TOP && (m.values.truth(result) ?? m.choose(2) === 1);
      m.stage(frame, fails ? CLOSED : RELEASE, vars);
      return fails ? undefined : callFn(m, run, argumentsOf(m, run, inode, file), -1);
    }
    case RELEASE:
      m.stage(frame, CLOSED, vars);
      return callFn(m, close, argumentsOf(m, close, inode, file), -1);
    default:
      if (m.tracked(parent)) dropReference(m, parent, { text: 'the file is closed: what it kept is put' });
      m.pop(TOP);
  }
};

/** ->open and ->release are given the inode and the file, the others the file. */
function argumentsOf(m: Machine, fn: number, inode: number, file: number): number[] {
  const value = m.values.get(fn);
  const params = value.k === 'fn' ? (m.view.program.functions[value.id]?.fn.params ?? []) : [];
  return params.map(({ type }) => (type.base === 'struct inode' ? inode : type.base === 'struct file' ? file : TOP));
}
