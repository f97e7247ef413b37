/** More than two threads at once on the real code: `check` explores pairs, these sets are asked for. */
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../server/src/engine';
import type { Verdict } from '../../server/src/findings/types';
import { loadEngine } from '../../server/src/host/load';
import { findTree } from '../../server/src/host/tree';
import { kernelTree } from '../support/environment';
import { table, verdictsOf } from './trees';

/** Verdicts on the region's sets of so many threads. */
function crowds(tree: string, threads: number): Verdict[] {
  const { engine } = loadEngine(findTree(tree), createEngine);
  return verdictsOf(engine.check({ threads }), 'unregister_region').filter(({ bounds }) => bounds.startsWith(`${threads} threads (`));
}

const merged = kernelTree('6.12.117');
const racy = kernelTree('6.12.113');

describe.runIf(merged)('the merged code', () => {
  it.each([3, 4])('is clean with %i threads at once', (threads) => {
    const found = crowds(merged as string, threads);
    expect(found.length).toBeGreaterThan(5);
    expect(found.some(({ bounds }) => bounds.includes('cxl_port_probe') && bounds.includes('unbind('))).toBe(true);
    expect(table(found.filter(({ verdict }) => verdict !== 'clean'))).toEqual([]);
  });
});

describe.runIf(racy)('the code before it', () => {
  it('is violated by every three threads', () => {
    const found = crowds(racy as string, 3);
    expect(found.length).toBeGreaterThan(5);
    expect(table(found.filter(({ verdict }) => verdict !== 'violated'))).toEqual([]);
  });
});
