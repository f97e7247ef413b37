import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { createEngine } from '../../server/src/engine';
import { type FixEngine, fixEngineOf } from '../../server/src/engine/fix-engine';
import type { Engine } from '../../server/src/engine/types';
import type { Finding, RuleId } from '../../server/src/findings/types';
import type { FileEdits } from '../../server/src/fixes';
import { applyEdits } from '../../server/src/text';

export type Texts = Record<string, string>;

/** What a header of a newer kernel declares besides what every kernel has. */
export const WITH_NOWARN: Texts = {
  'include/linux/device/devres.h': 'int devm_remove_action_nowarn(struct device *dev, void (*action)(void *), void *data);\n',
  'include/linux/device.h': 'struct device *get_device(struct device *dev);\nvoid put_device(struct device *dev);\n',
  'include/linux/atomic/atomic-instrumented.h': 'static inline int atomic_xchg(atomic_t *v, int new) { return raw_xchg(v, new); }\n',
  'include/asm-generic/barrier.h': '#define smp_store_release(p, v) do { } while (0)\n#define smp_load_acquire(p) (*p)\n',
};

/** The C files of a folder. */
export function textsOf(folder: string): Texts {
  const names = readdirSync(folder).filter((name) => /\.[ch]$/.test(name));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** An engine on these files; headers are there to be looked up only. */
export function engineOn(texts: Texts, headers: Texts = {}): Engine & FixEngine {
  const engine = createEngine('', (path) => texts[path] ?? headers[path] ?? null);
  for (const [path, text] of Object.entries(texts)) engine.setFile(path, text);
  const fixes = fixEngineOf(engine);
  if (!fixes) throw new Error('the engine has no fixes');
  return Object.assign(engine, fixes);
}

export function finding(engine: Engine, object: string, rule?: RuleId): Finding {
  const found = engine.check().findings.find((f) => f.lifetime.object === object && (!rule || f.rule === rule));
  if (!found) throw new Error(`no finding on struct ${object}`);
  return found;
}

export function edited(texts: Texts, files: readonly FileEdits[]): Texts {
  return { ...texts, ...Object.fromEntries(files.map(({ path, edits }) => [path, applyEdits(texts[path] ?? '', edits)])) };
}

/** What `--dry-run` prints. */
export function diffOf(before: Texts, after: Texts): string {
  return Object.keys(after)
    .sort()
    .filter((path) => before[path] !== after[path])
    .map((path) =>
      createTwoFilesPatch(`a/${path}`, `b/${path}`, before[path] ?? '', after[path] ?? '', undefined, undefined, {
        headerOptions: FILE_HEADERS_ONLY,
      }),
    )
    .join('');
}

/** Rules that are violated on an object, as a full check of the texts sees it. */
export function rulesOn(texts: Texts, object: string, headers: Texts = {}): RuleId[] {
  const { findings } = engineOn(texts, headers).check();
  const counted = findings.filter((f) => f.lifetime.object === object && f.severity !== 'information');
  return [...new Set(counted.map(({ rule }) => rule))].sort();
}
