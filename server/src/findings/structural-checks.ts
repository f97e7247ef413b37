import { locklessDriverCheck } from './rules/lockless-driver-check/check';
import { nonAtomicGuard } from './rules/non-atomic-guard/check';
import { nowarnInDriver } from './rules/nowarn-in-driver/check';
import { releaseOrder } from './rules/release-order/check';
import { selfRemoval } from './rules/self-removal/check';
import { uncheckedAddAction } from './rules/unchecked-add-action/check';
import { unlockedTeardownRead } from './rules/unlocked-teardown-read/check';
import { wrongHost } from './rules/wrong-host/check';
import type { StructuralCheck } from './structural';

/** The rules that facts and program decide; the others are found by exploration. */
export const structuralChecks: readonly StructuralCheck[] = [
  uncheckedAddAction,
  nowarnInDriver,
  wrongHost,
  releaseOrder,
  nonAtomicGuard,
  locklessDriverCheck,
  unlockedTeardownRead,
  selfRemoval,
];
