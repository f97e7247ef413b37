/** Compiles one object of a (patched) driver folder against prepared kernel headers: the proof that a fix is C the kernel accepts. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { ensureHeaders } from '../../scripts/fetch-headers.mjs';

export interface CompileResult {
  ok: boolean;
  /** What make and the compiler printed, with paths relative to the driver folder's parent. */
  output: string;
}

/**
 * Compiles `object` (as "core/region.o", relative to `driverFolder`) out of a fresh copy, so that no older object is taken for up to date.
 * Headers of one 6.12.y serve all of 6.12.y; an API that they lack is a compile error. Throws when the headers cannot be had here.
 */
export function compileObject(driverFolder: string, object: string): CompileResult {
  const headers = ensureHeaders();
  const work = mkdtempSync(join(tmpdir(), 'devres-lens-compile-'));
  try {
    const copy = join(work, basename(resolve(driverFolder)));
    cpSync(driverFolder, copy, { recursive: true });
    // Trace headers of a driver are included relative to its folder.
    const flags = `KCFLAGS=-I${copy} -Wno-missing-include-dirs`;
    const make = spawnSync('make', ['-s', '-C', headers, `M=${copy}`, flags, object], { encoding: 'utf8' });
    if (make.error) throw make.error;
    return { ok: make.status === 0, output: `${make.stdout}${make.stderr}`.replaceAll(`${work}/`, '') };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
