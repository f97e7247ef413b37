import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** What programs keep between runs is no affair of the user's own, and no file of tests finds what another left. */
const folder = mkdtempSync(join(tmpdir(), 'devres-lens-cache-'));
process.env.XDG_CACHE_HOME = folder;
afterAll(() => rmSync(folder, { recursive: true, force: true }));
