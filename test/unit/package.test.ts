import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { listFiles } from '@vscode/vsce';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shippedManifest, stage } from '../../scripts/stage.mjs';

const BUNDLES = ['dist/cli.js', 'dist/extension.js', 'dist/server.js'];
const GENERATED = [...BUNDLES, 'dist/views/interleaving-panel.js', 'dist/schema.json', 'dist/rules/use-after-free.md'];

/** Every string inside a JSON value that names a file of the package ("./media/icon.svg"). */
function pathsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.startsWith('./') ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(pathsIn);
}

describe('the packaged extension', () => {
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'devres-lens-stage-'));
    stage(folder);
    for (const sub of ['rules', 'views']) mkdirSync(join(folder, 'dist', sub), { recursive: true });
    for (const file of GENERATED) writeFileSync(join(folder, file), '');
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('contains all that is laid out for it, by the rules of .vscodeignore', async () => {
    const laidOut = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== '.vscodeignore')
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
    expect((await listFiles({ cwd: folder })).sort()).toEqual(laidOut.sort());
  });

  test('leaves source maps and sources behind', async () => {
    const leftOver = ['dist/cli.js.map', 'dist/.built', 'node_modules/tree-sitter/src/parser.cc'];
    mkdirSync(join(folder, 'node_modules/tree-sitter/src'), { recursive: true });
    for (const file of leftOver) writeFileSync(join(folder, file), '');
    const shipped = await listFiles({ cwd: folder });
    for (const file of leftOver) rmSync(join(folder, file));
    expect(shipped.filter((file) => leftOver.includes(file))).toEqual([]);
  });

  test('names only bundles and files that it contains', () => {
    const manifest = shippedManifest();
    const named = [manifest.main, ...Object.values(manifest.bin), ...pathsIn(manifest.contributes)];
    if (typeof manifest.icon === 'string') named.push(manifest.icon);
    expect(named.filter((path) => !existsSync(join(folder, path)))).toEqual([]);
  });

  test('says what it does with workspaces that are not trusted or not on a disk', () => {
    const { untrustedWorkspaces, virtualWorkspaces } = shippedManifest().capabilities;
    expect(untrustedWorkspaces).toEqual({ supported: 'limited', description: expect.stringMatching(/nothing in it is executed/) });
    expect(virtualWorkspaces.supported).toBe(false);
  });

  test('has the example that the walkthrough offers to open', () => {
    const files = ['bus.c', 'client.c', 'minibus.h', 'window.c'].map((name) => join(folder, 'examples/minibus-racy', name));
    expect(files.filter((path) => !existsSync(path))).toEqual([]);
  });

  test('names no command that it does not define', () => {
    const { commands, menus, walkthroughs } = shippedManifest().contributes as Record<string, unknown> as {
      commands: { command: string }[];
      menus: Record<string, { command: string }[]>;
      walkthroughs: unknown;
    };
    const defined = new Set(commands.map(({ command }) => command));
    const inMenus = Object.values(menus).flatMap((items) => items.map(({ command }) => command));
    const inSteps = [...JSON.stringify(walkthroughs).matchAll(/ommand:(devresLens\.[\w.]+)/g)].map((match) => match[1] ?? '');
    expect(inSteps).not.toEqual([]);
    expect([...inMenus, ...inSteps].filter((command) => !defined.has(command))).toEqual([]);
  });

  test('asks for the modules only that cannot be bundled', () => {
    expect(Object.keys(shippedManifest().dependencies)).toEqual(['tree-sitter', 'tree-sitter-c', 'tinypool']);
  });

  test.each(['tree-sitter', 'tree-sitter-c'])('has a binary of %s for each desktop platform', (name) => {
    const platforms = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-arm64', 'win32-x64'];
    const missing = platforms.filter((platform) => !existsSync(join(folder, 'node_modules', name, 'prebuilds', platform, `${name}.node`)));
    expect(missing).toEqual([]);
  });

  test('parses C with nothing but its own modules', () => {
    const script =
      "const P = require('tree-sitter'); const p = new P(); p.setLanguage(require('tree-sitter-c')); console.log(p.parse('int x;').rootNode.type)";
    const result = spawnSync(process.execPath, ['-e', script], { cwd: folder, encoding: 'utf8' });
    expect(result.stderr).toBe('');
    expect(result.stdout).toBe('translation_unit\n');
  });
});
