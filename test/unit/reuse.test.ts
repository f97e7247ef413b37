import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CancelledError, createEngine } from '../../server/src/engine';
import { extractFacts } from '../../server/src/facts';
import { discoverLifetimes } from '../../server/src/lifetimes/discover';
import { Finals } from '../../server/src/lifetimes/finals';
import { Roots } from '../../server/src/lifetimes/roots';
import { linkProgram } from '../../server/src/program';
import { checkLifetime, type LifetimeResult } from '../../server/src/races/check';
import { FunctionKeys } from '../../server/src/races/digest';
import { Environment } from '../../server/src/races/environment';
import { explore } from '../../server/src/races/explore';
import type { OnPair } from '../../server/src/races/pairing';
import { RaceMemory } from '../../server/src/races/reuse';
import { root } from '../support/environment';

type Files = ReadonlyMap<string, string>;

function example(name: string): Map<string, string> {
  const folder = join(root, 'examples', name);
  const names = readdirSync(folder).filter((file) => /\.[ch]$/.test(file));
  return new Map(names.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

const LIMITS = { maxStates: 60_000, maxSteps: 6_000_000, deadline: Number.POSITIVE_INFINITY, cancelled: () => false };

/** Explores the lifetimes of the slot with a memory; says how many pairs were explored anew. */
function check(files: Files, memory: RaceMemory): { explored: number; results: LifetimeResult[] } {
  const program = linkProgram([...files].map(([path, text]) => extractFacts(path, text)));
  const roots = new Roots(program);
  const finals = new Finals(program);
  const keys = new FunctionKeys(program);
  const environment = new Environment(program, []);
  let explored = 0;
  const counting: OnPair = (machine, scenario, limits) => {
    explored += 1;
    return explore(machine, scenario, limits);
  };
  memory.begin();
  const results = discoverLifetimes(program, roots)
    .filter((lifetime) => lifetime.action.fn.name === 'slot_unregister')
    .map((lifetime) => checkLifetime(program, roots, finals, lifetime, LIMITS, memory.hooks(keys, environment, finals, counting)));
  return { explored, results };
}

function edited(files: Files, path: string, edit: (text: string) => string): Files {
  const text = files.get(path) ?? '';
  const changed = edit(text);
  expect(changed).not.toBe(text);
  return new Map(files).set(path, changed);
}

describe('results of pairs outlast edits', () => {
  const files = example('minibus-racy');

  test('text that moves is not explored again, and what was found moves with it', () => {
    const memory = new RaceMemory();
    const before = check(files, memory);
    expect(before.explored).toBeGreaterThan(3);
    const after = check(
      edited(files, 'window.c', (text) => `/* A comment. */\n${text}`),
      memory,
    );
    expect(after.explored).toBe(0);
    const places = ({ results }: typeof before) =>
      results.flatMap(({ pairs }) => pairs.flatMap(({ witnesses }) => witnesses.flatMap(({ trace }) => trace.map(({ at }) => at))));
    const shift = '/* A comment. */\n'.length;
    expect(places(after)).toEqual(places(before).map((at) => (at < 0 ? at : at + shift)));
    expect(places(after).length).toBeGreaterThan(10);
  });

  test('a change of one handler explores its pairs alone', () => {
    const memory = new RaceMemory();
    const before = check(files, memory);
    const after = check(
      edited(files, 'window.c', (text) => text.replace('devm_release_action(', 'devm_remove_action(')),
      memory,
    );
    expect(after.explored).toBeGreaterThan(0);
    expect(after.explored).toBeLessThan(before.explored);
    expect(check(files, memory).explored).toBe(0);
  });

  test("declarations that nobody mentions, locals that no step reads and temporaries are nobody's concern", () => {
    const memory = new RaceMemory();
    check(files, memory);
    const insert = (added: string) => (text: string) => text.replace('static ssize_t', `${added}static ssize_t`);
    expect(check(edited(files, 'window.c', insert('static int unheard_of;\n')), memory).explored).toBe(0);
    expect(check(edited(files, 'window.c', insert('#define UNHEARD_OF 1\n')), memory).explored).toBe(0);
    expect(check(edited(files, 'window.c', insert('void unheard_of(void) { }\n')), memory).explored).toBe(0);
    const inside = (added: string) => (text: string) => text.replaceAll(/\n\{\n(?=\tstruct mb_slot)/g, `\n{\n\t${added}\n`);
    expect(check(edited(files, 'window.c', inside('int unheard_of = 0;')), memory).explored).toBe(0);
    expect(check(edited(files, 'window.c', inside('dev_info(unheard(), "here");')), memory).explored).toBe(0);
  });

  test('a constant that a step reads explores again', () => {
    const memory = new RaceMemory();
    const version = (value: number) =>
      edited(files, 'window.c', (text) =>
        `#define LIMIT ${value}\n${text}`.replace(
          'devm_release_action(',
          'if (test_bit(LIMIT, &slot->flags))\n\t\treturn -EBUSY;\n\tdevm_release_action(',
        ),
      );
    check(version(1), memory);
    expect(check(version(1), memory).explored).toBe(0);
    expect(check(version(2), memory).explored).toBeGreaterThan(0);
  });

  test('a change of a struct explores everything again', () => {
    const memory = new RaceMemory();
    const before = check(files, memory);
    const header = edited(files, 'minibus.h', (text) => text.replace('struct mb_slot {', 'struct mb_slot {\n\tint unheard_of;'));
    expect(check(header, memory).explored).toBe(before.explored);
  });

  test('what none of many checks asked for is forgotten', () => {
    const memory = new RaceMemory();
    const { explored } = check(files, memory);
    for (let i = 0; i < 20; i++) memory.begin();
    expect(check(files, memory).explored).toBe(explored);
  });
});

/** Edits that a person makes on the way from one version to the next, sensible or not. */
const anyEdit = fc.record({
  path: fc.constantFrom('window.c', 'bus.c', 'client.c', 'minibus.h'),
  line: fc.nat({ max: 400 }),
  kind: fc.constantFrom(
    'delete',
    'double',
    'swap',
    'comment',
    'truncate',
    'global',
    'macro',
    'local',
    'member',
    'cut',
    'copy',
    'copy',
    'statement',
  ),
  from: fc.nat({ max: 400 }),
  isAbandoned: fc.boolean(),
});

/** The next line behind something at top level. */
function topLevel(lines: readonly string[], at: number): number {
  const end = lines.findIndex((line, i) => i >= at && line.startsWith('}'));
  return end < 0 ? lines.length : end + 1;
}

/** Statements that other functions may see, or that make a difference to what they read. */
const STATEMENTS = [
  'if (unheard() == -EBUSY)\n\t\treturn -EBUSY;',
  'mutex_lock(&unheard_lock);',
  'guard(mutex)(&unheard_lock);',
  'get_device(unheard());',
  'kfree(unheard());',
  'return -EINVAL;',
  'if (unheard(',
];

/** Statements on lines of their own. */
function statementsOf(lines: readonly string[]): string[] {
  return lines.filter((line) => /^\t.*;$/.test(line));
}

function apply(text: string, { line, kind, from }: { line: number; kind: string; from: number }): string {
  const lines = text.split('\n');
  const at = line % lines.length;
  if (kind === 'delete') lines.splice(at, 1);
  else if (kind === 'double') lines.splice(at, 0, lines[at] ?? '');
  else if (kind === 'comment') lines.splice(at, 0, '/* Here. */');
  else if (kind === 'copy') {
    const statements = statementsOf(lines);
    const to = lines.findIndex((one, i) => i >= at && /^\t.*;$/.test(one));
    lines.splice(Math.max(0, to), 0, statements[from % Math.max(1, statements.length)] ?? '');
  } else if (kind === 'statement')
    lines.splice(
      lines.findIndex((one, i) => i >= at && /^\t.*;$/.test(one)),
      0,
      `\t${STATEMENTS[from % STATEMENTS.length]}`,
    );
  else if (kind === 'global') lines.splice(topLevel(lines, at), 0, `static int fresh_${line};`);
  else if (kind === 'macro') lines.splice(topLevel(lines, at), 0, `#define MB_FRESH ${line}`);
  else if (kind === 'local') lines.splice(lines.indexOf('{', at) + 1, 0, `\tint fresh_${line} = 0;`);
  else if (kind === 'member')
    lines.splice(lines.findIndex((one, i) => i >= at && /^struct \w+ \{$/.test(one)) + 1, 0, `\tint fresh_${line};`);
  else if (kind === 'cut') lines.splice(topLevel(lines, at), topLevel(lines, topLevel(lines, at)) - topLevel(lines, at));
  else if (kind === 'truncate') lines[at] = (lines[at] ?? '').slice(0, -2);
  else lines.splice(at, 2, lines[at + 1] ?? '', lines[at] ?? '');
  return lines.join('\n');
}

test('after any edits an engine says what a new one says', () => {
  fc.assert(
    fc.property(fc.constantFrom('minibus-racy', 'minibus-fixed'), fc.array(anyEdit, { minLength: 1, maxLength: 6 }), (name, edits) => {
      const files = example(name);
      const engine = createEngine('', () => null);
      for (const [path, text] of files) engine.setFile(path, text);
      engine.check();
      for (const edit of edits) {
        files.set(edit.path, apply(files.get(edit.path) ?? '', edit));
        engine.setFile(edit.path, files.get(edit.path) ?? '');
        if (edit.isAbandoned && edit !== edits.at(-1)) {
          // Typing goes on while the check runs.
          let asked = 0;
          const abandoned = () => engine.check({ cancelled: () => ++asked > edit.from });
          try {
            abandoned();
          } catch (error) {
            expect(error).toBeInstanceOf(CancelledError);
          }
          continue;
        }
        const fresh = createEngine('', () => null);
        for (const [path, text] of files) fresh.setFile(path, text);
        const [now, anew] = [engine.check(), fresh.check()];
        expect(now.findings).toEqual(anew.findings);
        expect(now.verdicts).toEqual(anew.verdicts);
      }
    }),
    { numRuns: 12 },
  );
}, 120_000);
