/** Computes and applies the fix on texts, without exploring: what is offered to a user is explored by fixes/offers.ts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPatch } from 'diff';
import { extractFacts } from '../../../server/src/facts';
import { ownerRegistry } from '../../../server/src/fixes/owner-registry';
import type { Computed } from '../../../server/src/fixes/types';
import { discoverLifetimes } from '../../../server/src/lifetimes/discover';
import { Finals } from '../../../server/src/lifetimes/finals';
import { Roots } from '../../../server/src/lifetimes/roots';
import { linkProgram } from '../../../server/src/program';
import { applyEdits } from '../../../server/src/text';

export type Texts = Record<string, string>;

/** The C files of a folder and those below, by path relative to `root`. */
export function readTexts(root: string, folder = ''): Texts {
  const out: Texts = {};
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isDirectory()) Object.assign(out, readTexts(root, path));
    else if (/\.[ch]$/.test(entry.name)) out[path] = readFileSync(join(root, path), 'utf8');
  }
  return out;
}

/** The fix for the lifetime that ends objects of a struct by a function. */
export function compute(texts: Texts, tag: string, action: string): Computed {
  const program = linkProgram(
    Object.keys(texts)
      .sort()
      .map((path) => extractFacts(path, texts[path] ?? '')),
    {},
  );
  const roots = new Roots(program);
  const lifetimes = discoverLifetimes(program, roots);
  const lifetime = lifetimes.find((l) => l.tag === tag && l.action.fn.name === action);
  if (!lifetime) throw new Error(`no lifetime of struct ${tag} ends in ${action}()`);
  const text = (path: string) => texts[path] ?? '';
  const finding = { lifetime: { action, object: tag, host: null } } as never;
  const finals = new Finals(program);
  return ownerRegistry.compute({
    program,
    roots,
    finals,
    lifetime,
    lifetimes,
    finding,
    text,
    editable: (path) => path in texts,
    declares: () => true,
  });
}

/** The texts with the fix. Throws where it is refused. */
export function fixed(texts: Texts, tag: string, action: string): Texts {
  const computed = compute(texts, tag, action);
  if ('refused' in computed) throw new Error(computed.refused);
  return { ...texts, ...Object.fromEntries(computed.map(({ path, edits }) => [path, applyEdits(texts[path] ?? '', edits)])) };
}

/** Why the fix is refused. Throws where it is not. */
export function refusal(texts: Texts, tag: string, action: string): string {
  const computed = compute(texts, tag, action);
  if ('refused' in computed) return computed.refused;
  throw new Error('not refused');
}

/** Unified diff of all files, as `git apply` takes it. */
export function patch(before: Texts, after: Texts): string {
  return Object.keys(after)
    .filter((path) => before[path] !== after[path])
    .map(
      (path) =>
        `--- a/${path}\n+++ b/${path}\n${createPatch(path, before[path] ?? '', after[path] ?? '')
          .split('\n')
          .slice(4)
          .join('\n')}`,
    )
    .join('');
}
