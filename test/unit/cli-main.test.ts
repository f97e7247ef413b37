import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTree } from './cli-fake';

const HERE = import.meta.dirname;

/** An installed package with the real entry point and, in the place of the engine, the one of these tests. */
const made = makeTree({ 'package.json': '{"version":"1.2.3"}', 'src/a.c': '// found late-add del_store\n'.repeat(2000) });

async function bundle(name: string, engine: string, entry = 'main.ts'): Promise<void> {
  await build({
    entryPoints: [join(HERE, '../../server/src/cli', entry)],
    outfile: join(made.root, 'dist', name),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'silent',
    external: ['tree-sitter', 'tree-sitter-c', 'tinypool'],
    plugins: [
      {
        name: 'engine',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /engine\/index$/ }, () => ({ path: 'engine', namespace: 'test' }));
          onLoad({ filter: /.*/, namespace: 'test' }, () => ({ contents: engine, resolveDir: HERE, loader: 'ts' }));
        },
      },
    ],
  });
}

function run(script: string, argv: string[], env: Record<string, string> = {}) {
  const options = { cwd: made.root, encoding: 'utf8' as const, maxBuffer: 1 << 26, env: { ...process.env, ...env } };
  return spawnSync(process.execPath, [join('dist', script), ...argv], options);
}

beforeAll(async () => {
  await bundle('cli.js', "export { fakeEngine as createEngine } from './cli-fake';");
  await bundle('broken.js', "throw new Error('the parser was built for another Node');");
  await bundle('check-worker.js', "export { fakeEngine as createEngine } from './cli-fake';", 'check-worker.ts');
  cpSync(dirname(dirname(createRequire(import.meta.url).resolve('tinypool'))), join(made.root, 'node_modules/tinypool'), {
    recursive: true,
  });
  made.write('dist/server.js', "console.log('serving', process.argv.slice(2).join(' '));");
});
afterAll(() => made.remove());

describe('the bundled command line', () => {
  it('writes all of a long report into a pipe', () => {
    const { status, stdout } = run('cli.js', ['check', 'src', '--format', 'json']);
    expect(status).toBe(1);
    expect(JSON.parse(stdout).findings).toHaveLength(2000);
  });

  it('uses no colours in a pipe, whatever the environment says', () => {
    const { stdout } = run('cli.js', ['check', 'src', '--terse'], { FORCE_COLOR: '1', CI: '1', GITHUB_ACTIONS: '1' });
    expect(stdout).not.toContain('\u001b');
  });

  it('is silent when its reader leaves early', () => {
    const script = `"${process.execPath}" dist/cli.js check src 2>errors | head -n 1; cat errors >&2`;
    const { stdout, stderr } = spawnSync('sh', ['-c', script], { cwd: made.root, encoding: 'utf8' });
    expect(stdout).toMatch(/^src\/a\.c:1:2: [^\n]*\n$/);
    expect(stderr).not.toMatch(/EPIPE|bug in devres-lens/);
  });

  it('keeps its results, for several processes at once', async () => {
    // What names the parser; the bundle has an engine of its own.
    for (const name of ['tree-sitter', 'tree-sitter-c']) made.write(`node_modules/${name}/package.json`, '{"version":"0.0.0"}');
    const cache = { ...process.env, XDG_CACHE_HOME: join(made.root, 'caches') };
    const start = async () => {
      const child = spawn(process.execPath, [join('dist', 'cli.js'), 'check', 'src', '--terse'], { cwd: made.root, env: cache });
      let out = '';
      child.stdout.on('data', (text) => {
        out += text;
      });
      const [status] = await once(child, 'close');
      return { status, out };
    };
    const outputs = await Promise.all([start(), start(), start(), start()]);
    outputs.push(await start());
    expect(outputs[0]?.out.split('\n')).toHaveLength(2001);
    for (const output of outputs) expect(output).toEqual(outputs[0]);
    const json = () => JSON.parse(run('cli.js', ['check', 'src', '--format', 'json'], cache as Record<string, string>).stdout);
    // The first has fixes to add.
    json();
    expect(Object.keys(json().stats.ms)).toEqual(['cache']);
  });

  it('says the same for any number of processes, also when one of them ends', () => {
    for (const folder of ['a', 'b', 'c', 'd'])
      for (let i = 0; i < 60; i++)
        made.write(`big/${folder}/${i}.c`, `// found late-add ${folder}_store\n// pair clean\nvoid f(void) { device_del(d); }\n`);
    const forget = (text: string) => text.replace(/"ms": \{[^}]*\}/, '');
    const check = (jobs: string) => run('cli.js', ['check', 'big', '--no-cache', '--format', 'json', '--jobs', jobs]);
    const one = check('1');
    expect(JSON.parse(one.stdout).findings).toHaveLength(240);
    for (const jobs of ['2', '4', '9']) expect(forget(check(jobs).stdout)).toBe(forget(one.stdout));
    made.write('big/b/0.c', '// exit in setFile\nvoid f(void) { device_del(d); }\n');
    const { status, stdout, stderr } = check('2');
    expect(JSON.parse(stdout).findings).toHaveLength(180);
    expect(stderr).toMatch(/not checked: .*big\/b\/0\.c and 59 more/);
    expect(status).toBe(1);
  });

  it('reports a module that does not load as an error, not as findings; help does not need it', () => {
    const { status, stdout, stderr } = run('broken.js', ['check', 'src']);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^devres-lens: the parser was built for another Node \(.*\)\n$/);
    expect(run('broken.js', ['--version'])).toMatchObject({ status: 0, stdout: '1.2.3\n' });
  });

  it('hands the process over to the server beside it', () => {
    expect(run('cli.js', ['lsp', '--stdio', '--clientProcessId=1'])).toMatchObject({
      status: 0,
      stdout: 'serving lsp --stdio --clientProcessId=1\n',
    });
  });
});
