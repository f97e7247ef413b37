/**
 * Drivers as other people write them, each with its variants: what is racy in one is repaired in the other. `//: variant NAME: why` on top
 * names them (FN_ and FP_: what is missed, or found though it is none, until it is mended), `//: in NAME… / else / end` is text of some, `//: file NAME` begins another file; `// want(NAME…) "rule"` is a finding of those.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../server/src/engine';
import { root } from '../support/environment';

const FOLDER = join(root, 'test/drivers');

interface Fixture {
  lines: string[];
  variants: string[];
}

function readFixture(name: string): Fixture {
  const lines = readFileSync(join(FOLDER, name), 'utf8').split('\n');
  return { lines, variants: lines.flatMap((line) => /^\/\/: variant (\w+):/.exec(line)?.[1] ?? []) };
}

/** The files of a variant; lines of others are empty, so that places hold. */
function filesOf({ lines }: Fixture, variant: string, main: string): Map<string, string> {
  const files = new Map<string, string[]>();
  const kept = [true];
  let file = main;
  lines.forEach((line, i) => {
    const [, word, rest = ''] = /^\/\/: (\w+) ?(.*)$/.exec(line) ?? [];
    if (word === 'in') kept.push(rest.split(' ').includes(variant));
    else if (word === 'else') kept.push(!kept.pop());
    else if (word === 'end') kept.pop();
    else if (word === 'file') file = rest;
    if (!files.has(file)) files.set(file, []);
    for (const [name, text] of files) {
      text.length = i;
      text.push(name === file && word === undefined && kept.every(Boolean) ? line : '');
    }
  });
  return new Map([...files].map(([name, text]): [string, string] => [name, Array.from(text, (line) => line ?? '').join('\n')]));
}

function wanted({ lines }: Fixture, variant: string): string[] {
  return lines
    .flatMap((line, i) =>
      [...line.matchAll(/want\(([\w ]+)\)((?: "[a-z-]+")+)/g)].flatMap(([, names = '', rules = '']) =>
        names.split(' ').includes(variant) ? [...rules.matchAll(/"([a-z-]+)"/g)].map((rule) => `${i + 1} ${rule[1]}`) : [],
      ),
    )
    .sort();
}

const fixtures = readdirSync(FOLDER).filter((name) => name.endsWith('.c'));

describe.each(fixtures)('%s', (name) => {
  const fixture = readFixture(name);

  it.each(fixture.variants)('%s', (variant) => {
    const engine = createEngine('/', () => null);
    for (const [file, text] of filesOf(fixture, variant, name)) engine.setFile(`drivers/foreign/${file}`, text);
    const { findings, verdicts } = engine.check();
    const found = findings.map(({ line, rule }) => `${line} ${rule}`).sort();
    if (/^F[NP]_/.test(variant)) {
      expect(found).not.toEqual(wanted(fixture, variant));
      return;
    }
    expect(verdicts.length).toBeGreaterThan(0);
    expect(verdicts.filter(({ verdict }) => verdict === 'incomplete')).toEqual([]);
    expect(found).toEqual(wanted(fixture, variant));
  });
});
