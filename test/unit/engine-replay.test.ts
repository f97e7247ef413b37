import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createEngine } from '../../server/src/engine';
import type { Engine, Replay } from '../../server/src/engine/types';
import type { Finding, RuleId } from '../../server/src/findings/types';
import { root } from '../support/environment';

const EXAMPLE = join(root, 'examples', 'minibus-racy');

/** The value of a row after each step. */
function column(replay: Replay, scope: string, name: RegExp): (string | undefined)[] {
  return replay.steps.map(({ state }) => state.find((item) => item.scope === scope && name.test(item.name))?.value);
}

const RULES = join(root, 'server/src/findings/rules');

/** An engine with the example of a rule's page that has the race. */
function engineOf(rule: string): Engine {
  const engine = createEngine('', () => null);
  engine.setFile('bad.c', readFileSync(join(RULES, rule, 'bad.c'), 'utf8'));
  return engine;
}

describe('the states along a trace', () => {
  let engine: Engine;
  let findings: Finding[];

  beforeAll(() => {
    engine = createEngine('', () => null);
    for (const name of readdirSync(EXAMPLE)) if (/\.[ch]$/.test(name)) engine.setFile(name, readFileSync(join(EXAMPLE, name), 'utf8'));
    findings = engine.check().findings;
  });

  function replay(rule: RuleId, fn: string): { finding: Finding; replay: Replay } {
    const finding = findings.find((candidate) => candidate.rule === rule && candidate.function === fn);
    const found = finding && engine.replay(finding.fingerprint);
    if (!finding || !found) throw new Error(`no replay of ${rule} in ${fn}`);
    return { finding, replay: found };
  }

  test('every explored finding has one, with the steps of its trace', () => {
    const explored = findings.filter((finding) => finding.pairs.length > 0);
    expect(explored.length).toBeGreaterThan(4);
    for (const finding of explored) {
      const steps = engine.replay(finding.fingerprint)?.steps;
      expect(steps?.map(({ place }, i) => place?.line ?? finding.trace[i]?.line)).toEqual(finding.trace.map(({ line }) => line));
    }
  });

  test('a structural finding and an unknown one have none', () => {
    const structural = findings.find((finding) => finding.pairs.length === 0);
    expect(structural && engine.replay(structural.fingerprint)).toBeNull();
    expect(engine.replay('0'.repeat(40))).toBeNull();
  });

  test('shows unbind moving the entry to its own list, before the release that misses it', () => {
    const { finding, replay: found } = replay('release-vs-unbind', 'delete_slot_store');
    expect(finding.trace.map(({ op }) => op)).toEqual(['find', 'lock', 'devres-release-all', 'release-action']);
    expect(column(found, 'devres', /^slot_unregister\(/)).toEqual([
      'on the devres list',
      'on the devres list',
      "on unbind's own list",
      "on unbind's own list",
    ]);
    expect(column(found, 'locks', /^device lock/)).toEqual(['free', 'held by CPU 1', 'held by CPU 1', 'held by CPU 1']);
    const moved = found.steps[2]?.state.filter(({ before }) => before !== undefined);
    expect(moved).toContainEqual({
      scope: 'devres',
      name: 'slot_unregister(mb_slot)',
      value: "on unbind's own list",
      idle: false,
      before: 'on the devres list',
    });
  });

  test('counts references down to the free that the use comes after', () => {
    const { finding, replay: found } = replay('use-after-free', 'construct_slot');
    expect(finding.trace.at(-1)?.op).toBe('use');
    expect(column(found, 'references', /^mb_slot/).at(-1)).toBe('0');
    const life = column(found, 'registration', /^mb_slot/);
    expect(life[0]).toBe('not registered');
    expect(life).toContain('registered');
    expect(life.at(-1)).toBe('freed');
  });

  test('knows the calls that a step is in, and the kernel functions between them', () => {
    const { finding, replay: found } = replay('release-vs-unbind', 'construct_slot');
    const last = found.steps.at(-1);
    expect(last?.stack.map((call) => call.function)).toEqual([
      'construct_slot',
      'mb_window_discover',
      'discover_window',
      'device_for_each_child',
      'mb_client_probe',
      'call_driver_probe',
    ]);
    expect(last?.stack[0]?.place?.line).toBe(finding.line);
    expect(last?.stack[3]?.place).toBeNull();
    // The line of the call, not of the function that makes it.
    const source = readFileSync(join(EXAMPLE, last?.stack[1]?.place?.file ?? ''), 'utf8').split('\n');
    expect(source[(last?.stack[1]?.place?.line ?? 0) - 1]).toMatch(/construct_slot\(/);
  });

  test.each(readdirSync(RULES))('there are some for what is explored in the example of %s', (rule) => {
    const engine = engineOf(rule);
    for (const { fingerprint, pairs, trace } of engine.check().findings)
      expect(engine.replay(fingerprint)?.steps.length).toBe(pairs.length > 0 ? trace.length : undefined);
  });

  test('threads that wait for each other in the end stand where they wait', () => {
    const engine = engineOf('drain-deadlock');
    const finding = engine.check().findings.find(({ rule }) => rule === 'drain-deadlock');
    const steps = engine.replay(finding?.fingerprint ?? '')?.steps ?? [];
    const [drain, lock] = steps.slice(-2);
    expect(finding?.trace.slice(-2).map(({ op }) => op)).toEqual(['wait', 'wait']);
    expect(drain?.stack[0]).toEqual({ function: 'device_del', place: null });
    expect(lock?.stack[0]?.function).toBe(finding?.function);
    expect(lock?.state).toContainEqual(expect.objectContaining({ scope: 'locks', value: 'held by CPU 1' }));
  });

  test('they are those of the text as it is after an edit, though nothing was explored again', () => {
    const edited = createEngine('', () => null);
    const texts = new Map(readdirSync(EXAMPLE).map((name) => [name, readFileSync(join(EXAMPLE, name), 'utf8')]));
    for (const [name, text] of texts) if (/\.[ch]$/.test(name)) edited.setFile(name, text);
    edited.check();
    edited.setFile('window.c', `/* one line more */\n${texts.get('window.c')}`);
    const explored = edited.check().findings.filter(({ pairs }) => pairs.length > 0);
    expect(explored.length).toBeGreaterThan(4);
    for (const { fingerprint, trace, file } of explored) {
      const last = edited.replay(fingerprint)?.steps.at(-1);
      expect(last?.place).toMatchObject({ file, line: trace.at(-1)?.line });
      expect(last?.state.length).toBeGreaterThan(0);
    }
  });

  test('leaves the results of the check as they were', () => {
    const before = JSON.stringify(engine.check().findings);
    for (const { fingerprint } of findings) engine.replay(fingerprint);
    expect(JSON.stringify(engine.check().findings)).toBe(before);
  });
});
