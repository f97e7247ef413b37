import { asyncApi } from './async';
import { bitApi } from './bits';
import { containerApi } from './containers';
import { deviceApi } from './devices';
import { devresApi } from './devres';
import type { Effect } from './effects';
import { guardClasses, lockApi } from './locks';
import { freeClasses, memoryApi } from './memory';
import { valueApi } from './values';
import { waitingApi } from './waiting';
import { workApi } from './work';

export type { CallbackSource, Effect, LockMode } from './effects';

const all = new Map<string, Effect>(
  [
    devresApi,
    deviceApi,
    lockApi,
    guardClasses,
    memoryApi,
    freeClasses,
    containerApi,
    bitApi,
    workApi,
    waitingApi,
    asyncApi,
    valueApi,
  ].flatMap((part) => [...part]),
);

/** The effect of a kernel API by name; undefined for functions the tables do not know. */
export function effectOf(name: string): Effect | undefined {
  return all.get(name);
}

/** The kernel APIs whose effect is such. */
export function namesWith(accept: (effect: Effect) => boolean): string[] {
  return [...all].filter(([, effect]) => accept(effect)).map(([name]) => name);
}
