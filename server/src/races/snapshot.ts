import type { CallbackSource } from '../kernel';
import { IN_LIST, MOVED } from './effects/devres';
import type { Machine } from './machine';
import { READERS } from './state';
import type { Moment } from './step-state';
import { placeName, valueName } from './words';

export type StateScope = 'locks' | 'references' | 'registration' | 'devres' | 'containers' | 'members';

/** One fact about the shared state, in words of the source. */
export interface StateItem {
  scope: StateScope;
  name: string;
  value: string;
  /** Nothing is known of it in this state: it has not come to be, or is gone. */
  idle: boolean;
}

export interface Words {
  /** `CPU 0` of a thread of the scenario. */
  thread(t: number): string;
  /** How the host of the lifetime reads where its actions are registered. */
  host: string | null;
}

/** What runs in a thread that something of the object's has started. */
const RUNNING_AS: Record<CallbackSource | 'work', string> = {
  work: 'work',
  timer: 'timer',
  irq: 'interrupt of',
  notifier: 'notifier',
  debugfs: 'debugfs file of',
  file: 'file',
};

type Snapshot = Pick<Moment, 'shared' | 'threads'>;

/** What is said of a thing that the state knows nothing of (yet, or any more), in the order in which scopes are listed. */
const ABSENT: Record<StateScope, string> = {
  locks: 'free',
  references: '0',
  registration: 'not registered',
  devres: 'not added',
  containers: 'empty',
  members: 'as it was',
};

/** The facts of each state of a run: one row for each thing that any of them speaks of, the same rows in all of them. */
export function describeRun(machine: Machine, states: readonly Snapshot[], words: Words): StateItem[][] {
  const decoded = states.map((state) => decode(machine, state, words));
  const rows = new Map<string, StateItem>();
  for (const state of decoded) for (const { absent, ...item } of state) rows.set(keyOf(item), { ...item, value: absent, idle: true });
  const order = Object.keys(ABSENT);
  const sorted = [...rows.values()].sort((a, b) => order.indexOf(a.scope) - order.indexOf(b.scope));
  const filled = decoded.map((state) => {
    const known = new Map(state.map(({ absent: _, ...item }) => [keyOf(item), item]));
    return sorted.map((row) => known.get(keyOf(row)) ?? row);
  });
  // Of the members only those that change say something about the run.
  const changes = sorted.map((_, i) => filled.some((state) => state[i]?.value !== filled[0]?.[i]?.value));
  return filled.map((state) => state.filter((item, i) => item.scope !== 'members' || changes[i]));
}

const keyOf = ({ scope, name }: Pick<StateItem, 'scope' | 'name'>) => `${scope} ${name}`;

/** What one state says, slot by slot: the names of slots are those that the machine and its effects give them. */
function decode(machine: Machine, { shared, threads }: Snapshot, words: Words): (StateItem & { absent: string })[] {
  const { values, scene } = machine;
  const out: (StateItem & { absent: string })[] = [];
  const objects = new Set<number>();
  const add = (scope: StateScope, name: string, value: string, absent = ABSENT[scope]) =>
    out.push({ scope, name, value, idle: false, absent });
  const place = (value: number) => (words.host !== null && scene.hosts.includes(value) ? words.host : placeName(machine, value));
  const get = (name: string) => {
    const value = shared[machine.slots.of(name)];
    return value ? value - 1 : undefined;
  };
  machine.slots.names.forEach((slot, i) => {
    const known = shared[i];
    if (!known) return;
    const value = known - 1;
    const [kind = '', ...rest] = slot.split(' ');
    const of = rest.join(' ');
    if (kind === 'lock') {
      const device = rest[0] === 'device';
      const address = Number(device ? rest[1] : of);
      const name = device ? `device lock of ${place(address)}` : Number.isNaN(address) ? of : place(address);
      add('locks', name, holders(machine.countOf(value), words));
    } else if (kind === 'ref') {
      const cut = of.indexOf(':');
      add('references', place(values.ptr(Number(of.slice(0, cut)), of.slice(cut + 1))), String(machine.countOf(value)));
    } else if (kind === 'history') {
      const [fn = 0, data = 0] = of.split(':').map(Number);
      add('devres', `${valueName(machine, fn)}(${place(data)})`, entryValue(machine.countOf(value), fn, data));
    } else if (kind === 'released') {
      add('devres', `list of ${place(Number(of))}`, 'taken by unbind', 'in place');
    } else if (kind === 'in') {
      const members = values.items(value).filter((_, at) => at % 2 === 1);
      add('containers', place(Number(of)), members.map(place).join(', '));
    } else if (kind === 'cell') {
      const cut = of.indexOf(':');
      const object = Number(of.slice(0, cut));
      const absent = get(`zeroed ${object}`) === undefined ? ABSENT.members : '0';
      add('members', place(values.ptr(object, of.slice(cut + 1))), valueName(machine, value), absent);
    } else if (kind === 'pending') add('members', `work ${place(Number(of))}`, 'pending', 'idle');
    else if (kind === 'running') {
      const thread = Number(of);
      const source = scene.callbacks.get(thread) ?? 'work';
      const isFile = source === 'file';
      add(
        'members',
        `${RUNNING_AS[source]} ${place(value)}`,
        `${isFile ? 'open' : 'runs'} on ${words.thread(thread)}`,
        isFile ? 'closed' : 'idle',
      );
    } else if (/^(?:registered|attributes|deleting|deleted|removed|freed|allocated)$/.test(kind)) objects.add(Number(of));
  });
  for (const id of objects) {
    const { kind } = values.objectById(id);
    const value = registration((name) => get(`${name} ${id}`) !== undefined, kind);
    // What no explored code has made is there from the start.
    add('registration', placeName(machine, values.ptr(id, '')), value, kind === 'tracked' ? ABSENT.registration : 'registered');
  }
  return out;

  /** An entry that was moved is on unbind's own list until it is called. */
  function entryValue(history: number, fn: number, data: number): string {
    if (history === IN_LIST) return 'on the devres list';
    if (history !== MOVED) return 'taken off the list';
    const waits = threads.some((thread) =>
      thread.frames.some(({ code, vars }) => {
        const list = code === 'unbind' ? values.items(vars[1] ?? 0) : [];
        return list.some((item, at) => at % 2 === 0 && item === fn && list[at + 1] === data);
      }),
    );
    return waits ? MOVED_TEXT : 'called by unbind';
  }
}

/** Said of an entry that devres_release_all() has taken and not called yet. */
export const MOVED_TEXT = "on unbind's own list";

function holders(count: number, { thread }: Words): string {
  if (count < READERS) return `held by ${thread(count - 1)}`;
  const readers = Array.from({ length: 10 }, (_, t) => t).filter((t) => (count - READERS) & (1 << t));
  return `read by ${readers.map(thread).join(', ')}`;
}

/** How far the life of an object has come: drivers/base/core.c device_add(), device_del(). */
function registration(has: (name: string) => boolean, kind: string): string {
  if (has('freed')) return 'freed';
  if (has('deleted')) return 'unregistered';
  if (has('deleting')) return has('attributes') || (kind !== 'tracked' && !has('removed')) ? 'being unregistered' : 'attributes removed';
  if (has('removed')) return 'attributes removed';
  if (has('findable')) return 'registered';
  if (has('attributes')) return 'attributes exist';
  return has('allocated') ? 'allocated' : ABSENT.registration;
}
