import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sarifReport } from '../../server/src/cli/sarif';
import { RULES } from '../../server/src/findings/registry';
import { cli, finding, makeTree } from './cli-fake';

const RACY = 'int a;\n// found late-add del_store\n// pair violated\n';
const CLEAN = '// pair clean\n';
const CUT = '// pair incomplete\n';

let made: ReturnType<typeof makeTree>;
beforeEach(() => {
  made = makeTree({ 'racy/a.c': RACY, 'clean/a.c': CLEAN, 'cut/a.c': CUT, 'both/a.c': RACY, 'both/b.c': CUT });
});
afterEach(() => made.remove());

const schema = () => JSON.parse(readFileSync(join(import.meta.dirname, '../../server/src/findings/schema.json'), 'utf8'));
const check = (...argv: string[]) => cli(made.root, 'check', ...argv);

describe('exit status', () => {
  it.each([
    [0, 'clean'],
    [1, 'racy'],
    [3, 'cut'],
    [1, 'both'],
    [2, 'nowhere'],
  ])('%i for %s', async (status, path) => {
    expect((await check(path)).status).toBe(status);
  });

  it('3 when a file of the folder could not be read', async () => {
    writeFileSync(join(made.root, 'clean/bin.c'), Buffer.from([0]));
    const { status, err } = await check('clean');
    expect(status).toBe(3);
    expect(err).toContain('not checked');
    expect(err).toContain('clean/bin.c');
  });

  it.each([
    ['an unknown option', ['clean', '--fast']],
    ['an unknown format', ['clean', '--format', 'xml']],
    ['an unknown rule', ['clean', '--rule', 'race']],
    ['options that exclude each other', ['clean', '--patch', 'p', '--since', 'HEAD']],
    ['a missing baseline', ['clean', '--baseline', 'none.json']],
  ])('2 for %s, with a word on standard error only', async (_, argv) => {
    const { status, out, err } = await check(...argv);
    expect(status).toBe(2);
    expect(out).toBe('');
    expect(err).not.toBe('');
  });

  it('2 for an internal error, in one line that names the file; the stack is shown on demand', async () => {
    made.write('bad/a.c', '// crash in setFile\n');
    const { status, err } = await check('bad');
    expect(status).toBe(2);
    expect(err).toMatch(/^devres-lens: .*bad\/a\.c: unexpected node \(this is a bug in devres-lens.*\)\n$/);
    expect((await check('bad', '--verbose')).err).toMatch(/\n\s+at .*setFile/);
  });

  it('2 when the exploration fails', async () => {
    made.write('bad/a.c', '// crash in check\n');
    const { status, err } = await check('bad');
    expect(status).toBe(2);
    expect(err).toContain('this is a bug in devres-lens');
  });
});

describe('text', () => {
  it('is one line and the interleaving, with the summary on standard error', async () => {
    const { out, err } = await check('racy');
    const lines = out.split('\n');
    expect(lines[0]).toMatch(/^racy\/a\.c:2:2: warning: del_store\(\) releases .* \[late-add\]$/);
    expect(lines).toContain('  CPU 0                                  CPU 1');
    expect(out).toContain('  assumes: two writers');
    expect(out).toContain('  found in: del_store x unbind(parent->dev)');
    for (const line of lines.slice(1)) expect(line.length).toBeLessThanOrEqual(78);
    expect(err).toBe('1 finding; 1 verdict: 0 clean, 1 violated, 0 incomplete\n');
  });

  it('is the line alone with --terse', async () => {
    expect((await check('racy', '--terse')).out).toMatch(/^racy\/a\.c:2:2: warning: .* \[late-add\]\n$/);
  });

  it('names files that lie elsewhere by absolute paths', async () => {
    const { out } = await cli(join(made.root, 'clean'), 'check', '../racy', '--terse');
    expect(out.startsWith(`${join(made.root, 'racy/a.c')}:2:2: `)).toBe(true);
  });

  it('checks the current folder when no path is given', async () => {
    expect((await cli(join(made.root, 'racy'), 'check', '--terse')).out).toMatch(/^a\.c:2:2: /);
  });

  it('lists lifetimes, verdicts and what was not understood with --verbose', async () => {
    made.write('cut/b.c', '\n@@ strange\n');
    const { out } = await check('cut', '--verbose');
    expect(out).toContain('a.c: tears down struct child, devres of parent->dev');
    expect(out).toContain('del_store x del_store: incomplete: more than 10 states (42 states; 2 threads, loops once)');
    expect(out).toContain('cut/b.c:2: note: not understood: @@ strange');
  });
});

describe('what is shown', () => {
  it('is only the file that was named, its neighbours being context', async () => {
    made.write('both/c.c', '// found double-release other_store\n');
    const { out, status } = await check('both/c.c', '--terse');
    expect(status).toBe(1);
    expect(out).toMatch(/^both\/c\.c:.*\n$/);
    expect((await check('both/a.c', '--terse')).err).toContain('1 verdict: 0 clean, 1 violated, 0 incomplete');
  });

  it('is only the rules that were asked for; a path may follow them', async () => {
    made.write('racy/b.c', '// found double-release other_store\n');
    expect((await check('--rule', 'double-release', 'racy', '--terse')).out).toMatch(/^racy\/b\.c:.*\n$/);
    expect((await check('racy', '--rule', 'late-add', 'double-release')).err).toMatch(/^2 findings/);
    expect((await check('racy', '--rule', 'use-after-free')).status).toBe(0);
  });

  it('leaves out what a baseline knows, also after lines moved', async () => {
    expect((await check('racy', '--write-baseline', 'known.json')).status).toBe(1);
    made.write('racy/a.c', `\n\n${RACY}`);
    const again = await check('racy', '--baseline', 'known.json');
    expect(again).toMatchObject({ status: 0, out: '' });
    expect(again.err).toContain('1 known finding is not shown');
    made.write('racy/b.c', '// found late-add other_store\n');
    expect((await check('racy', '--baseline', 'known.json', '--terse')).out).toMatch(/^racy\/b\.c:.*\n$/);
  });

  it('refuses a damaged baseline and does not overwrite another file', async () => {
    expect((await check('racy', '--baseline', 'racy/a.c')).err).toMatch(/racy\/a\.c: not a baseline/);
    expect((await check('racy', '--write-baseline', 'racy/a.c')).status).toBe(2);
    expect(readFileSync(join(made.root, 'racy/a.c'), 'utf8')).toBe(RACY);
  });

  it('is the tree as a patch would leave it', async () => {
    made.write(
      'fix.patch',
      '--- a/a.c\n+++ b/a.c\n@@ -1,3 +1,2 @@\n int a;\n-// found late-add del_store\n-// pair violated\n+// pair clean\n',
    );
    expect((await check('racy', '--patch', 'fix.patch')).status).toBe(0);
    expect((await check('racy')).status).toBe(1);
    expect((await check('clean', '--patch', 'fix.patch')).err).toMatch(/fix\.patch: does not apply to a\.c/);
  });

  it('is what a revision does not have', async () => {
    const git = (...argv: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...argv], { cwd: made.root, stdio: 'pipe' });
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'base');
    made.write('racy/a.c', `\n${RACY}// found use-after-free del_store\n`);
    const { out, status } = await check('racy', '--since', 'HEAD', '--terse');
    expect(status).toBe(1);
    expect(out).toMatch(/^racy\/a\.c:5:2: error: .* \[use-after-free\]\n$/);
    expect((await check('clean', '--since', 'HEAD')).status).toBe(0);
    expect((await check('clean', '--since', 'nonsense')).status).toBe(2);
  });
});

describe('forms for programs', () => {
  it('JSON follows the schema', async () => {
    const validate = new Ajv2020({ allErrors: true }).compile(schema());
    for (const path of ['racy', 'clean', 'cut', 'both']) {
      const data: unknown = JSON.parse((await check(path, '--format', 'json')).out);
      expect(validate(data), JSON.stringify(validate.errors)).toBe(true);
      expect(data).toMatchObject({ version: 1, root: join(made.root, path) });
    }
    expect(validate({ version: 1 })).toBe(false);
  });

  it('the schema knows every rule', () => {
    expect(schema().$defs.rule.enum).toEqual(RULES.map((rule) => rule.id));
  });

  it('SARIF has the trace as a code flow with a thread flow for each CPU', async () => {
    const log = JSON.parse((await check('racy', '--format', 'sarif')).out);
    const [run] = log.runs;
    const [result] = run.results;
    expect(log.version).toBe('2.1.0');
    expect(run.tool.driver.rules[result.ruleIndex].id).toBe('late-add');
    expect(result).toMatchObject({ ruleId: 'late-add', level: 'warning' });
    expect(result.locations[0].physicalLocation).toMatchObject({
      artifactLocation: { uri: 'a.c' },
      region: { startLine: 2, startColumn: 2 },
    });
    const flows = result.codeFlows[0].threadFlows;
    const orders = flows.map((flow: { locations: { executionOrder: number }[] }) => flow.locations.map((at) => at.executionOrder));
    expect(orders).toEqual([[1, 3], [2]]);
    expect(Object.values(result.partialFingerprints)).toEqual([expect.stringMatching(/^[0-9a-f]{40}$/)]);
  });

  it('SARIF leaves out places that the tree does not have', () => {
    const base = finding();
    const core = { name: 'CPU 1', entry: 'unbind(dev)', kind: 'unbind' as const, file: '', line: 0 };
    const stats = { files: 1, lines: 1, functions: 1, parseErrors: 0, ms: {} };
    const report = { version: 1 as const, root: made.root, findings: [{ ...base, threads: [core] }], verdicts: [], stats };
    const log = sarifReport(report, { readFile: () => null });
    expect(log.runs[0]?.results?.[0]?.relatedLocations).toEqual([{ id: 0, message: { text: 'CPU 1: unbind(dev) (unbind)' } }]);
  });

  it('SARIF says what was cut short', async () => {
    const log = JSON.parse((await check('cut', '--format', 'sarif')).out);
    expect(log.runs[0].invocations[0].toolExecutionNotifications[0].message.text).toContain('more than 10 states');
  });

  it('GitHub annotations escape what would end a property', async () => {
    made.write('od,d:%/a.c', RACY);
    const { out } = await check('od,d:%', '--format', 'github');
    expect(out).toMatch(/^::warning file=od%2Cd%3A%25\/a\.c,line=2,col=2,title=late-add::del_store\(\) releases [^\n]*\n$/);
  });
});
