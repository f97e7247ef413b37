import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { buildId } from '../host/build-id';
import { cacheFolder } from '../host/cache-folder';
import { packageFolder, packageVersion } from '../host/install';
import { disk } from './disk';
import { describe } from './guard';
import { analysisMemory } from './memory';
import { serve } from './server';
import { uriOfPath } from './uris';
import { WorkerAnalyst } from './worker-analyst';

/** Page of a rule beside the bundle. */
function ruleUri(rule: string): string | null {
  const path = join(packageFolder(), 'dist/rules', `${rule}.md`);
  return existsSync(path) ? uriOfPath(path) : null;
}

/** Bundled beside this file. */
const WORKER = join(__dirname, 'engine-worker.js');

// The transport is chosen by the arguments that editors append; by hand, it is standard input and output.
const chosen = process.argv.slice(2).some((argument) => /^--(stdio|node-ipc|socket|pipe)\b/.test(argument));
const connection = chosen ? createConnection(ProposedFeatures.all) : createConnection(ProposedFeatures.all, process.stdin, process.stdout);
const build = buildId(WORKER);
serve(connection, {
  createAnalyst: (root) => new WorkerAnalyst(WORKER, root),
  host: disk,
  memory: build === null ? null : analysisMemory(cacheFolder(), build),
  ruleUri,
  version: packageVersion(),
});
// A message that could not be sent is no reason to end.
process.on('unhandledRejection', (reason) => connection.console.error(describe(reason)));
connection.listen();
