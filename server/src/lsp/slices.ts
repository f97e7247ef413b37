import { setTimeout as delay } from 'node:timers/promises';
import type { CheckOptions, Engine } from '../engine/types';
import type { CheckReport } from '../findings/types';

const FIRST_SLICE_MS = 150;

/** Messages are read, queued and dispatched in turns of their own: this is room for several. */
const BREATH_MS = 10;

/** Lets messages that have arrived be handled. */
export async function breathe(): Promise<void> {
  await delay(BREATH_MS);
}

/**
 * Runs a check in slices on the protocol's thread, so that a change that
 * arrives meanwhile ends it: null then. A slice that was too short is run again
 * with twice the time, so the whole takes at most twice as long as at once, and
 * less where the engine keeps what it has explored.
 */
export async function checkInSlices(engine: Engine, options: CheckOptions, superseded: () => boolean): Promise<CheckReport | null> {
  for (let slice = FIRST_SLICE_MS; ; slice *= 2) {
    if (superseded()) return null;
    const end = performance.now() + slice;
    let cut = false;
    const cancelled = () => {
      cut ||= performance.now() > end;
      return cut;
    };
    try {
      return engine.check({ ...options, cancelled });
    } catch (error) {
      if (!cut) throw error;
    }
    await breathe();
  }
}
