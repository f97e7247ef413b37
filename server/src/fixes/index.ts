import type { Fix } from './types';
import { idempotentFlag } from './idempotent-flag';
import { ownerRemove } from './owner-remove';
import { pinBeforePublish } from './pin-before-publish';
import { readyGate } from './ready-gate';

export type { ExploredFix, FileEdits, Fix, FixContext } from './types';

/** Every fix there is, alone. */
export const FIXES: readonly Fix[] = [readyGate, pinBeforePublish, ownerRemove, idempotentFlag];

/** Fixes that do more together: the second is computed on what the first leaves. */
export const COMBINATIONS: readonly (readonly [Fix, Fix])[] = [
  [pinBeforePublish, readyGate],
  [ownerRemove, pinBeforePublish],
];
