import { describe, expect, it } from 'vitest';
import { lower, pathsOf } from './paths';

describe('guard', () => {
  it('is released at every exit, after the value of return was computed', () => {
    expect(pathsOf('guard(mutex)(&o->lock); if (x) return a(o); b();', 'struct owner *o, int x')).toEqual([
      '$1 = o.lock; guard:mutex($1); if x; $2 = a(o); unguard:mutex($1); return $2',
      '$1 = o.lock; guard:mutex($1); if not x; b(); unguard:mutex($1); return',
    ]);
  });

  it('a value that the unlock could change is saved before it', () => {
    expect(pathsOf('guard(mutex)(&o->lock); return o->n;', 'struct owner *o')).toEqual([
      '$1 = o.lock; guard:mutex($1); $2 = *(o.n); unguard:mutex($1); return $2',
    ]);
  });

  it('two guards are released in reverse order, inner scopes before outer ones', () => {
    expect(pathsOf('guard(device)(d); { guard(mutex)(m); a(); } b();', 'void *d, void *m')).toEqual([
      '$1 = d; guard:device($1); $2 = m; guard:mutex($2); a(); unguard:mutex($2); b(); unguard:device($1); return',
    ]);
  });

  it('break, continue and goto release what they leave', () => {
    expect(
      pathsOf(
        'while (a()) { guard(mutex)(m); if (x) break; if (y) continue; if (z) goto out; } b(); out: c();',
        'void *m, int x, int y, int z',
      ),
    ).toEqual([
      '$1 = a(); if $1; $2 = m; guard:mutex($2); if x; unguard:mutex($2); b(); c(); return',
      '$1 = a(); if $1; $2 = m; guard:mutex($2); if not x; if y; unguard:mutex($2); again',
      '$1 = a(); if $1; $2 = m; guard:mutex($2); if not x; if not y; if z; unguard:mutex($2); c(); return',
      '$1 = a(); if $1; $2 = m; guard:mutex($2); if not x; if not y; if not z; unguard:mutex($2); again',
      '$1 = a(); if not $1; b(); c(); return',
    ]);
  });

  it('a goto backwards over the guard in its own scope releases it', () => {
    expect(pathsOf('again: a(); guard(mutex)(&m); if (x) goto again; b();', 'int x')[0]).toBe(
      'a(); guard:mutex(@m); if x; unguard:mutex(@m); again',
    );
  });

  it('the release is marked implicit and stands at the exit', () => {
    const text = 'guard(mutex)(&m); return 0;';
    const fn = lower(text);
    const release = fn.nodes.find((node) => node.k === 'call' && node.callee === 'unguard:mutex');
    const exit = fn.nodes.find((node) => node.k === 'return');
    expect(release).toMatchObject({ implicit: true, at: exit?.at });
  });
});

describe('scoped_guard', () => {
  it('covers its statement', () => {
    expect(pathsOf('scoped_guard(mutex, &m) { a(); } b();')).toEqual(['guard:mutex(@m); a(); unguard:mutex(@m); b(); return']);
    expect(pathsOf('scoped_guard(mutex, &m) a(); b();')).toEqual(['guard:mutex(@m); a(); unguard:mutex(@m); b(); return']);
  });

  it('without arguments', () => {
    expect(pathsOf('scoped_guard(rcu) { a(); } b();')).toEqual(['guard:rcu(); a(); unguard:rcu(); b(); return']);
  });

  it('of a conditional class skips its body where the lock was not taken', () => {
    expect(pathsOf('scoped_guard(mutex_intr, &m) { return 1; } return -4;')).toEqual([
      '$1 = guard:mutex_intr(@m); if $1; return -4',
      '$1 = guard:mutex_intr(@m); if not $1; unguard:mutex_intr(@m); return 1',
    ]);
  });

  it('scoped_cond_guard runs its fail statement where the lock was not taken', () => {
    expect(pathsOf('scoped_cond_guard(mutex_intr, return -EINTR, &m) { a(); } return 0;')).toEqual([
      '$1 = guard:mutex_intr(@m); if $1; return -@EINTR',
      '$1 = guard:mutex_intr(@m); if not $1; a(); unguard:mutex_intr(@m); return 0',
    ]);
    expect(pathsOf('while (x) { scoped_cond_guard(mutex_try, continue, &m) a(); }', 'int x')).toEqual([
      'if x; $1 = guard:mutex_try(@m); if $1; again',
      'if x; $1 = guard:mutex_try(@m); if not $1; a(); unguard:mutex_try(@m); again',
      'if not x; return',
    ]);
    expect(pathsOf('scoped_cond_guard(mutex_try, goto out, &m) a(); out: b();')[0]).toBe('$1 = guard:mutex_try(@m); if $1; b(); return');
  });
});

describe('cond_guard', () => {
  it('holds for the rest of the scope, or runs its fail statement', () => {
    expect(pathsOf('cond_guard(mutex_intr, return -EINTR, &m); a(); return 0;')).toEqual([
      '$1 = guard:mutex_intr(@m); if $1; return -@EINTR',
      '$1 = guard:mutex_intr(@m); if not $1; a(); unguard:mutex_intr(@m); return 0',
    ]);
  });
});

describe('ACQUIRE, CLASS and __free', () => {
  it('ACQUIRE is released only where it succeeded', () => {
    expect(
      pathsOf('int rc; ACQUIRE(rwsem_read_intr, sem)(&s); if ((rc = ACQUIRE_ERR(rwsem_read_intr, &sem))) return rc; a(); return 0;'),
    ).toEqual([
      'sem = guard:rwsem_read_intr(@s); rc = sem; if rc; if sem; return rc',
      'sem = guard:rwsem_read_intr(@s); rc = sem; if rc; if not sem; unguard:rwsem_read_intr(@s); return rc',
      'sem = guard:rwsem_read_intr(@s); rc = sem; if not rc; a(); if sem; return 0',
      'sem = guard:rwsem_read_intr(@s); rc = sem; if not rc; a(); if not sem; unguard:rwsem_read_intr(@s); return 0',
    ]);
  });

  it('CLASS hands its variable to the release', () => {
    expect(pathsOf('CLASS(thing, t)(x); use(t);', 'int x')).toEqual(['$1 = x; t = guard:thing($1); use(t); unguard:thing(t); return']);
  });

  it('__free runs at every exit with the variable', () => {
    expect(pathsOf('struct s *p __free(kfree) = get(); if (!p) return -1; use(p); return 0;')).toEqual([
      'p = get(); if p; use(p); free:kfree(p); return 0',
      'p = get(); if not p; free:kfree(p); return -1',
    ]);
  });

  it('no_free_ptr and return_ptr take the pointer out', () => {
    expect(pathsOf('struct s *p __free(kfree) = get(); return no_free_ptr(p);')).toEqual([
      'p = get(); $1 = p; p = 0; free:kfree(p); return $1',
    ]);
    expect(pathsOf('struct s *p __free(kfree) = get(); return_ptr(p);')).toEqual(['p = get(); $1 = p; p = 0; free:kfree(p); return $1']);
  });

  it('two declarations are released newest first', () => {
    expect(pathsOf('struct s *p __free(put_p) = a(); struct s *q __free(put_q) = b(); return 0;')).toEqual([
      'p = a(); q = b(); free:put_q(q); free:put_p(p); return 0',
    ]);
  });
});
