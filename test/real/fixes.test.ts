import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { describe, expect, test } from 'vitest';
import { withFixes } from '../../server/src/cli/remedies';
import { createEngine } from '../../server/src/engine';
import { type FixEngine, fixEngineOf } from '../../server/src/engine/fix-engine';
import type { Engine } from '../../server/src/engine/types';
import type { Finding, RuleId } from '../../server/src/findings/types';
import type { ExploredFix } from '../../server/src/fixes';
import { loadEngine } from '../../server/src/host/load';
import { findTree } from '../../server/src/host/tree';
import { applyEdits } from '../../server/src/text';
import type { Texts } from '../fixes/explore';
import { kernelHeaders, kernelTree, root } from '../support/environment';
import { compileFixed } from '../support/kernel-compile';
import { complaints } from '../support/patch';

const tree = kernelTree('6.12.113') ?? '';
const DEVICE_H = 'include/linux/device.h';
const NOWARN = 'int devm_remove_action_nowarn(struct device *dev, void (*action)(void *), void *data);\n';

/** Several explorations, on a machine that runs other tests at the same time. */
const SLOW = 400_000;

const read = (path: string) => readFileSync(join(tree, path), 'utf8');
const regionFinding = (engine: Engine, rule: RuleId): Finding => {
  const found = engine.check().findings.find((f) => f.rule === rule && f.function === 'delete_region_store');
  if (!found) throw new Error(`no ${rule} in the delete handler`);
  return found;
};

function load(nowarn: boolean): Engine & FixEngine {
  const overlay = (path: string) => (nowarn && path === DEVICE_H ? `${read(path)}${NOWARN}` : undefined);
  const { engine } = loadEngine(findTree(tree), createEngine, overlay);
  return Object.assign(engine, fixEngineOf(engine));
}

function texts(fix: ExploredFix): { before: Texts; after: Texts } {
  const before = Object.fromEntries(fix.edits.map(({ path }) => [path, read(path)]));
  const after = Object.fromEntries(fix.edits.map(({ path, edits }) => [path, applyEdits(before[path] ?? '', edits)]));
  return { before, after };
}

interface Case {
  id: string;
  rule: RuleId;
  leaves: RuleId[];
}

const here: Case[] = [
  {
    id: 'ready-gate',
    rule: 'release-before-add',
    leaves: ['double-release', 'late-add', 'release-vs-unbind', 'unlocked-teardown-read', 'use-after-free', 'use-after-unregister'],
  },
  {
    id: 'pin-before-publish',
    rule: 'release-before-add',
    leaves: ['double-release', 'late-add', 'release-before-add', 'release-vs-unbind', 'unlocked-teardown-read', 'use-after-unregister'],
  },
  {
    id: 'idempotent-flag',
    rule: 'double-release',
    leaves: ['late-add', 'release-before-add', 'release-vs-unbind', 'unlocked-teardown-read', 'use-after-free', 'use-after-unregister'],
  },
  {
    id: 'deferred-teardown',
    rule: 'double-release',
    leaves: ['late-add', 'release-before-add', 'unlocked-teardown-read', 'use-after-free', 'use-after-unregister'],
  },
  {
    id: 'pin-before-publish+ready-gate',
    rule: 'release-before-add',
    leaves: ['double-release', 'late-add', 'release-vs-unbind', 'unlocked-teardown-read', 'use-after-unregister'],
  },
  {
    id: 'publish-state',
    rule: 'release-before-add',
    leaves: ['double-release', 'late-add', 'release-before-add', 'release-vs-unbind', 'use-after-free', 'use-after-unregister'],
  },
];

const newer: Case[] = [
  { id: 'owner-remove', rule: 'double-release', leaves: ['late-add', 'unlocked-teardown-read', 'use-after-free', 'use-after-unregister'] },
  {
    id: 'idempotent-flag',
    rule: 'double-release',
    leaves: ['late-add', 'unlocked-teardown-read', 'use-after-free', 'use-after-unregister'],
  },
  { id: 'owner-remove+pin-before-publish', rule: 'double-release', leaves: ['late-add', 'unlocked-teardown-read', 'use-after-unregister'] },
  {
    id: 'deferred-teardown',
    rule: 'double-release',
    leaves: ['late-add', 'unlocked-teardown-read', 'use-after-free', 'use-after-unregister'],
  },
];

describe.runIf(tree)('fixes of the region races in 6.12.113', () => {
  let engine: (Engine & FixEngine) | null = null;
  const fixes = new Map<string, ExploredFix | null>();
  /** Explored by the first test that asks. */
  const fixOf = ({ id, rule }: Case): ExploredFix => {
    engine ??= load(false);
    if (!fixes.has(id)) fixes.set(id, engine.fixOf(id, regionFinding(engine, rule)));
    const fix = fixes.get(id);
    if (!fix) throw new Error(`${id} is not offered`);
    return fix;
  };

  test.each(here)(
    '$id explores as its title says',
    (wanted) => {
      const { leaves, resolves, title } = fixOf(wanted);
      expect(leaves).toEqual(wanted.leaves);
      expect(title).toContain(`(resolves ${resolves.length} of 7; leaves `);
    },
    SLOW,
  );

  test.each(here)(
    '$id gives a diff that git apply takes and checkpatch has no complaint about',
    (wanted) => {
      const { before, after } = texts(fixOf(wanted));
      expect(complaints(tree, before, after)).toEqual([]);
    },
    SLOW,
  );

  test.runIf(kernelHeaders()).each(here)(
    '$id compiles without a warning',
    (wanted) => expect(compileFixed(tree, 'drivers/cxl', texts(fixOf(wanted)).after, '6.12')).toEqual([]),
    SLOW,
  );

  test(
    'the report for programs names them, as its schema says, with the edits of each once',
    () => {
      engine ??= load(false);
      const { report, remedies } = withFixes(engine.check(), engine);
      const schema = JSON.parse(readFileSync(join(root, 'server/src/findings/schema.json'), 'utf8'));
      const validate = new Ajv2020({ allErrors: true }).compile(schema);
      expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
      // What other structs hold pointers to has no fix.
      const ofRegion = report.findings.filter(({ lifetime }) => lifetime.action === 'unregister_region');
      expect(ofRegion.length).toBeGreaterThan(10);
      for (const { fixes, rule } of ofRegion) {
        expect(fixes[0]?.id, rule).toBe('owner-registry');
        for (const { resolves } of fixes) expect(resolves).toContain(rule);
      }
      expect(remedies.map(({ id }) => id).sort()).toEqual(
        [...new Set(report.findings.flatMap(({ fixes }) => fixes.map(({ id }) => id)))].sort(),
      );
    },
    SLOW,
  );

  test(
    'at the delete handler at least one is offered, none that needs what these headers lack',
    () => {
      engine ??= load(false);
      const offers = engine.fixesFor(regionFinding(engine, 'release-before-add'));
      expect(offers.map(({ id }) => id)).toContain('ready-gate');
      expect(offers.map(({ id }) => id).join()).not.toContain('owner-remove');
    },
    SLOW,
  );
});

describe.runIf(tree)('the same with devm_remove_action_nowarn() declared', () => {
  const engine = tree ? load(true) : null;
  test.each(newer)(
    '$id is clean for two handlers and for handler and unbind, applies, compiles, and checkpatch has no complaint',
    ({ id, rule, leaves }) => {
      if (!engine) throw new Error('no tree');
      const fix = engine.fixOf(id, regionFinding(engine, rule));
      expect(fix?.leaves).toEqual(leaves);
      expect(fix?.resolves).toEqual(expect.arrayContaining(['double-release', 'release-vs-unbind']));
      if (!fix) return;
      const { before, after } = texts(fix);
      expect(complaints(tree, before, after)).toEqual([]);
      if (!kernelHeaders()) return;
      // The prepared headers are those of a kernel without it.
      const header = 'drivers/cxl/cxl.h';
      expect(compileFixed(tree, 'drivers/cxl', { ...after, [header]: `${after[header] ?? read(header)}${NOWARN}` }, '6.12')).toEqual([]);
    },
    SLOW,
  );
});
