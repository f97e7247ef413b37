/**
 * Structs of function pointers that the kernel calls as entry points: driver
 * structs, file operations, notifier blocks, and what starts a module.
 */

/** What starts an entry point. The report's `kind` (findings/types.ts) is the same set. */
export type EntryKind =
  | 'sysfs-store'
  | 'sysfs-show'
  | 'unbind'
  | 'probe'
  | 'remove'
  | 'work'
  | 'notifier'
  | 'timer'
  | 'irq'
  | 'ioctl'
  | 'debugfs'
  | 'configfs'
  | 'export'
  | 'init'
  | 'exit';
