import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fixAllFrom } from '../../server/src/engine/fixes';
import { extractFacts } from '../../server/src/facts';
import { columns } from '../../server/src/fixes/owner-registry/source/layout';
import { diffOf, edited, engineOn, finding, rulesOn, type Texts, textsOf, WITH_NOWARN } from '../fixes/explore';
import { root } from '../support/environment';

const racy = textsOf(join(root, 'examples/minibus-racy'));
const ALL = [
  'double-release',
  'late-add',
  'release-before-add',
  'release-vs-unbind',
  'unlocked-teardown-read',
  'use-after-free',
  'use-after-unregister',
];

interface Case {
  id: string;
  headers?: Texts;
  /** File name of the golden diff where two forms of one fix exist. */
  golden?: string;
  leaves: string[];
}

const cases: Case[] = [
  { id: 'publish-state', leaves: ALL.filter((rule) => rule !== 'unlocked-teardown-read') },
  { id: 'pin-before-publish', leaves: ALL.filter((rule) => rule !== 'use-after-free') },
  { id: 'idempotent-flag', leaves: ALL.filter((rule) => rule !== 'double-release') },
  {
    id: 'pin-before-publish+ready-gate',
    leaves: ['double-release', 'late-add', 'release-vs-unbind', 'unlocked-teardown-read', 'use-after-unregister'],
  },
  { id: 'deferred-teardown', leaves: ALL.filter((rule) => rule !== 'double-release' && rule !== 'release-vs-unbind') },
  { id: 'owner-remove', headers: WITH_NOWARN, leaves: ['late-add', 'unlocked-teardown-read', 'use-after-free', 'use-after-unregister'] },
  {
    id: 'idempotent-flag',
    headers: WITH_NOWARN,
    golden: 'idempotent-flag-nowarn',
    leaves: ['late-add', 'unlocked-teardown-read', 'use-after-free', 'use-after-unregister'],
  },
  { id: 'owner-remove+pin-before-publish', headers: WITH_NOWARN, leaves: ['late-add', 'unlocked-teardown-read', 'use-after-unregister'] },
];

describe.each(cases)('$id on the shipped driver ($golden)', ({ id, headers = {}, golden = id, leaves }) => {
  const engine = engineOn(racy, headers);
  const fix = engine.fixOf(id, finding(engine, 'mb_slot'));
  const after = edited(racy, fix?.edits ?? []);

  test('gives the diff that is kept', async () => {
    await expect(diffOf(racy, after)).toMatchFileSnapshot(`../fixes/minibus-racy/${golden}.diff`);
  });

  test('leaves what its title says, and nothing new, as a check of the edited text sees it', () => {
    expect(rulesOn(racy, 'mb_slot', headers)).toEqual(ALL);
    expect(rulesOn(after, 'mb_slot', headers)).toEqual(leaves);
    expect(fix?.leaves).toEqual(leaves);
    expect(fix?.resolves).toEqual(ALL.filter((rule) => !leaves.includes(rule)));
    const left =
      leaves.length > 2
        ? `${leaves.find((rule) => /^use-after-free/.test(rule)) ?? leaves[0]} and ${leaves.length - 1} more`
        : leaves.join(', ');
    expect(fix?.title).toMatch(new RegExp(` \\(resolves ${ALL.length - leaves.length} of ${ALL.length}; leaves ${left}\\)$`));
    expect(fix?.title.length).toBeLessThan(120);
  });

  test('parses, keeps within 80 columns, and git apply takes it', () => {
    for (const [path, text] of Object.entries(after)) {
      expect(extractFacts(path, text).errors).toEqual([]);
      const known = new Set((racy[path] ?? '').split('\n'));
      for (const line of text.split('\n').filter((l) => !known.has(l))) expect(columns(line), line).toBeLessThanOrEqual(80);
    }
    const apply = ['apply', '--check', '--directory=examples/minibus-racy', '-'];
    const { status, stderr } = spawnSync('git', apply, { cwd: root, input: diffOf(racy, after), encoding: 'utf8' });
    expect(`${status} ${stderr}`).toBe('0 ');
  });

  test('changes nothing when it is asked for again', () => {
    const again = engineOn(after, headers);
    const next = again.fixOf(id, finding(again, 'mb_slot'));
    expect(diffOf(after, edited(after, next?.edits ?? []))).toBe('');
  });
});

describe('what is offered for a finding', () => {
  const engine = engineOn(racy);
  const { findings } = engine.check();

  test('resolves it, the one that leaves least first and preferred', () => {
    expect(findings.length).toBeGreaterThan(5);
    for (const found of findings) {
      const fixes = engine.fixesFor(found);
      if (['double-release', 'release-before-add', 'unlocked-teardown-read', 'use-after-free'].includes(found.rule))
        expect(fixes.length, found.rule).toBeGreaterThan(0);
      for (const fix of fixes) expect(fix.resolves, fix.id).toContain(found.rule);
      expect(fixes.map(({ leaves }) => leaves.length)).toEqual(fixes.map(({ leaves }) => leaves.length).sort((a, b) => a - b));
      expect(fixes.filter(({ preferred }) => preferred).map(({ id }) => id)).toEqual(
        fixes.slice(0, 1).flatMap(({ id, stopgap }) => (stopgap ? [] : [id])),
      );
    }
  });

  test('needs APIs that the headers declare', () => {
    const found = finding(engine, 'mb_slot', 'double-release');
    expect(engine.fixesFor(found).map(({ id }) => id)).not.toContain('owner-remove');
    expect(engine.refusals(found).get('owner-remove')).toBe('this tree does not declare devm_remove_action_nowarn');
    const newer = engineOn(racy, WITH_NOWARN);
    expect(newer.refusals(finding(newer, 'mb_slot', 'double-release')).get('owner-remove')).toBeNull();
  });

  test('adds no violation: a gate alone would set its flag on memory that unbind has freed', () => {
    const found = finding(engine, 'mb_slot', 'release-before-add');
    expect(engine.refusals(found).get('ready-gate')).toBeNull();
    expect(engine.fixOf('ready-gate', found)).toBeNull();
    expect(engine.fixesFor(found).map(({ id }) => id)).not.toContain('ready-gate');
  });

  test('is offered at its place by title, and gives edits for its id and fingerprint only', () => {
    const found = finding(engine, 'mb_slot', 'double-release');
    const provider = engine as unknown as {
      fixes(path: string, at: number): { id: string; fingerprint: string; isPreferred: boolean }[];
      edits(id: string, fingerprint: string): { path: string }[] | { refused: string };
    };
    const text = racy[found.file] ?? '';
    const at =
      text
        .split('\n')
        .slice(0, found.line - 1)
        .join('\n').length + found.column;
    const offers = provider.fixes(found.file, at).filter(({ fingerprint }) => fingerprint === found.fingerprint);
    expect(offers.length).toBeGreaterThan(0);
    expect(provider.fixes(found.file, 0)).toEqual([]);
    expect(provider.edits(offers[0]?.id ?? '', found.fingerprint)).toEqual(engine.fixesFor(found)[0]?.edits);
    expect(provider.edits('ready-gate', found.fingerprint)).toHaveProperty('refused');
    expect(provider.edits(offers[0]?.id ?? '', 'gone')).toHaveProperty('refused');
  });
});

test('fix-all leaves alone what has to be weighed', () => {
  const engine = engineOn(racy);
  expect(engine.check().findings.length).toBeGreaterThan(5);
  for (const path of Object.keys(racy)) expect(fixAllFrom(engine, path)).toEqual([]);
});

test('ready-gate alone resolves nothing of the shipped driver, and is offered together with what does', () => {
  const engine = engineOn(racy);
  const found = finding(engine, 'mb_slot');
  expect(engine.refusals(found).get('ready-gate')).toBeNull();
  expect(engine.fixOf('ready-gate', found)).toBeNull();
  expect(engine.fixOf('pin-before-publish+ready-gate', found)?.resolves).toEqual(['release-before-add', 'use-after-free']);
});

describe('add-action-or-reset', () => {
  const bad = textsOf(join(root, 'server/src/findings/rules/unchecked-add-action'));
  const pump = { 'pump.c': (bad['bad.c'] ?? '').replace(' /* want "unchecked-add-action" */', '') };
  const engine = engineOn(pump);
  const fix = engine.fixesFor(finding(engine, 'pump'))[0];
  const after = edited(pump, fix?.edits ?? []);

  test('passes the error of the registration on', async () => {
    expect(fix?.title).toBe('Use devm_add_action_or_reset() and pass its error on (resolves 1 of 1; explores clean)');
    await expect(diffOf(pump, after)).toMatchFileSnapshot('../fixes/add-action-or-reset/pump.diff');
    expect(engineOn(after).check().findings).toEqual([]);
  });

  test('is what fix-all applies, of two drivers in one file too, and once', () => {
    const twice = { 'pump.c': `${pump['pump.c']}\n${pump['pump.c'].replace(/^#include.*\n/gm, '').replaceAll('pump', 'fan')}` };
    const both = engineOn(twice);
    const fixed = edited(twice, fixAllFrom(both, 'pump.c'));
    expect(fixed['pump.c']?.match(/= devm_add_action_or_reset\(/g)).toHaveLength(2);
    const again = engineOn(fixed);
    expect(again.check().findings).toEqual([]);
    expect(fixAllFrom(again, 'pump.c')).toEqual([]);
  });

  test('keeps a comment beside the call, and uses the variable that is there', () => {
    const text = (pump['pump.c'] ?? '')
      .replace('pump_off, pump);', 'pump_off, pump); /* off at unbind */')
      .replace('struct pump *pump;\n\n\tpump = devm', 'struct pump *pump;\n\tint ret;\n\n\tpump = devm');
    const texts = { 'pump.c': text };
    const other = engineOn(texts);
    const result = edited(texts, other.fixesFor(finding(other, 'pump'))[0]?.edits ?? [])['pump.c'] ?? '';
    expect(result).toContain(
      '\tret = devm_add_action_or_reset(&pdev->dev, pump_off, pump); /* off at unbind */\n\tif (ret)\n\t\treturn ret;\n\n',
    );
    expect(result.match(/\bint (?:ret|rc);/g)).toHaveLength(2);
  });

  test('gives back what the shipped driver has, where its result is dropped', async () => {
    const upstream = racy['window.c'] ?? '';
    const checked = '\trc = devm_add_action_or_reset(port->host_dev, slot_unregister, slot);\n\tif (rc)\n\t\treturn ERR_PTR(rc);\n';
    expect(upstream).toContain(checked);
    const careless = {
      ...racy,
      'window.c': upstream.replace(checked, '\tdevm_add_action(port->host_dev, slot_unregister, slot);\n'),
    };
    const other = engineOn(careless);
    expect(rulesOn(careless, 'mb_slot')).toEqual([...ALL, 'lost-teardown', 'unchecked-add-action'].sort());
    const found = other.fixOf('add-action-or-reset', finding(other, 'mb_slot', 'unchecked-add-action'));
    expect([found?.resolves, found?.leaves]).toEqual([['lost-teardown', 'unchecked-add-action'], ALL]);
    const result = edited(careless, found?.edits ?? []);
    expect(result).toEqual(racy);
    await expect(diffOf(careless, result)).toMatchFileSnapshot('../fixes/minibus-racy/add-action-or-reset.diff');
  });

  const registering = (body: string) => ({
    'pump.c': (pump['pump.c'] ?? '')
      .replace(
        'static int pump_probe(',
        `static int pump_add(struct device *dev, struct pump *pump)\n{\n${body}}\n\nstatic int pump_probe(`,
      )
      .replace('devm_add_action(&pdev->dev, pump_off, pump)', 'pump_add(&pdev->dev, pump)'),
  });
  const fixedIn = (texts: Texts) => {
    const other = engineOn(texts);
    const found = finding(other, 'pump', 'unchecked-add-action');
    const fix = other.fixOf('add-action-or-reset', found);
    return fix ? edited(texts, fix.edits)['pump.c'] : other.refusals(found).get('add-action-or-reset');
  };

  test('returns what the registration does where nothing else follows, and declares a variable where there is none', () => {
    expect(fixedIn(registering('\tdevm_add_action(dev, pump_off, pump);\n\treturn 0;\n'))).toContain(
      '\n{\n\treturn devm_add_action_or_reset(dev, pump_off, pump);\n}\n',
    );
    expect(fixedIn(registering('\tdevm_add_action(dev, pump_off, pump);\n\tdev_dbg(dev, "on\\n");\n\n\treturn 0;\n'))).toContain(
      '\n{\n\tint rc;\n\n\trc = devm_add_action_or_reset(dev, pump_off, pump);\n\tif (rc)\n\t\treturn rc;\n\n\tdev_dbg(',
    );
  });

  test('is refused where a lock is held, and not where one was', () => {
    const locked = (inside: string, after: string) =>
      registering(`\tmutex_lock(&pump_lock);\n${inside}\tmutex_unlock(&pump_lock);\n${after}\treturn 0;\n`);
    const call = '\tdevm_add_action(dev, pump_off, pump);\n';
    expect(fixedIn(locked(call, ''))).toMatch(/undoes by hand/);
    expect(fixedIn(locked('\tpump_count++;\n', call))).toContain('return devm_add_action_or_reset(');
  });

  test('is refused where the function undoes by hand what it did before', () => {
    const texts = {
      'pump.c': (pump['pump.c'] ?? '').replace(
        '\twritel(PUMP_ON',
        '\tif (!pump->regs) {\n\t\tkfree(pump);\n\t\treturn -ENXIO;\n\t}\n\twritel(PUMP_ON',
      ),
    };
    const other = engineOn(texts);
    expect(other.refusals(finding(other, 'pump')).get('add-action-or-reset')).toMatch(/undoes by hand/);
  });
});
