import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBaseline, writeBaseline } from '../../server/src/host/baseline-file';
import { atRevision } from '../../server/src/host/git';
import { loadEngine } from '../../server/src/host/load';
import { applyToTarget } from '../../server/src/host/patch';
import { findTree } from '../../server/src/host/tree';
import { fakeEngine, makeTree } from './cli-fake';

let made: ReturnType<typeof makeTree>;
beforeEach(() => {
  made = makeTree({ 'drv/a.c': 'one\ntwo\nthree\n', 'drv/b.h': 'int b;\n', 'README.md': 'hello\n' });
});
afterEach(() => made.remove());

const diff = (path: string, from: string, to: string) => createTwoFilesPatch(`a/${path}`, `b/${path}`, from, to);
const target = () => findTree('.', made.root);

describe('applyToTarget', () => {
  it('changes the texts that are read and no file', () => {
    const mail = `From: someone\nSubject: [PATCH] x\n\nWords.\n---\n drv/a.c | 2 +-\n\ndiff --git a/drv/a.c b/drv/a.c\n--- a/drv/a.c\n+++ b/drv/a.c\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n-- \n2.43.0\n\n`;
    const patched = applyToTarget(target(), mail, 'x.patch');
    const { readFile } = loadEngine(patched.target, fakeEngine, patched.overlay);
    expect(readFile('drv/a.c')).toBe('one\n2\nthree\n');
    expect(readFile('drv/../drv/a.c')).toBe('one\n2\nthree\n');
    expect(readFile('drv/b.h')).toBe('int b;\n');
    expect(readFileSync(join(made.root, 'drv/a.c'), 'utf8')).toBe('one\ntwo\nthree\n');
  });

  it('applies the patches of a series one on the other', () => {
    const series = diff('drv/a.c', 'one\ntwo\nthree\n', 'one\n2\nthree\n') + diff('drv/a.c', 'one\n2\nthree\n', 'one\n2\n3\n');
    expect(applyToTarget(target(), series, 'x').overlay('drv/a.c')).toBe('one\n2\n3\n');
  });

  it('brings in new files and takes deleted ones away', () => {
    const add = 'diff --git a/drv/new.c b/drv/new.c\nnew file mode 100644\n--- /dev/null\n+++ b/drv/new.c\n@@ -0,0 +1 @@\n+int n;\n';
    const del = 'diff --git a/drv/b.h b/drv/b.h\ndeleted file mode 100644\n--- a/drv/b.h\n+++ /dev/null\n@@ -1 +0,0 @@\n-int b;\n';
    const patched = applyToTarget(target(), add + del, 'x');
    expect(patched.target.files).toEqual(['drv/a.c', 'drv/new.c']);
    const { readFile } = loadEngine(patched.target, fakeEngine, patched.overlay);
    expect(readFile('drv/new.c')).toBe('int n;\n');
    expect(readFile('drv/b.h')).toBeNull();
  });

  it('says which file a patch does not apply to', () => {
    expect(() => applyToTarget(target(), diff('drv/a.c', 'one\nzwei\n', 'one\n2\n'), 'x.patch')).toThrow(
      /x\.patch: does not apply to drv\/a\.c/,
    );
  });

  it('reports files that the tree does not have, and refuses a patch of such files alone', () => {
    const absent = diff('tools/t.c', 'x\n', 'y\n');
    expect(applyToTarget(target(), absent + diff('drv/b.h', 'int b;\n', 'int c;\n'), 'x').absent).toEqual(['tools/t.c']);
    expect(() => applyToTarget(target(), absent, 'x')).toThrow(/changes no C file/);
    expect(() => applyToTarget(target(), 'not a diff', 'x')).toThrow(/changes no C file/);
  });
});

describe('atRevision', () => {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: made.root, stdio: 'pipe' });

  it('reads the old texts, without files that came later and with those that went', () => {
    made.write('drv/gone.c', 'gone\n');
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'base');
    made.write('drv/a.c', 'new\n');
    made.write('drv/untracked.c', 'u\n');
    git('rm', '-q', 'drv/gone.c');
    const { target: base, overlay } = atRevision(findTree('drv', made.root), 'HEAD');
    const { readFile } = loadEngine(base, fakeEngine, overlay);
    expect(base.files).toEqual(['a.c', 'b.h', 'gone.c']);
    expect(readFile('a.c')).toBe('one\ntwo\nthree\n');
    expect(readFile('gone.c')).toBe('gone\n');
    expect(readFile('untracked.c')).toBeNull();
    expect(readFile('b.h')).toBe('int b;\n');
  });

  it('refuses what is no commit, options included', () => {
    git('init', '-q');
    expect(() => atRevision(target(), 'nonsense')).toThrow(/nonsense: not a commit/);
    expect(() => atRevision(target(), '--output=x')).toThrow(/not a commit/);
  });
});

describe('baseline files', () => {
  const file = () => join(made.root, 'known.json');
  const print = 'a'.repeat(40);

  it('come back as they were written, sorted', () => {
    writeBaseline(file(), ['b'.repeat(40), print, print]);
    expect([...readBaseline(file())]).toEqual([print, 'b'.repeat(40)]);
  });

  it.each(['', '[]', '{"version":2,"fingerprints":[]}', '{"version":1}', '{"version":1,"fingerprints":["x"]}'])('damaged: %s', (text) => {
    made.write('known.json', text);
    expect(() => readBaseline(file())).toThrow(/known\.json: not a baseline/);
    expect(() => writeBaseline(file(), [])).toThrow(/not overwritten/);
    expect(readFileSync(file(), 'utf8')).toBe(text);
  });

  it('are replaced by a newer one', () => {
    writeBaseline(file(), [print]);
    writeBaseline(file(), []);
    expect(readBaseline(file()).size).toBe(0);
  });
});
