import type { Witness } from './explore';
import type { Machine } from './machine';
import type { Event, State } from './state';
import type { HeapObject } from './values';

/**
 * An object that is still registered when every thread has ended and its host was unbound: nobody tears it down any
 * more. One whose action stands on a devres list is left out: it was added late, which is said where it is added.
 */
export function leftOver(m: Machine, shared: State['shared']): HeapObject | null {
  const has = (name: string) => Boolean(shared[m.slots.of(name)]);
  const lives = (object: HeapObject) => !has(`deleting ${object.id}`) && !has(`freed ${object.id}`) && !isListed(m, shared, object);
  return m.values.tracked.find((object) => has(`registered ${object.id}`) && lives(object)) ?? null;
}

/** An entry of some devres list has the object for its data. */
function isListed(m: Machine, shared: State['shared'], object: HeapObject): boolean {
  return m.slots.names.some((name, i) => {
    const value = shared[i];
    return name.startsWith('devres ') && value ? actionData(m, value - 1).some((item) => m.values.objectOf(item) === object) : false;
  });
}

/** What the actions of a list are given; an entry that releases something else ends no object. */
function actionData(m: Machine, list: number): number[] {
  const items = m.values.items(list);
  return items.filter((_, i) => i % 2 === 1 && m.values.get(items[i - 1] as number).k === 'fn');
}

/** The device of an owner was removed: what stands below it has to be gone by then. */
export function ownerRemoved(m: Machine, shared: State['shared']): boolean {
  return [...m.view.subject.owners].some((tag) => Boolean(shared[m.slots.of(`deleting ${m.values.instance(tag).id}`)]));
}

/** Ends the trace where the object lost its teardown: at the removal of its action, else where it was registered. */
export function leftOverWitness(m: Machine, object: HeapObject, trace: readonly Event[]): Witness {
  const last = (op: string) => [...trace].reverse().find((event) => event.op === op && event.fn !== null);
  const site = last('remove-action') ?? last('device-add') ?? trace.at(-1);
  const text = `${m.typeName(object)} stays registered after the unbind of its host`;
  const end: Event = { thread: 0, fn: null, at: -1, end: -1, ...site, op: 'left', text };
  return { rule: 'lost-teardown', detail: `nobody tears the object down: ${text}`, trace: [...trace, end] };
}
