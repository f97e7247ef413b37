/** Compiles one object of a (patched) driver folder against prepared kernel headers: the proof that a fix is C the kernel accepts. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { ensureHeaders, HEADERS_RELEASES, type Series } from '../../scripts/fetch-headers.mjs';

export interface CompileResult {
  ok: boolean;
  /** What make and the compiler printed, with paths relative to the driver folder's parent. */
  output: string;
}

/**
 * Compiles `object` (as "core/region.o", relative to `driverFolder`) with the warnings of W=1, out of a fresh copy, so that no older
 * object is taken for up to date. Headers of one release serve all of its series; an API that they lack is a compile error. Throws when
 * the headers cannot be had here.
 */
export function compileObject(driverFolder: string, object: string, series: Series = '6.12'): CompileResult {
  const headers = ensureHeaders(HEADERS_RELEASES[series]);
  const work = mkdtempSync(join(tmpdir(), 'devres-lens-compile-'));
  try {
    const copy = join(work, basename(resolve(driverFolder)));
    cpSync(driverFolder, copy, { recursive: true });
    // Trace headers of a driver are included relative to its folder.
    const flags = `KCFLAGS=-I${copy} -Wno-missing-include-dirs`;
    const make = spawnSync('make', ['-s', '-C', headers, `M=${copy}`, 'W=1', flags, object], { encoding: 'utf8' });
    if (make.error) throw make.error;
    return { ok: make.status === 0, output: `${make.stdout}${make.stderr}`.replaceAll(`${work}/`, '') };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** What clangd has to know to read a file of a module as the kernel's compiler does, one argument each. `headers` is the folder for `make -C`. */
export function clangFlags(headers: string, module: string): string[] {
  const common = headers.replace(/-\w+$/, '-common');
  const folders = ['arch/x86/include', 'include', 'arch/x86/include/uapi', 'include/uapi'];
  const generated = ['arch/x86/include/generated', 'include', 'arch/x86/include/generated/uapi', 'include/generated/uapi'];
  return [
    '-std=gnu11',
    '-nostdinc',
    '-fshort-wchar',
    '-Wno-everything',
    '-DMODULE',
    '-D__KERNEL__',
    `-DKBUILD_MODNAME="${module}"`,
    `-DKBUILD_BASENAME="${module}"`,
    ...folders.flatMap((folder, i) => [`-I${common}/${folder}`, `-I${headers}/${generated[i]}`]),
    ...['compiler-version', 'kconfig', 'compiler_types'].flatMap((name) => ['-include', `${common}/include/linux/${name}.h`]),
  ];
}

/** Compiles every C file of the driver folder `folder` of a tree that these texts replace; what is not `{ ok: true, output: '' }`. */
export function compileFixed(tree: string, folder: string, texts: Readonly<Record<string, string>>, series: Series): CompileResult[] {
  const work = mkdtempSync(join(tmpdir(), 'devres-lens-fixed-'));
  try {
    const driver = join(work, basename(folder));
    cpSync(join(tree, folder), driver, { recursive: true });
    for (const [path, text] of Object.entries(texts)) writeFileSync(join(driver, relative(folder, path)), text);
    const changed = Object.keys(texts).filter((path) => path.endsWith('.c'));
    const results = changed.map((path) => compileObject(driver, relative(folder, path).replace(/\.c$/, '.o'), series));
    return results.filter(({ ok, output }) => !ok || output !== '');
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
