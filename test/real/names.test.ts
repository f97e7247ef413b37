import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { extractFacts } from '../../server/src/facts';
import type { FileFacts } from '../../server/src/facts/types';
import { kernelTree, root } from '../support/environment';

/** Files below a folder by the ends of their names, relative to it. */
function filesBelow(folder: string, ends: RegExp): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => ends.test(name));
}

/** What a file defines that has a name of its own: functions, the attributes that handlers are for, struct tags, macros. */
function definedNames(facts: FileFacts): string[] {
  const functions = facts.functions.flatMap(({ name }) => [name, name.replace(/_(?:show|store)$/, '')]);
  return [...functions, ...facts.structs.map((s) => s.tag), ...facts.macros.map((m) => m.name)];
}

/** Long enough, and with an underscore, to be no word of English. */
const isTelling = (name: string) => name.length >= 6 && name.includes('_') && !name.includes('.');

/** Every identifier in a text. */
const words = (text: string): string[] => text.match(/[A-Za-z_]\w*/g) ?? [];

describe.each(['6.12.113', '6.12.117', '6.1.192'])('names of drivers/cxl of %s', (version) => {
  const tree = kernelTree(version);

  it.runIf(tree)('occur nowhere in the server: it knows kernel APIs, no driver', () => {
    const drivers = join(tree as string, 'drivers');
    const own = new Map<string, string>();
    for (const file of filesBelow(join(drivers, 'cxl'), /\.[ch]$/)) {
      const facts = extractFacts(file, readFileSync(join(drivers, 'cxl', file), 'utf8'));
      for (const name of definedNames(facts)) if (isTelling(name)) own.set(name, file);
    }
    expect(own.size).toBeGreaterThan(300);
    const server = join(root, 'server/src');
    const mentioned = new Map<string, string>();
    for (const file of filesBelow(server, /./).filter((name) => /\.\w+$/.test(name)))
      for (const word of words(readFileSync(join(server, file), 'utf8'))) if (own.has(word)) mentioned.set(word, file);
    for (const word of [...mentioned.keys()]) if (isKnownElsewhere(tree as string, word)) mentioned.delete(word);
    expect([...mentioned].map(([word, file]) => `${word} in ${file}`)).toEqual([]);
  });
});

/** The name also stands in a header of include/ or in another driver: it is no name of drivers/cxl alone. */
function isKnownElsewhere(tree: string, word: string): boolean {
  const folders = ['include', ...readdirSync(join(tree, 'drivers')).flatMap((name) => (name === 'cxl' ? [] : [`drivers/${name}`]))];
  return folders.some((folder) =>
    filesBelow(join(tree, folder), /\.[ch]$/).some((file) => words(readFileSync(join(tree, folder, file), 'utf8')).includes(word)),
  );
}
