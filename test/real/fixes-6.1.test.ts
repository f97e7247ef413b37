import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createEngine } from '../../server/src/engine';
import { type FixEngine, fixEngineOf } from '../../server/src/engine/fix-engine';
import { extractFacts } from '../../server/src/facts';
import type { Finding, RuleId } from '../../server/src/findings/types';
import type { ExploredFix } from '../../server/src/fixes';
import { loadEngine } from '../../server/src/host/load';
import { findTree } from '../../server/src/host/tree';
import { applyEdits } from '../../server/src/text';
import type { Texts } from '../fixes/explore';
import { kernelHeaders, kernelTree } from '../support/environment';
import { compileFixed } from '../support/kernel-compile';
import { complaints } from '../support/patch';

const tree = kernelTree('6.1.192') ?? '';
const SLOW = 200_000;

const offered: { id: string; leaves: RuleId[] }[] = [
  { id: 'owner-registry', leaves: [] },
  { id: 'ready-gate', leaves: ['double-release', 'late-add', 'release-vs-unbind', 'use-after-free'] },
  { id: 'pin-before-publish', leaves: ['double-release', 'late-add', 'release-before-add', 'release-vs-unbind'] },
  { id: 'idempotent-flag', leaves: ['late-add', 'release-before-add', 'release-vs-unbind', 'use-after-free'] },
  { id: 'deferred-teardown', leaves: ['late-add', 'release-before-add', 'use-after-free'] },
  { id: 'pin-before-publish+ready-gate', leaves: ['double-release', 'late-add', 'release-vs-unbind'] },
];

const refused: [id: string, reason: RegExp][] = [
  ['owner-remove', /^this tree does not declare devm_remove_action_nowarn$/],
  ['add-action-or-reset', /^the result of every registration is looked at$/],
  ['publish-state', /^unregister_region\(\) decides by no member that others write under one lock$/],
];

describe.runIf(tree)('fixes of the region races in 6.1.192', () => {
  const known = new Map<string, ExploredFix | null>();
  let made: { fixes: FixEngine; finding: Finding } | undefined;
  /** Explored by the first test that asks. */
  const engine = () => {
    if (made) return made;
    const { engine: loaded } = loadEngine(findTree(tree), createEngine);
    const finding = loaded.check().findings.find((f) => f.rule === 'double-release' && f.function === 'delete_region_store');
    const fixes = fixEngineOf(loaded);
    if (!finding || !fixes) throw new Error('no double release in the delete handler');
    made = { fixes, finding };
    return made;
  };
  const fixOf = (id: string) => {
    const { fixes, finding } = engine();
    const fix = known.get(id) ?? fixes.fixOf(id, finding);
    known.set(id, fix);
    return fix;
  };

  test.each(offered)(
    '$id is offered, and says what it leaves',
    ({ id, leaves }) => {
      const fix = fixOf(id);
      expect(fix?.leaves).toEqual(leaves);
      expect(fix?.title).toContain(`(resolves ${5 - leaves.length} of 5; ${leaves.length === 0 ? 'explores clean' : 'leaves'}`);
    },
    SLOW,
  );

  test.each(offered)(
    '$id parses, and gives a diff that git apply takes and checkpatch has no complaint about',
    ({ id }) => {
      const before: Texts = {};
      const after: Texts = {};
      for (const { path, edits } of fixOf(id)?.edits ?? []) {
        const text = readFileSync(join(tree, path), 'utf8');
        before[path] = text;
        after[path] = applyEdits(text, edits);
        expect(extractFacts(path, after[path]).errors.length).toBeLessThanOrEqual(extractFacts(path, text).errors.length);
      }
      expect(complaints(tree, before, after)).toEqual([]);
    },
    SLOW,
  );

  test.runIf(kernelHeaders('6.1')).each(offered)(
    '$id compiles without a warning',
    ({ id }) => {
      const edits = fixOf(id)?.edits ?? [];
      const after = edits.map((file) => [file.path, applyEdits(readFileSync(join(tree, file.path), 'utf8'), file.edits)]);
      expect(edits.length).toBeGreaterThan(0);
      expect(compileFixed(tree, 'drivers/cxl', Object.fromEntries(after), '6.1')).toEqual([]);
    },
    SLOW,
  );

  test.each(refused)(
    '%s is refused, with the reason',
    (id, reason) => {
      const { fixes, finding } = engine();
      expect(fixes.refusals(finding).get(id)).toMatch(reason);
      expect(fixOf(id)).toBeNull();
    },
    SLOW,
  );
});
