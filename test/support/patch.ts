/** What the kernel's maintainers would do with a fix first: apply its diff, and have checkpatch.pl look at it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { diffOf, type Texts } from '../fixes/explore';

/**
 * Complaints about the change of these texts of a tree: of `git apply --check`, and the errors and warnings of the tree's own
 * checkpatch.pl --strict. Empty where there are none.
 */
export function complaints(tree: string, before: Texts, after: Texts): string[] {
  const diff = diffOf(before, after);
  const scratch = mkdtempSync(join(tmpdir(), 'devres-lens-patch-'));
  try {
    for (const [path, text] of Object.entries(before)) {
      mkdirSync(dirname(join(scratch, path)), { recursive: true });
      writeFileSync(join(scratch, path), text);
    }
    const apply = spawnSync('git', ['apply', '--check', '-'], { cwd: scratch, input: diff, encoding: 'utf8' });
    const options = ['--no-tree', '--no-signoff', '--strict', '--terse', '--ignore', 'COMMIT_MESSAGE', '-'];
    const checked = spawnSync('perl', [join(tree, 'scripts/checkpatch.pl'), ...options], { cwd: tree, input: diff, encoding: 'utf8' });
    // It says nothing where it has nothing to say.
    if (checked.status !== 0 && !/^total: /m.test(checked.stdout)) return [`checkpatch.pl did not run: ${checked.stderr}`];
    const found = checked.stdout.split('\n').filter((line) => /ERROR|WARNING/.test(line));
    return [...(apply.status === 0 ? [] : [apply.stderr]), ...found];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
