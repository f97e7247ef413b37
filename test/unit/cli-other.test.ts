import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprint } from '../../server/src/findings/fingerprint';
import { RULES } from '../../server/src/findings/registry';
import { plain, renderInterleaving } from '../../server/src/findings/render';
import { cli, finding, makeTree } from './cli-fake';

let made: ReturnType<typeof makeTree>;
beforeEach(() => {
  made = makeTree({ 'drv/kill_child.c': '// pair clean\n' });
});
afterEach(() => made.remove());

describe('lifetime', () => {
  it.each(['kill_child.c', 'child', 'struct child', 'del_store', 'del_store()', 'parent->dev'])('finds it by %s', async (symbol) => {
    const { status, out } = await cli(made.root, 'lifetime', symbol, 'drv');
    expect(status).toBe(0);
    expect(out).toContain('kill_child.c: tears down struct child');
    expect(out).toContain('del_store (sysfs-store) drv/kill_child.c:1:1, in it drv/kill_child.c:2:1');
    expect(out).toContain("del_store is drained by the removal of struct parent's device");
  });

  it('says what is close to an unknown name', async () => {
    const { status, out, err } = await cli(made.root, 'lifetime', 'del_stroe', 'drv');
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toMatch(/no lifetime involves 'del_stroe'; did you mean:\n {2}del_store\n/);
    expect((await cli(made.root, 'lifetime', 'zzzzzzzz', 'drv')).err).toContain('the teardowns found are:\n  kill_child.c');
  });

  it('says when there are none at all', async () => {
    made.write('none/a.c', 'int a;\n');
    expect((await cli(made.root, 'lifetime', 'x', 'none')).err).toContain('no teardown was found');
  });
});

describe('graph', () => {
  it('quotes names and marks edges that no call shows', async () => {
    const { status, out } = await cli(made.root, 'graph', 'drv');
    expect(status).toBe(0);
    expect(out).toContain('"a\\"b" [label="del_store\\n\\"x\\""');
    expect(out).toContain('"a\\"b" -> "core\\\\";');
    expect(out).toContain('"core\\\\" -> "a\\"b" [label="devres_release_all", style=dashed];');
    expect(out).toContain('[label="drain", style=dashed];');
  });

  it('prints JSON', async () => {
    const view = JSON.parse((await cli(made.root, 'graph', 'drv', '--format', 'json')).out);
    expect(view.edges).toHaveLength(3);
  });
});

describe('svg', () => {
  it('escapes names and dashes the edges that no call shows', async () => {
    const { status, out } = await cli(made.root, 'graph', 'drv', '--format', 'svg');
    expect(status).toBe(0);
    expect(out).toMatch(/^<svg xmlns=.*<\/svg>\n$/s);
    expect(out).toContain('del_store &quot;x&quot;</text>');
    expect(out.match(/stroke-dasharray="5 3"/g)).toHaveLength(2);
  });
});

describe('explain and usage', () => {
  it.each(RULES.map((rule) => rule.id))('explains %s', async (id) => {
    const { status, out } = await cli(made.root, 'explain', id);
    expect(status).toBe(0);
    expect(out).toContain(id);
  });

  it('lists the rules when it does not know one', async () => {
    const { status, err } = await cli(made.root, 'explain', 'toString');
    expect(status).toBe(2);
    for (const rule of RULES) expect(err).toContain(`  ${rule.id}\n`);
  });

  it.each([
    [0, ['--help']],
    [0, ['check', '--help']],
    [0, ['--version']],
    [2, []],
    [2, ['chekc']],
    [2, ['explain']],
    [2, ['lsp']],
  ])('exits %i on %j', async (status, argv) => {
    expect((await cli(made.root, ...argv)).status).toBe(status);
  });
});

describe('renderInterleaving', () => {
  it('draws a column for each CPU, time running down', () => {
    expect(renderInterleaving(finding(), 78)).toEqual([
      '  CPU 0                                  CPU 1',
      '  del_store()                            unbind(parent->dev)',
      '    find_child(parent, buf)',
      '                                           devres_release_all():',
      '                                             takes all entries off parent->dev',
      '    drop_child():',
      '      devm_release_action(parent->dev,',
      '        kill_child, child)',
      '      ^ WARN: devres_release_all()',
      '        already took the entry',
    ]);
  });

  it.each([20, 40, 60, 75, 78, 120])('keeps to %i columns and cuts what is too long', (width) => {
    const [first, ...rest] = finding().trace;
    const long = { ...finding(), trace: [{ ...(first as (typeof rest)[0]), text: `${'x'.repeat(500)}(${'y, '.repeat(100)})` }, ...rest] };
    const lines = renderInterleaving(long, width);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    expect(lines.some((line) => line.endsWith('...'))).toBe(true);
    expect(lines.join('\n')).not.toMatch(/ $/m);
  });

  it('keeps to the width whatever the steps say', () => {
    const step = fc.record({
      thread: fc.nat(3),
      file: fc.constant('a.c'),
      line: fc.nat(),
      function: fc.string(),
      op: fc.constant('use'),
      text: fc.string({ maxLength: 200 }),
    });
    const threads = finding().threads.concat(finding().threads);
    fc.assert(
      fc.property(fc.array(step), fc.integer({ min: 20, max: 200 }), fc.integer({ min: 1, max: 4 }), (trace, width, count) => {
        const own = trace.map((at) => ({ ...at, thread: at.thread % count }));
        const lines = renderInterleaving({ ...finding(), threads: threads.slice(0, count), trace: own }, width);
        expect(Math.max(0, ...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('takes three threads, one thread, or no trace', () => {
    const base = finding();
    const third = { name: 'CPU 2', entry: 'kill_work', kind: 'work' as const, file: 'a.c', line: 1 };
    const three = renderInterleaving({ ...base, threads: [...base.threads, third] }, 78);
    expect(three[0]).toMatch(/CPU 0 +CPU 1 +CPU 2/);
    const one = renderInterleaving({ ...base, threads: base.threads.slice(0, 1), trace: base.trace.slice(0, 1) }, 78);
    expect(one[0]).toBe('  CPU 0');
    expect(renderInterleaving({ ...base, trace: [] }, 78)).toEqual([]);
  });

  it('lets no source text steer the terminal', () => {
    expect(plain('a\u001b[31m\n\tb\u202e')).toBe('a?[31m b?');
  });
});

describe('fingerprint', () => {
  it('stays when lines move and folders change', () => {
    const base = finding();
    const moved = {
      ...base,
      file: 'other/bar.c',
      line: 99,
      trace: base.trace.map((step) => ({ ...step, line: step.line + 7, file: 'other/bar.c' })),
    };
    expect(fingerprint(moved)).toBe(base.fingerprint);
  });

  it('differs by rule, teardown, function and order of the steps', () => {
    const base = finding();
    const others = [
      { ...base, rule: 'late-add' as const },
      { ...base, lifetime: { ...base.lifetime, action: 'other' } },
      { ...base, trace: base.trace.map((step) => ({ ...step, function: 'other' })) },
      { ...base, trace: [...base.trace].reverse() },
    ];
    expect(new Set([base, ...others].map(fingerprint)).size).toBe(5);
  });
});
