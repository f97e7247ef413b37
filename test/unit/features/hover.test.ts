import { describe, expect, test } from 'vitest';
import { hoverAt, type Links } from '../../../server/src/features/hover';
import { exampleAnalysis } from './example';

const { texts, report, lifetimes, structure } = exampleAnalysis('minibus-racy');
const LINKS: Links = {
  place: ({ file, line }) => `file:///${file}#L${line}`,
  interleaving: (fingerprint) => `command:show?${fingerprint}`,
};
const PLAIN: Links = { place: () => null, interleaving: () => null };
const MAX_LINES = 20;

function hoverOn(file: string, word: string, links = LINKS): string {
  const text = texts[file] ?? '';
  return hoverAt({ lifetimes, findings: report.findings, structure, links }, file, text, text.indexOf(word) + 1)?.markdown ?? '';
}

describe('hover', () => {
  test.each([
    ['a teardown', 'window.c', 'slot_unregister(void', '**slot_unregister()** tears down `struct mb_slot`'],
    ['a devm call', 'window.c', 'devm_add_action_or_reset(port->host_dev, slot', '**slot_unregister()** tears down `struct mb_slot`'],
    ['a release', 'window.c', 'devm_release_action', '**slot_unregister()** tears down `struct mb_slot`'],
    ['a store handler', 'window.c', 'delete_slot_store', 'Serves the attribute `delete_slot` ([window.c:'],
    ['a type', 'minibus.h', 'mb_slot {', '**slot_unregister()** tears down `struct mb_slot`'],
    ['a global lock', 'window.c', 'mb_slot_rwsem', '**mb_slot_rwsem**, a lock, is taken at'],
    ['a member that is a lock', 'window.c', 'range_lock', '**range_lock**, a lock of `struct mb_window`, is taken at'],
  ])('on %s says it in a short first line', (_what, file, word, first) => {
    const lines = hoverOn(file, word).split('\n');
    expect(lines[0]).toContain(first);
    expect(lines.length).toBeLessThanOrEqual(MAX_LINES);
  });

  test('on a teardown has its lifetime, verdicts and links', () => {
    const markdown = hoverOn('window.c', 'slot_unregister(void');
    expect(markdown).toMatch(/- registered with devres: \[window\.c:116\]\(file:\/\/\/window\.c#L116\)/);
    expect(markdown).toMatch(/- released by `delete_slot_store` \(\[window\.c:161\]/);
    expect(markdown).toMatch(/\d+ pairs explored: 6 race, 0 incomplete\. \[Show interleaving\]\(command:show\?/);
    expect(markdown).toMatch(/- `delete_slot_store` × `delete_slot_store`: double-release/);
    expect(markdown).toMatch(/- and 3 more/);
  });

  test('on a handler names its own pairs first', () => {
    const races = hoverOn('window.c', 'create_slot_store')
      .split('\n')
      .filter((line) => line.includes(' × '));
    expect(races[0]).toContain('`create_slot_store`');
    expect(races.length).toBeGreaterThan(1);
  });

  test('on a lock says who takes it, and which of the paths that build or end an object', () => {
    const markdown = hoverOn('window.c', 'range_lock');
    expect(markdown).toMatch(/- exclusive: /);
    expect(markdown).toMatch(
      /- of the paths that build or end `struct mb_slot`, `mb_client_probe` may take it; .*`delete_slot_store`.* do not/,
    );
  });

  test('has no links for who can follow none, and nothing on words without a meaning here', () => {
    expect(hoverOn('window.c', 'slot_unregister(void', PLAIN)).not.toMatch(/\]\(/);
    expect(hoverOn('window.c', 'SPDX')).toBe('');
  });
});
