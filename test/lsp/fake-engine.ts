import type { CheckOptions, Engine } from '../../server/src/engine/types';
import type { FixProvider } from '../../server/src/features/fix-provider';
import type { CheckReport, Finding, Verdict } from '../../server/src/findings/types';

/**
 * An engine for tests of the protocol alone: a finding wherever a text says RACE(x). SLOW in a text keeps the check
 * from ending before it is cancelled, CRASH makes it throw, UNDECIDED leaves a pair open.
 */
export class FakeEngine implements Engine, FixProvider {
  readonly files = new Map<string, string>();
  options: CheckOptions | undefined;

  setFile(path: string, text: string): void {
    if (text.includes('UNREADABLE')) throw new Error('cannot parse this');
    this.files.set(path, text);
  }

  removeFile(path: string): void {
    this.files.delete(path);
  }

  check(options?: CheckOptions): CheckReport {
    this.options = options;
    const texts = [...this.files.values()].join('\n');
    if (texts.includes('CRASH')) throw new Error('engine failure');
    while (texts.includes('SLOW')) if (options?.cancelled?.()) throw new Error('cancelled');
    const verdicts: Verdict[] = texts.includes('UNDECIDED')
      ? [{ action: 'a', object: 'o', pair: ['x', 'y'], verdict: 'incomplete', rules: [], reason: 'too many states', bounds: '', states: 1 }]
      : [];
    const stats = { files: this.files.size, lines: 0, functions: 0, parseErrors: 0, ms: {} };
    return { version: 1, root: '', findings: this.#findings(), verdicts, stats };
  }

  lifetimes(): never[] {
    return [];
  }

  graph(): { nodes: never[]; edges: never[] } {
    return { nodes: [], edges: [] };
  }

  hover(path: string, offset: number): { markdown: string; at: number; end: number } | null {
    const text = this.files.get(path) ?? '';
    if (text.includes('BADHOVER')) throw new Error('hover failure');
    for (const match of text.matchAll(/\w+/g)) {
      const end = match.index + match[0].length;
      if (match.index <= offset && offset <= end) return { markdown: `**${match[0]}**`, at: match.index, end };
    }
    return null;
  }

  parseErrors(): never[] {
    return [];
  }

  fixes(path: string, at: number) {
    const here = this.#findings().filter((finding) => finding.file === path && offsetOf(this.files.get(path) ?? '', finding) === at);
    return here.map(({ fingerprint }) => ({ id: 'make-safe', title: 'Make it safe', isPreferred: true, fingerprint }));
  }

  edits(_id: string, fingerprint: string) {
    const finding = this.#findings().find((candidate) => candidate.fingerprint === fingerprint);
    if (!finding) return { refused: 'the finding is gone' };
    const at = offsetOf(this.files.get(finding.file) ?? '', finding);
    return [{ path: finding.file, edits: [{ at, end: at + 'RACE'.length, text: 'SAFE' }] }];
  }

  #findings(): Finding[] {
    return [...this.files].flatMap(([path, text]) =>
      [...text.matchAll(/RACE\((\w+)\)/g)].map((match) => finding(path, text, match.index, match[1] ?? '')),
    );
  }
}

function offsetOf(text: string, { line, column }: Finding): number {
  const lines = text.split('\n').slice(0, line - 1);
  return lines.reduce((sum, current) => sum + current.length + 1, 0) + column - 1;
}

function finding(file: string, text: string, at: number, name: string): Finding {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = at - before.lastIndexOf('\n');
  const step = (thread: number, where: number, what: string) => ({ thread, file, line: where, function: 'store', op: 'use', text: what });
  return {
    rule: 'double-release',
    severity: 'warning',
    message: `${name} is released twice`,
    file,
    line,
    column,
    function: 'store',
    lifetime: { action: 'release', object: name, host: 'dev' },
    threads: [
      { name: 'CPU 0', entry: 'store', kind: 'sysfs-store', file, line },
      { name: 'CPU 1', entry: 'unbind(dev)', kind: 'unbind', file, line: 1 },
    ],
    trace: [step(0, line, `find ${name}`), step(1, 1, 'devres_release_all(dev)'), step(0, line, `release ${name}`)],
    pairs: [['store', 'unbind(dev)']],
    assumptions: ['two writers'],
    fixes: [],
    fingerprint: `${file}:${name}`,
  };
}
