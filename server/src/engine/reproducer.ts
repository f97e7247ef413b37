import type { Finding } from '../findings/types';
import type { FixTree } from '../fixes/offers';
import { type Reproducer, reproducerOf } from '../fixes/reproducer';

export type { Reproducer } from '../fixes/reproducer';

/** The reproducer of a finding that the engine reported last, or why there is none. */
export function reproducerFrom(engine: object, finding: Finding): Reproducer | { refused: string } {
  const context = (engine as Partial<FixTree>).context?.(finding);
  return context ? reproducerOf(context) : { refused: 'its lifetime is not in the tree any more' };
}
