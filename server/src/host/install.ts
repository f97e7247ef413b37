import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ruleInfo } from '../findings/registry';
import type { RuleId } from '../findings/types';

/** Folder of the installed package: the nearest one above this file with a package.json. */
export function packageFolder(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')) as { version: string };
  return version;
}

/** Page of a rule in Markdown: from the built package, else from the sources; null where neither has one. */
export function ruleDoc(id: RuleId): string | null {
  const places = [join('dist/rules', `${id}.md`), join('server/src', ruleInfo(id).doc)].map((path) => join(packageFolder(), path));
  const found = places.find((path) => existsSync(path));
  return found === undefined ? null : readFileSync(found, 'utf8');
}

/** The bundled language server beside the bundled command line. */
export function serverBundle(): string {
  return join(packageFolder(), 'dist/server.js');
}
