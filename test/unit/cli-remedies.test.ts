import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import type { ArtifactChange, Fix, Log } from 'sarif';
import { afterAll, expect, test } from 'vitest';
import { run } from '../../server/src/cli/program';
import { CancelledError, createEngine } from '../../server/src/engine';
import type { CheckReport, Finding } from '../../server/src/findings/types';
import { openCache } from '../../server/src/host/cache';
import { applyEdits } from '../../server/src/text';
import { edited, engineOn, textsOf } from '../fixes/explore';
import { root } from '../support/environment';
import { makeTree } from './cli-fake';

/** Fixes are explored, on a machine that may run other tests at the same time. */
const SLOW = 120_000;

const racy = textsOf(join(root, 'examples/minibus-racy'));
const tree = makeTree(Object.fromEntries(Object.entries(racy).map(([path, text]) => [`drv/${path}`, text])));
afterAll(() => tree.remove());

/** A check with results kept: its output, and whether an engine was needed. */
async function check(format: string): Promise<{ out: string; fresh: boolean }> {
  let out = '';
  let fresh = false;
  const io = {
    cwd: tree.root,
    out: (text: string) => {
      out += text;
    },
    err: () => {},
    colour: false,
    startPool: async () => null,
    cache: () => openCache(join(tree.root, 'cache'), 'v1'),
    createEngine: async () => {
      fresh = true;
      return createEngine;
    },
  };
  await run(['check', 'drv', '--format', format], io);
  return { out, fresh };
}

/** Checks one after another; the later ones rest on what the earlier ones kept. */
const runs = (async () => ({
  text: await check('text'),
  json: await check('json'),
  sarif: await check('sarif'),
  later: await check('text'),
}))();

/** What the engine itself offers for a finding. */
const engine = engineOn(racy);
const offersFor = (fingerprint: unknown) => {
  const finding = engine.check().findings.find((f) => f.fingerprint === fingerprint);
  return finding ? engine.fixesFor(finding) : [];
};

test(
  'the JSON report names the explored fixes of each finding, the preferred one first',
  async () => {
    const report: CheckReport = JSON.parse((await runs).json.out);
    const schema = JSON.parse(readFileSync(join(root, 'server/src/findings/schema.json'), 'utf8'));
    const validate = new Ajv2020({ allErrors: true }).compile(schema);
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
    expect(report.findings.length).toBeGreaterThan(0);
    for (const { fingerprint, fixes, rule } of report.findings) {
      expect(fixes.length).toBeGreaterThan(0);
      expect(fixes).toEqual(offersFor(fingerprint).map(({ id, title, resolves, leaves }) => ({ id, title, resolves, leaves })));
      for (const { resolves } of fixes) expect(resolves).toContain(rule);
    }
  },
  SLOW,
);

test(
  'a fix is explored once for all findings of its lifetime',
  () => {
    const edits = new Map<string, unknown>();
    for (const finding of engine.check().findings)
      for (const fix of engine.fixesFor(finding)) {
        expect(fix.edits).toBe(edits.get(fix.id) ?? fix.edits);
        edits.set(fix.id, fix.edits);
      }
    expect(edits.size).toBeGreaterThan(3);
  },
  SLOW,
);

test(
  'the exploration of fixes can be cancelled, and begun again',
  () => {
    const fresh = engineOn(racy);
    const finding = fresh.check().findings.find(({ rule }) => rule === 'late-add') as Finding;
    let polls = 0;
    expect(() => fresh.fixesFor(finding, () => ++polls > 3)).toThrow(CancelledError);
    expect(fresh.fixesFor(finding).length).toBeGreaterThan(0);
  },
  SLOW,
);

test(
  'a check that was kept without fixes does not stand for one with them, but the other way round',
  async () => {
    const { text, json, sarif, later } = await runs;
    expect([text, json, sarif, later].map(({ fresh }) => fresh)).toEqual([true, true, false, false]);
    expect(later.out).toBe(text.out);
  },
  SLOW,
);

test(
  'the replacements in SARIF make what the fix makes',
  async () => {
    const log: Log = JSON.parse((await runs).sarif.out);
    const results = log.runs[0]?.results ?? [];
    expect(results.length).toBeGreaterThan(0);
    for (const { fixes = [], partialFingerprints } of results) {
      const offers = offersFor(partialFingerprints?.['devresLensTrace/v1']);
      expect(fixes.map(({ properties }) => properties?.id)).toEqual(offers.map(({ id }) => id));
      offers.forEach(({ edits }, i) => {
        expect(replaced(fixes[i] as Fix)).toEqual(edited(racy, edits));
      });
    }
  },
  SLOW,
);

/** The texts with the artifact changes of a SARIF fix. */
function replaced({ artifactChanges }: Fix): Record<string, string> {
  const texts = { ...racy };
  for (const { artifactLocation, replacements } of artifactChanges as ArtifactChange[]) {
    const path = artifactLocation.uri ?? '';
    const lines = (texts[path] ?? '').split('\n');
    const offset = (line = 1, column = 1) => lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0) + column - 1;
    const edits = replacements.map(({ deletedRegion: { startLine, startColumn, endLine, endColumn }, insertedContent }) => ({
      at: offset(startLine, startColumn),
      end: offset(endLine, endColumn),
      text: insertedContent?.text ?? '',
    }));
    texts[path] = applyEdits(texts[path] ?? '', edits);
  }
  return texts;
}
