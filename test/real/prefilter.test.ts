import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { analyseUnit } from '../../server/src/cli/unit';
import { createEngine } from '../../server/src/engine/index';
import { findTree } from '../../server/src/host/tree';
import { unitsOf } from '../../server/src/host/units';
import { kernelTree } from '../support/environment';

/** Folder whose units are compared: a small one that is always there, or all of drivers/ for somebody who has half an hour. */
const tree = kernelTree('6.12.117');
const folder = process.env.DEVRES_LENS_WHOLE ?? (tree && join(tree, 'drivers/iio/imu'));

// The largest folders take minutes on a busy machine.
vi.setConfig({ testTimeout: 900_000 });

describe.skipIf(!folder)('leaving files out before parsing loses nothing', () => {
  const units = folder ? unitsOf(findTree(folder)) : [];

  test.each(units.map((unit) => [unit.files[0], unit] as const))('in the folder of %s', async (_, unit) => {
    const results = async (sweep: boolean) => {
      const { report, lifetimes } = await analyseUnit(unit, { createEngine: async () => createEngine, cache: null, sweep, fixes: false });
      const { findings, verdicts, stats } = report;
      return { findings, verdicts, files: stats.files, lifetimes: lifetimes.map(({ action, object }) => `${action} ${object}`) };
    };
    expect(await results(true)).toEqual(await results(false));
  });
});
