import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** One project per folder below test/, so that `vitest run --project rules` runs one kind of test. */
const project = (name: string, timeout: number, fileParallelism = true, poll = 1000) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeout,
    hookTimeout: timeout,
    fileParallelism,
    setupFiles: ['test/support/own-cache.ts'],
    // What an editor shows is polled for: it comes when the machine has time for it.
    expect: { poll: { timeout: poll } },
  },
});

export default defineConfig({
  // The editor's own module is there in an editor only.
  resolve: { alias: { vscode: fileURLToPath(new URL('test/support/fake-vscode.ts', import.meta.url)) } },
  test: {
    // tree-sitter is a native module: worker threads may not share it.
    pool: 'forks',
    projects: [
      project('unit', 20_000),
      project('rules', 30_000),
      project('drivers', 60_000),
      project('fuzz', 120_000),
      project('lsp', 60_000),
      project('real', 120_000),
      // One editor at a time.
      project('editors', 180_000, false),
      project('vscode', 300_000, false, 60_000),
    ],
  },
});
