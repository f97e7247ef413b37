import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { extractFacts, FileMemory } from '../../server/src/facts';
import type { FileFacts } from '../../server/src/facts/types';
import { discoverLifetimes } from '../../server/src/lifetimes/discover';
import { Finals } from '../../server/src/lifetimes/finals';
import { Roots } from '../../server/src/lifetimes/roots';
import { linkProgram } from '../../server/src/program';
import type { Program } from '../../server/src/program/types';
import { checkLifetime } from '../../server/src/races/check';
import { explore } from '../../server/src/races/explore';
import type { Slicer } from '../../server/src/races/slice';
import { SliceMemory } from '../../server/src/races/slice-memory';
import type { Slice } from '../../server/src/races/steps';
import { root } from '../support/environment';

type Files = ReadonlyMap<string, string>;

const LIMITS = { maxStates: 60_000, maxSteps: 6_000_000, deadline: Number.POSITIVE_INFINITY, cancelled: () => false };

const folder = join(root, 'examples', 'minibus-racy');
const files: Files = new Map(
  readdirSync(folder)
    .filter((file) => /\.[ch]$/.test(file))
    .map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
);

function edited(edit: (text: string) => string): Files {
  const text = files.get('window.c') ?? '';
  const changed = edit(text);
  expect(changed).not.toBe(text);
  return new Map(files).set('window.c', changed);
}

/** The first line of the body of a function. */
const inside = (name: string, line: string) => (text: string) => {
  const at = text.indexOf('\n{\n', text.indexOf(`${name}(`)) + '\n{\n'.length;
  return `${text.slice(0, at)}\t${line}\n${text.slice(at)}`;
};

/** Reads one version of the texts after the other. */
class Reader {
  private readonly memories = new Map<string, FileMemory>();

  facts(texts: Files): FileFacts[] {
    return [...texts].map(([path, text]) => {
      const memory = this.memories.get(path) ?? new FileMemory();
      this.memories.set(path, memory);
      return extractFacts(path, text, memory);
    });
  }
}

/** One version of the texts after the other, as an engine links and slices them. */
class Versions {
  readonly memory = new SliceMemory();
  readonly reader = new Reader();
  program: Program | null = null;
  private roots: Roots | null = null;

  /** The slicer of the slot's lifetime. */
  slice(texts: Files): Slicer {
    const succeeds = this.program && { program: this.program, changed: (fns: Parameters<SliceMemory['note']>[0]) => this.memory.note(fns) };
    const program = linkProgram(this.reader.facts(texts), succeeds ? { succeeds } : {});
    const roots: Roots = new Roots(program, this.roots);
    if (roots.otherwise) this.memory.note(roots.otherwise);
    else this.memory.forget();
    [this.program, this.roots] = [program, roots];
    this.memory.begin();
    let slicer: Slicer | null = null;
    for (const lifetime of discoverLifetimes(program, roots).filter(({ action }) => action.fn.name === 'slot_unregister'))
      checkLifetime(program, roots, new Finals(program), lifetime, LIMITS, {
        slices: this.memory,
        onPair: (machine, scenario, limits) => {
          slicer = machine.slicer;
          return explore(machine, scenario, limits);
        },
      });
    expect(slicer).not.toBeNull();
    return slicer as unknown as Slicer;
  }

  sliceOf(slicer: Slicer, name: string): Slice {
    const fn = this.program?.functions.find((one) => one.fn.name === name);
    expect(fn).toBeDefined();
    return slicer.of(fn as NonNullable<typeof fn>);
  }
}

/** Slices of all functions, as a new program has them. */
function anew(texts: Files): string[] {
  const versions = new Versions();
  const slicer = versions.slice(texts);
  return all(versions, slicer);
}

function all({ program }: Versions, slicer: Slicer): string[] {
  return (program?.functions ?? []).map((fn) => {
    const { steps, entry, names } = slicer.of(fn);
    const plain = steps.map((step) =>
      'targets' in step ? { ...step, targets: step.targets.map((t) => t.fn.id), follow: step.follow.map((t) => t.fn.id) } : step,
    );
    return JSON.stringify([fn.fn.name, entry, names, plain]);
  });
}

const MEETING = 'devm_mb_add_slot';

describe('slices outlast edits', () => {
  test('what is typed in one function leaves the slices of the others as they are', () => {
    const versions = new Versions();
    const slicer = versions.slice(files);
    const before = versions.sliceOf(slicer, 'delete_slot_store');
    const after = edited(inside(MEETING, 'int unheard_of = 0;'));
    expect(versions.slice(after)).toBe(slicer);
    expect(versions.sliceOf(slicer, 'delete_slot_store')).toBe(before);
    expect(all(versions, slicer)).toEqual(anew(after));
  });

  test('the function that was edited is sliced again', () => {
    const versions = new Versions();
    const slicer = versions.slice(files);
    const before = versions.sliceOf(slicer, 'delete_slot_store');
    const after = edited(inside('delete_slot_store', 'if (unheard())\n\t\treturn -EBUSY;'));
    expect(versions.slice(after)).toBe(slicer);
    expect(versions.sliceOf(slicer, 'delete_slot_store')).not.toBe(before);
    expect(all(versions, slicer)).toEqual(anew(after));
  });

  test('where others see a function otherwise, all is sliced again', () => {
    const calls = (text: string) => text.replace('devm_release_action(', 'unheard_of(');
    for (const edit of [calls, inside(MEETING, 'guard(mutex)(&unheard_lock);')]) {
      const versions = new Versions();
      const slicer = versions.slice(files);
      const after = edited(edit);
      const now = versions.slice(after);
      expect(now).not.toBe(slicer);
      expect(all(versions, now)).toEqual(anew(after));
    }
  });

  test('an errno that some function tells from others now is one that slices tell apart', () => {
    const failing = edited(inside(MEETING, 'if (unheard())\n\t\treturn -EBUSY;\n\tif (unheard())\n\t\treturn -EPERM;'));
    const versions = new Versions();
    const slicer = versions.slice(failing);
    const after = new Map(failing).set(
      'window.c',
      inside('delete_slot_store', 'if (unheard() == -EPERM)\n\t\tunheard_of();')(failing.get('window.c') ?? ''),
    );
    const now = versions.slice(after);
    expect(now).not.toBe(slicer);
    expect(all(versions, now)).toEqual(anew(after));
  });

  test('a declaration, or a function more or less, slices all again', () => {
    for (const added of ['struct unheard_of {\n\tint x;\n};\n', 'void unheard_of(void) { }\n']) {
      const versions = new Versions();
      const slicer = versions.slice(files);
      expect(versions.slice(edited((text) => text.replace('static ssize_t', `${added}static ssize_t`)))).not.toBe(slicer);
    }
  });

  test('what changed while nobody asked is not forgotten', () => {
    const versions = new Versions();
    versions.slice(files);
    const program = versions.program as Program;
    // Two functions change one after the other; the slices are asked for after both.
    const first = edited(inside(MEETING, 'if (unheard())\n\t\treturn -EBUSY;'));
    const second = new Map(first).set(
      'window.c',
      inside('delete_slot_store', 'if (unheard())\n\t\treturn -EBUSY;')(first.get('window.c') ?? ''),
    );
    const between = linkProgram(versions.reader.facts(first), { succeeds: { program, changed: (fns) => versions.memory.note(fns) } });
    expect([...(between.follows ?? [])].map((fn) => fn.fn.name)).toEqual([MEETING]);
    versions.program = between;
    expect(all(versions, versions.slice(second))).toEqual(anew(second));
  });
});

describe('programs that follow others', () => {
  const reader = new Reader();
  const link = (texts: Files, before: Program | null) => {
    let changed: string[] | null = null;
    const program = linkProgram(
      reader.facts(texts),
      before
        ? {
            succeeds: {
              program: before,
              changed: (fns) => {
                changed = fns.map((fn) => fn.fn.name);
              },
            },
          }
        : {},
    );
    return { program, changed };
  };

  test('text that moves changes no function, and definitions are taken over', () => {
    const before = link(files, null).program;
    const [first] = before.functions;
    const { program, changed } = link(
      edited((text) => `/* A comment. */\n${text}`),
      before,
    );
    expect(changed).toEqual([]);
    expect(program.functions[0]).toBe(first);
    expect(program.follows?.size).toBe(0);
    const moved = program.functions.find((fn) => fn.fn.name === MEETING);
    expect(program.files.some((file) => moved && file === moved.file)).toBe(true);
  });

  test('a program with other functions takes nothing over', () => {
    const before = link(files, null).program;
    const { program, changed } = link(
      edited((text) => `void unheard_of(void) { }\n${text}`),
      before,
    );
    expect(changed).toBeNull();
    expect(program.follows).toBeNull();
    expect(before.functions.some((fn) => program.functions.includes(fn))).toBe(false);
  });

  test('programs that were succeeded are not kept', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    let last = link(files, null).program;
    const gone = [0, 1, 2].map((i) => {
      const before = new WeakRef(last);
      last = link(edited(inside(MEETING, `int unheard_of_${i} = 0;`)), last).program;
      expect(last.follows?.size).toBe(1);
      return before;
    });
    // What a WeakRef was made of is kept to the end of a turn.
    await turn();
    collect();
    // What was linked last may still stand on the stack.
    expect(gone.slice(0, 2).map((ref) => ref.deref())).toEqual([undefined, undefined]);
    expect(last.functions.length).toBeGreaterThan(0);
  });

  test('a program in which calls reach others does not follow', () => {
    const table = (call: string) =>
      new Map([
        [
          'a.c',
          `struct ops { int (*go)(int x); };\nstatic int one(int x) { return x; }\nstatic int two(int x) { return x; }\nstatic void set(struct ops *ops)\n{\n\tops->go = ${call};\n}\nint run(struct ops *ops)\n{\n\treturn ops->go(1);\n}\n`,
        ],
      ]);
    const before = link(table('one'), null).program;
    const { program, changed } = link(table('two'), before);
    expect(changed).toEqual(['set']);
    expect(program.follows).toBeNull();
  });
});
