import type { CallbackSource } from '../../kernel';
import type { Machine } from '../machine';

/** A host's list of what its devres release, newest last: drivers/base/devres.c. */

export type Entry = { fn: number; data: number };

export function entriesOf(m: Machine, host: number): Entry[] {
  const items = m.values.items(m.get(`devres ${host}`) ?? m.values.emptyTuple);
  const out: Entry[] = [];
  for (let i = 0; i + 1 < items.length; i += 2) out.push({ fn: items[i] as number, data: items[i + 1] as number });
  return out;
}

export function setEntries(m: Machine, host: number, entries: Entry[]): void {
  if (entries.length === 0) m.clear(`devres ${host}`);
  else m.set(`devres ${host}`, m.values.tuple(entries.flatMap((e) => [e.fn, e.data])));
}

/** Puts an entry on the end of a host's list: it is released first. */
export function addEntry(m: Machine, host: number, entry: Entry): void {
  setEntries(m, host, [...entriesOf(m, host), entry]);
}

export const SOURCES: readonly CallbackSource[] = ['timer', 'irq', 'notifier', 'debugfs', 'file'];

/** Stands in an entry for the release of a managed callback, where others have their action. */
export function releaseOf(m: Machine, source: CallbackSource): number {
  return m.values.sym(`release ${source}`);
}

/** Stands for the release of managed groups in an entry of a devres list, where others have their action. */
export function groupsRelease(m: Machine): number {
  return m.values.sym('release groups');
}

/** Stands in an entry for the release of managed memory. */
export function memoryRelease(m: Machine): number {
  return m.values.sym('release memory');
}

/** devm_kfree(): its entry goes with the memory. */
export function forgetMemory(m: Machine, host: number, data: number): void {
  setEntries(
    m,
    host,
    entriesOf(m, host).filter((entry) => entry.fn !== memoryRelease(m) || m.values.equal(entry.data, data) !== true),
  );
}
