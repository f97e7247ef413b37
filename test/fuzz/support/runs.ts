import type { Parameters } from 'fast-check';

/** Seed of every run that names no other. */
const SEED = 20261122;

/**
 * How often, and from which seed, a property is tried. DEVRES_LENS_FUZZ_SEED is a number or `random`;
 * DEVRES_LENS_FUZZ_RUNS multiplies the runs of every property.
 */
export function runs<T>(numRuns: number, more: Parameters<T> = {}): Parameters<T> {
  const wanted = process.env.DEVRES_LENS_FUZZ_SEED;
  const seed = wanted === undefined ? SEED : wanted === 'random' ? Date.now() & 0x7fffffff : Number(wanted);
  if (!Number.isInteger(seed)) throw new Error(`DEVRES_LENS_FUZZ_SEED=${wanted} is neither a number nor random`);
  return { ...more, seed, numRuns: Math.ceil(numRuns * Number(process.env.DEVRES_LENS_FUZZ_RUNS ?? 1)) };
}
