import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../../server/src/cli/program';
import type { Engine, LifetimeView, Place, ReadFile } from '../../server/src/engine/types';
import { fingerprint } from '../../server/src/findings/fingerprint';
import { ruleInfo } from '../../server/src/findings/registry';
import type { CheckReport, Finding, RuleId, Verdict, VerdictKind } from '../../server/src/findings/types';

/** A folder with these files; the caller removes it with `remove`. */
export function makeTree(files: Record<string, string>): { root: string; write: (path: string, text: string) => void; remove: () => void } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'devres-lens-')));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  return { root, write, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/**
 * An engine that takes its results from the texts: a line `RULE FUNCTION` in a comment is a finding there,
 * `pair clean|violated|incomplete` a verdict, `crash` an exception, `exit` the end of the process.
 */
export function fakeEngine(root: string, readFile: ReadFile): Engine {
  const files = new Map<string, string>();
  const lines = () => [...files].flatMap(([file, text]) => text.split('\n').map((line, index) => ({ file, line, at: index + 1 })));
  return {
    setFile: (path, text) => {
      if (text.includes('crash in setFile')) throw new Error('unexpected node');
      if (text.includes('exit in setFile')) process.exit(9);
      files.set(path, text);
    },
    removeFile: (path) => void files.delete(path),
    check: () => {
      if ([...files.values()].some((text) => text.includes('crash in check'))) throw new Error('no such state');
      return report(root, lines(), readFile);
    },
    lifetimes: () => lines().flatMap(({ file, line, at }) => view(file, line, at)),
    structure: () => ({ attributes: [], locks: [], graph: { nodes: [], edges: [] } }),
    graph: () => ({
      nodes: [
        { id: 'a"b', label: 'del_store\n"x"', kind: 'handler', place: place([...files.keys()][0] ?? 'none.c', 1) },
        { id: 'core\\', label: 'devres_release_all', kind: 'core', place: null },
      ],
      edges: [
        { from: 'a"b', to: 'core\\', kind: 'call', place: null },
        { from: 'core\\', to: 'a"b', kind: 'runs-action', place: null },
        { from: 'core\\', to: 'a"b', kind: 'drains', place: null },
      ],
    }),
    replay: () => null,
    parseErrors: () => lines().flatMap(({ file, line, at }) => (line.includes('@@') ? [{ file, error: parseError(at, line) }] : [])),
  };
}

interface Line {
  file: string;
  line: string;
  at: number;
}

function report(root: string, lines: Line[], readFile: ReadFile): CheckReport {
  return {
    version: 1,
    root,
    findings: lines.flatMap(({ file, line, at }) => {
      const match = /^\/\/ found ([a-z-]+) (\w+)/.exec(line);
      return match ? [finding({ rule: match[1] as RuleId, function: match[2] as string, file, line: at })] : [];
    }),
    verdicts: lines.flatMap(({ file, line }) => {
      const match = /^\/\/ pair (\w+)/.exec(line);
      return match ? [verdict(match[1] as VerdictKind, file)] : [];
    }),
    stats: { files: lines.length, lines: lines.length, functions: 0, parseErrors: 0, ms: { read: readFile('missing.h') === null ? 0 : 1 } },
  };
}

export function finding(over: Partial<Finding> = {}): Finding {
  const rule = over.rule ?? 'release-vs-unbind';
  const file = over.file ?? 'drivers/foo/bar.c';
  const base: Omit<Finding, 'fingerprint'> = {
    rule,
    severity: ruleInfo(rule).severity,
    message: 'del_store() releases kill_child, which devres_release_all() may already have taken',
    file,
    line: 12,
    column: 2,
    function: 'del_store',
    lifetime: { action: 'kill_child', object: 'child', host: 'parent->dev' },
    threads: [
      { name: 'CPU 0', entry: 'del_store', kind: 'sysfs-store', file, line: 10 },
      { name: 'CPU 1', entry: 'unbind(parent->dev)', kind: 'unbind', file, line: 30 },
    ],
    trace: [
      { thread: 0, file, line: 11, function: 'del_store', op: 'find', text: 'find_child(parent, buf)' },
      { thread: 1, file, line: 30, function: 'devres_release_all', op: 'devres-release-all', text: 'takes all entries off parent->dev' },
      {
        thread: 0,
        file,
        line: 40,
        function: 'drop_child',
        op: 'release-action',
        text: 'devm_release_action(parent->dev, kill_child, child)',
      },
    ],
    pairs: [['del_store', 'unbind(parent->dev)']],
    assumptions: ['two writers may hold the attribute open at once'],
    fixes: [{ id: 'owner-remove', title: 'Let the remover tear down (resolves 1 of 1)', resolves: [rule], leaves: [] }],
    ...over,
  };
  return { ...base, fingerprint: fingerprint(base) };
}

export function verdict(kind: VerdictKind, action = 'kill_child'): Verdict {
  return {
    action,
    object: 'child',
    pair: ['del_store', 'del_store'],
    verdict: kind,
    rules: kind === 'violated' ? ['double-release'] : [],
    ...(kind === 'incomplete' ? { reason: 'more than 10 states' } : {}),
    bounds: '2 threads, loops once',
    states: 42,
  };
}

function view(file: string, line: string, at: number): LifetimeView[] {
  const match = /^\/\/ pair (\w+)/.exec(line);
  if (!match) return [];
  const own = verdict(match[1] as VerdictKind, file);
  const store = { entry: 'del_store', kind: 'sysfs-store' as const, place: place(file, at), site: place(file, at + 1) };
  return [
    {
      action: file,
      object: 'child',
      host: 'parent->dev',
      actionPlace: place(file, at),
      registrations: [{ ...place(file, at), host: { id: 'host', text: 'host', struct: null, within: 'probe' }, rank: 0 }],
      constructors: [],
      releasers: [store],
      users: [],
      unwind: ['kill_child'],
      drains: ["del_store is drained by the removal of struct parent's device"],
      verdicts: [own],
    },
  ];
}

function place(file: string, line: number): Place {
  return { file, line, column: 1, at: 0, end: 1 };
}

function parseError(line: number, text: string) {
  return { at: 0, line, kind: 'ERROR' as const, text, inside: true };
}

/** Runs a command line with the fake engine and returns what it said. */
export async function cli(cwd: string, ...argv: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const io = {
    cwd,
    colour: false,
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    startPool: async () => null,
    cache: () => null,
    createEngine: async () => fakeEngine,
  };
  const status = await run(argv, io);
  return { status, out, err };
}
