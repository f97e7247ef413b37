// What other checkers take on the same files. Those that read preprocessed C get the compile flags of prepared kernel headers.
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ensureHeaders, HEADERS_RELEASES } from '../fetch-headers.mjs';
import { capture, filesBelow, hasProgram, say } from '../lib/exec.mjs';
import { spread, timeOf } from './measure.mjs';

/** Processor and wall seconds of each tool that is installed, on the C files of a folder that compile with the prepared headers. */
export function otherTools(tree, folder, rounds) {
  const work = mkdtempSync(join(tmpdir(), 'devres-lens-tools-'));
  try {
    const copy = join(work, basename(folder));
    cpSync(join(tree, folder), copy, { recursive: true });
    const files = filesBelow(copy).filter((path) => path.endsWith('.c'));
    const flags = compileFlags(copy);
    return tools(copy, files, flags, tree)
      .filter(({ program }) => hasProgram(program))
      .map(({ name, program, commands }) => {
        say(name);
        const runs = Array.from({ length: rounds }, () => {
          const times = commands.map(([command, ...args]) => timeOf(command, args, { cwd: flags.cwd }));
          return { wall: sum(times, 'wall'), cpu: sum(times, 'cpu'), failed: times.filter(({ status }) => status !== 0).length };
        });
        return {
          name,
          version: versionOf(program),
          wall: spread(runs.map(({ wall }) => wall)),
          cpu: spread(runs.map(({ cpu }) => cpu)),
          runs: commands.length,
          failed: Math.max(...runs.map(({ failed }) => failed)),
        };
      })
      .filter(({ name, runs, failed }) => {
        if (failed === runs) say(`${name} is left out: it fails on every file`);
        return failed < runs;
      });
  } catch (error) {
    say(`other tools are left out: ${error.message}`);
    return [];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Include paths and definitions that the kernel's makefiles give the compiler, from a dry run of one object. */
function compileFlags(copy) {
  const cwd = ensureHeaders(HEADERS_RELEASES['6.12']);
  const extra = [`-I${copy}`, '-Wno-missing-include-dirs'];
  const make = ['-C', cwd, `M=${copy}`, 'V=1', '-n', `KCFLAGS=${extra.join(' ')}`, 'modules'];
  const { stdout } = capture('make', make);
  const line = stdout.split('\n').find((text) => /\bgcc(-\d+)? .* -c -o /.test(text)) ?? '';
  const words = (line.match(/\bgcc(-\d+)? (.*?) -c -o /)?.[2] ?? '').split(/\s+/).map((word) => word.replace(/^'|'$/g, ''));
  const kept = [];
  for (let i = 0; i < words.length; i++) {
    // Those that name the object are quoted for the shell, and differ from object to object.
    if (/^-(I|D)/.test(words[i]) && !/KBUILD_/.test(words[i])) kept.push(words[i]);
    else if (words[i] === '-include' || words[i] === '-isystem') kept.push(words[i], words[++i]);
  }
  const names = ['-DMODULE', '-DKBUILD_MODNAME="m"', '-DKBUILD_BASENAME="m"', '-DKBUILD_MODFILE="m"', '-D__KBUILD_MODNAME=kmod_m'];
  return { cwd, kept: [...kept, ...names, ...extra], std: ['-std=gnu11'] };
}

function tools(copy, files, { kept, std }, tree) {
  const each = (...command) => files.map((file) => [...command, file]);
  const scripts = join(tree, 'scripts', 'coccinelle');
  return [
    { name: 'sparse', program: 'sparse', commands: each('sparse', '-D__CHECKER__', '-Wno-unknown-attribute', ...kept) },
    { name: 'cppcheck', program: 'cppcheck', commands: [['cppcheck', '--quiet', '--enable=warning', `-I${join(tree, 'include')}`, copy]] },
    {
      name: "coccinelle (the kernel's own scripts)",
      program: 'spatch',
      commands: cocciScripts(scripts).map((script) => [
        'spatch',
        '-D',
        'report',
        '--very-quiet',
        '--no-show-diff',
        '--cocci-file',
        script,
        '--dir',
        copy,
      ]),
    },
    {
      name: "clang-tidy's analyzer",
      program: 'clang-tidy',
      commands: files.map((file) => ['clang-tidy', '--quiet', '-checks=-*,clang-analyzer-*', file, '--', ...std, ...kept]),
    },
    {
      name: 'gcc -fanalyzer',
      program: 'gcc-12',
      commands: each('gcc-12', ...std, '-O2', '-w', '-fanalyzer', '-fshort-wchar', '-c', '-o', '/dev/null', ...kept),
    },
  ].filter(({ commands }) => commands.length > 0);
}

/** Scripts that report; those that only patch are left out. */
function cocciScripts(folder) {
  const all = filesBelow(folder).filter((path) => path.endsWith('.cocci'));
  return all.filter((path) => /^virtual report$/m.test(readFileSync(path, 'utf8'))).sort();
}

function versionOf(program) {
  return /\d+\.\d[\w.]*/.exec(capture(program, ['--version']).stdout)?.[0] ?? '';
}

function sum(rows, key) {
  return rows.reduce((total, row) => total + row[key], 0);
}
