import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createEngine } from '../../server/src/engine';
import { extractFacts } from '../../server/src/facts';
import { columns } from '../../server/src/fixes/owner-registry/source/layout';
import { fixed, patch, readTexts, refusal, type Texts } from '../fixes/owner-registry/apply';
import { root } from '../support/environment';

const racy = readTexts(join(root, 'examples/minibus-racy'));

function check(texts: Texts) {
  const engine = createEngine('', (path) => texts[path] ?? null);
  for (const [path, text] of Object.entries(texts)) engine.setFile(path, text);
  return engine.check();
}

describe('owner-registry on the shipped driver', () => {
  const after = fixed(racy, 'mb_slot', 'slot_unregister');

  test('gives the diff that is kept beside it', async () => {
    await expect(patch(racy, after)).toMatchFileSnapshot('../fixes/owner-registry/minibus.diff');
  });

  test('is violated before and explores clean in every pair after', () => {
    expect(check(racy).verdicts.filter((v) => v.verdict === 'violated').length).toBeGreaterThan(5);
    const { verdicts, findings } = check(after);
    expect(findings).toEqual([]);
    expect(verdicts.map((v) => `${v.pair.join(' ')} ${v.verdict}`).filter((line) => !line.endsWith(' clean'))).toEqual([]);
    expect(verdicts.filter((v) => v.states > 0).length).toBe(10);
  });

  test('parses without errors and keeps within 80 columns', () => {
    for (const [path, text] of Object.entries(after)) {
      expect(extractFacts(path, text).errors).toEqual([]);
      const known = new Set((racy[path] ?? '').split('\n'));
      for (const line of text.split('\n').filter((l) => !known.has(l))) expect([line, columns(line) <= 80]).toEqual([line, true]);
    }
  });

  test('leaves no trace of the devm action', () => {
    expect(after['window.c']).not.toMatch(/devm_\w+\([^)]*slot_unregister/);
  });

  test('changes nothing when it is applied again: it says that the owner keeps the objects', () => {
    expect(refusal(after, 'mb_slot', 'slot_unregister')).toMatch(/owner keeps the objects already/);
  });

  test('gives a diff that git apply takes', () => {
    const { status, stderr } = spawnSync('git', ['apply', '--check', '--directory=examples/minibus-racy', '-'], {
      cwd: root,
      input: patch(racy, after),
      encoding: 'utf8',
    });
    expect(`${status} ${stderr}`).toBe('0 ');
  });
});
