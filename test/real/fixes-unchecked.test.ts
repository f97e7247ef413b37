import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createEngine } from '../../server/src/engine';
import { fixEngineOf } from '../../server/src/engine/fix-engine';
import { loadEngine } from '../../server/src/host/load';
import { findTree } from '../../server/src/host/tree';
import { applyEdits } from '../../server/src/text';
import { kernelHeaders, kernelTree } from '../support/environment';
import { compileFixed } from '../support/kernel-compile';
import { complaints } from '../support/patch';
import { applyEdit } from './variants/apply';

const SLOW = 200_000;
const ID = 'add-action-or-reset';

/** The registrations of two kernels, in a function that returns an object and in one that returns an error number. */
const places = [
  {
    name: 'the region',
    file: 'drivers/cxl/core/region.c',
    call: (host: string) => `devm_add_action_or_reset(port->${host}, unregister_region, cxlr);`,
    as: (call: string) => `\trc = ${call}\n\tif (rc)\n\t\treturn ERR_PTR(rc);\n`,
    dropped: (call: string) => `\t${call}\n`,
  },
  {
    name: 'a decoder',
    file: 'drivers/cxl/core/port.c',
    call: () => 'devm_add_action_or_reset(host, cxld_unregister, &cxld->dev);',
    as: (call: string) => `\treturn ${call}\n`,
    dropped: (call: string) => `\t${call}\n\treturn 0;\n`,
  },
];
const trees = [
  { version: '6.12.113', series: '6.12', host: 'uport_dev' },
  { version: '6.1.192', series: '6.1', host: 'uport' },
] as const;

describe.each(trees)('a registration of $version whose result is dropped', ({ version, series, host }) => {
  const tree = kernelTree(version);

  test.runIf(tree).each(places)(
    'of $name is found, and the fix gives back what upstream has',
    ({ file, call, as, dropped }) => {
      if (!tree) return;
      const upstream = readFileSync(join(tree, file), 'utf8');
      const careless = dropped(call(host).replace('_or_reset', ''));
      const racy = applyEdit(upstream, { file, find: as(call(host)), replace: careless });
      const { engine } = loadEngine(findTree(tree), createEngine, (path) => (path === file ? racy : undefined));
      const found = engine.check().findings.filter(({ rule }) => rule === 'unchecked-add-action');
      expect(found.map((finding) => finding.file)).toEqual([file]);
      const fix = found[0] && fixEngineOf(engine)?.fixOf(ID, found[0]);
      expect(fix?.resolves).toContain('unchecked-add-action');
      expect(fix?.leaves).not.toContain('unchecked-add-action');
      expect(fix?.edits.map(({ path }) => path)).toEqual([file]);
      const fixed = applyEdits(racy, fix?.edits[0]?.edits ?? []);
      expect(fixed).toBe(upstream);

      expect(complaints(tree, { [file]: racy }, { [file]: fixed })).toEqual([]);
      if (kernelHeaders(series)) expect(compileFixed(tree, 'drivers/cxl', { [file]: fixed }, series)).toEqual([]);
    },
    SLOW,
  );
});
