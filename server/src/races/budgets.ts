import type { Limits } from './explore';

/** How the budget of a lifetime is divided. Where pointers to objects are followed through other structs' memory, less has to do. */

/** Part of the budget of steps that constructors may take alone, and then pairs which can no longer be explored to the end. */
const ALONE = 1 / 4;
const DOUBTFUL = 1 / 8;

/** States of a pair where pointers are followed: what uses a freed object does so soon after it has read the pointer. */
const FOLLOWED_STATES = 2500;
/** Steps of its constructors, which go on to what the object is used for once it is registered. */
const FOLLOWED_STEPS = 100_000;

/** What constructors may take alone. */
export function constructorLimits(limits: Limits, isFollowed: boolean): Limits {
  return { ...limits, maxSteps: isFollowed ? Math.min(limits.maxSteps, FOLLOWED_STEPS) : limits.maxSteps * ALONE };
}

/**
 * What a pair may take. `steps`: those that the constructors took. Where they have used up theirs, no pair that starts from them is explored to
 * the end: what they lead to is looked at for a while.
 */
export function pairLimits(limits: Limits, isFollowed: boolean, steps: number): Limits {
  if (isFollowed) return { ...limits, maxStates: Math.min(limits.maxStates, FOLLOWED_STATES) };
  return steps < limits.maxSteps * ALONE ? limits : { ...limits, maxSteps: limits.maxSteps * (ALONE + DOUBTFUL) };
}
