import { addActionOrReset } from './add-action-or-reset';
import { deferredTeardown } from './deferred-teardown';
import { idempotentFlag } from './idempotent-flag';
import { ownerRegistry } from './owner-registry';
import { ownerRemove } from './owner-remove';
import { pinBeforePublish } from './pin-before-publish';
import { publishState } from './publish-state';
import { readyGate } from './ready-gate';
import type { Fix } from './types';

export type { ExploredFix, FileEdits, Fix, FixContext } from './types';

/** Every fix there is, alone. */
export const FIXES: readonly Fix[] = [
  ownerRegistry,
  readyGate,
  pinBeforePublish,
  ownerRemove,
  idempotentFlag,
  deferredTeardown,
  addActionOrReset,
  publishState,
];

/** Fixes that do more together: each is computed on what those before it leave. */
export const COMBINATIONS: readonly (readonly Fix[])[] = [
  [pinBeforePublish, readyGate],
  [ownerRemove, pinBeforePublish],
  [ownerRemove, pinBeforePublish, readyGate],
];

/** What `check --fix` takes. */
export const FIX_IDS: readonly string[] = [
  ...FIXES.map((fix) => fix.id),
  ...COMBINATIONS.map((fixes) => fixes.map((fix) => fix.id).join('+')),
];
