import { describe, expect, it } from 'vitest';
import { pathsOf } from './paths';

describe('conditions', () => {
  it('an if with an error path', () => {
    expect(pathsOf('int rc = a(); if (rc) return rc; b(); return 0;')).toEqual([
      'rc = a(); if rc; return rc',
      'rc = a(); if not rc; b(); return 0',
    ]);
  });

  it('&&, || and ! become branches, calls are made only on their path', () => {
    expect(pathsOf('if (!a() && (b() || x)) c();', 'int x')).toEqual([
      '$1 = a(); if $1; return',
      '$1 = a(); if not $1; $2 = b(); if $2; c(); return',
      '$1 = a(); if not $1; $2 = b(); if not $2; if x; c(); return',
      '$1 = a(); if not $1; $2 = b(); if not $2; if not x; return',
    ]);
  });

  it('a condition as a value goes through a temporary', () => {
    expect(pathsOf('return x && y;', 'int x, int y')).toEqual([
      'if x; if y; $1 = 1; return $1',
      'if x; if not y; $1 = 0; return $1',
      'if not x; $1 = 0; return $1',
    ]);
  });

  it('?: and the GNU form without a middle', () => {
    expect(pathsOf('return x ? a() : 2;', 'int x')).toEqual(['if x; $1 = a(); return $1', 'if not x; $1 = 2; return $1']);
    expect(pathsOf('return a() ?: b();')).toEqual(['$1 = a(); if $1; return $1', '$1 = a(); if not $1; $1 = b(); return $1']);
  });

  it('likely and WARN_ON are their argument; what WARN prints is computed only when it fires', () => {
    expect(pathsOf('if (unlikely(x)) a();', 'int x')).toEqual(['if x; a(); return', 'if not x; return']);
    expect(pathsOf('if (WARN_ON(!x)) a();', 'int x')).toEqual(['if x; return', 'if not x; a(); return']);
    expect(pathsOf('return dev_WARN_ONCE(d, x, "no");', 'int x, int d')).toEqual([
      'if x; $1 = 1; return $1',
      'if not x; $1 = 0; return $1',
    ]);
    expect(pathsOf('WARN(x, "%s", name(d));', 'int x, int d')).toEqual(['if x; name(d); return', 'if not x; return']);
    expect(pathsOf('int rc = WARN_ON(x); return rc;', 'int x')).toEqual([
      'if x; $1 = 1; rc = $1; return rc',
      'if not x; $1 = 0; rc = $1; return rc',
    ]);
  });

  it('an assignment in a condition', () => {
    expect(pathsOf('int rc; if ((rc = a()) < 0) return rc; return 1;')).toEqual([
      'rc = a(); if (rc < 0); return rc',
      'rc = a(); if not (rc < 0); return 1',
    ]);
  });
});

describe('loops', () => {
  it('while (1) leaves only by break', () => {
    expect(pathsOf('while (1) { if (a()) break; b(); } c();')).toEqual(['$1 = a(); if $1; c(); return', '$1 = a(); if not $1; b(); again']);
  });

  it('for (;;), continue runs the update', () => {
    expect(pathsOf('for (int i = 0; i < 3; i++) { if (x) continue; a(i); }', 'int x')).toEqual([
      'i = 0; if (i < 3); if x; i = (i + 1); again',
      'i = 0; if (i < 3); if not x; a(i); i = (i + 1); again',
      'i = 0; if not (i < 3); return',
    ]);
  });

  it('do { } while (0) runs once, break leaves it', () => {
    expect(pathsOf('do { if (x) break; a(); } while (0); b();', 'int x')).toEqual(['if x; b(); return', 'if not x; a(); b(); return']);
  });

  it('an endless loop that does nothing stays a node', () => {
    expect(pathsOf('a(); for (;;) ;')).toEqual(['a(); opaque endless loop; again']);
  });

  it('iteration macros bind their cursor', () => {
    const before = 'struct item { struct list_head node; };';
    expect(pathsOf('struct item *i; list_for_each_entry(i, &o->items, node) { if (a(i)) break; } b();', 'struct owner *o', before)).toEqual(
      [
        'each i in list_for_each_entry(o.items); $1 = a(i); if $1; b(); return',
        'each i in list_for_each_entry(o.items); $1 = a(i); if not $1; again',
        'b(); return',
      ],
    );
    expect(pathsOf('struct item *i, *n; list_for_each_entry_safe(i, n, &o->items, node) a(i);', 'struct owner *o')[0]).toBe(
      'each i in list_for_each_entry_safe(o.items); a(i); again',
    );
    expect(pathsOf('unsigned long at; void *e; xa_for_each(&o->xa, at, e) a(e);', 'struct owner *o')[0]).toBe(
      'each e in xa_for_each(o.xa, at); a(e); again',
    );
    expect(pathsOf('my_for_each_thing(o, t) { a(t); }', 'struct owner *o, int t')[0]).toBe(
      'each ? in my_for_each_thing(o, t); a(t); again',
    );
  });
});

describe('switch and goto', () => {
  it('cases are compared in order, fall through, default where it stands', () => {
    const body = 'switch (x) { case 1: a(); fallthrough; case 2: b(); break; default: d(); break; case 3: return 3; } e();';
    expect(pathsOf(body, 'int x')).toEqual([
      '$1 = x; if ($1 == 1); a(); b(); e(); return',
      '$1 = x; if not ($1 == 1); if ($1 == 2); b(); e(); return',
      '$1 = x; if not ($1 == 1); if not ($1 == 2); if ($1 == 3); return 3',
      '$1 = x; if not ($1 == 1); if not ($1 == 2); if not ($1 == 3); d(); e(); return',
    ]);
  });

  it('a case range may match', () => {
    expect(pathsOf('switch (x) { case 1 ... 4: a(); }', 'int x')).toEqual(['$1 = x; if ?; a(); return', '$1 = x; if not ?; return']);
  });

  it('continue inside a switch belongs to the loop', () => {
    expect(pathsOf('while (a()) { switch (x) { case 1: continue; } b(); }', 'int x')[0]).toBe(
      '$1 = a(); if $1; $2 = x; if ($2 == 1); again',
    );
  });

  it('goto forwards and backwards', () => {
    expect(pathsOf('if (x) goto err; a(); return 0; err: b(); return -1;', 'int x')).toEqual([
      'if x; b(); return -1',
      'if not x; a(); return 0',
    ]);
    expect(pathsOf('again: if (a()) goto again; return 0;')).toEqual(['$1 = a(); if $1; again', '$1 = a(); if not $1; return 0']);
  });

  it('a conditional directive inside a function may go both ways', () => {
    const body = 'a();\n#ifdef CONFIG_X\nb();\n#else\nc();\n#endif\nd();';
    expect(new Set(pathsOf(body).map((path) => path.replace(/if (not )?\?; /, '')))).toEqual(
      new Set(['a(); b(); d(); return', 'a(); c(); d(); return']),
    );
  });

  it('inline assembly is opaque', () => {
    expect(pathsOf('asm volatile("nop"); a();')).toEqual(['opaque inline assembly; a(); return']);
  });

  it('nesting without bounds is cut off, not crashed on', () => {
    const deep = 20000;
    expect(pathsOf(`x = ${'('.repeat(deep)}1${')'.repeat(deep)}; a();`, 'int x').join()).toContain('opaque syntax error');
  });
});

describe('a loop that counts up to a limit, and the question whether it came there', () => {
  const search = (question: string, body = 'if (a(i)) break;') =>
    pathsOf(`int i; for (i = 0; i < n; i++) { ${body} } if (${question}) none(); else some(); return i;`, 'int n');
  const answers = (paths: readonly string[]) => ({
    left: paths.filter((path) => /if \$\d+;/.test(path)),
    ended: paths.filter((path) => path.includes('if not (i < n)')),
  });

  it.each(['i == n', 'i >= n'])('%s: who leaves it by break did not', (question) => {
    const { left, ended } = answers(search(question));
    expect(left.length).toBeGreaterThan(0);
    for (const path of left) expect(path).toMatch(/some\(\); return i$/);
    expect(ended.length).toBeGreaterThan(0);
    for (const path of ended) expect(path).toMatch(/none\(\); return i$/);
  });

  it.each([
    ['another limit', 'i == m', undefined],
    ['another question', 'i == n - 1', undefined],
    ['a counter that the loop changes itself', 'i == n', 'if (a(i)) { i = n; break; }'],
    ['a counter that others may change', 'i == n', 'if (a(&i)) break;'],
  ])('%s is asked for', (_, question, body) => {
    const { left } = answers(search(question, body));
    expect(left.some((path) => path.includes('none()'))).toBe(true);
    expect(left.some((path) => path.includes('some()'))).toBe(true);
  });
});
