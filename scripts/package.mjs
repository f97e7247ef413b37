// Packs the extension as devres-lens.vsix: minified bundles, and the native modules for every platform that they have binaries for.
// usage: node scripts/package.mjs
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { run, say } from './lib/exec.mjs';
import { ROOT } from './lib/paths.mjs';
import { setup } from './setup.mjs';
import { stage } from './stage.mjs';

const OUTPUT = join(ROOT, 'devres-lens.vsix');

try {
  setup();
  const folder = mkdtempSync(join(tmpdir(), 'devres-lens-stage-'));
  try {
    stage(folder);
    await build({ folder: join(folder, 'dist'), minify: true });
    const vsce = join(ROOT, 'node_modules', '@vscode', 'vsce', 'vsce');
    // Relative links of the README lead nowhere until the project has a public address.
    run(process.execPath, [vsce, 'package', '--out', OUTPUT, '--allow-missing-repository', '--no-rewrite-relative-links'], { cwd: folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(`devres-lens.vsix: ${(statSync(OUTPUT).size / (1 << 20)).toFixed(1)} MiB\n`);
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
