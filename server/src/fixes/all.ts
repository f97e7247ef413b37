import type { Finding } from '../findings/types';
import { editsBetween } from './combine';
import { FIXES } from './index';
import { type FixTree, offerOf } from './offers';
import type { FileEdits } from './types';

/**
 * The safe fixes of all these findings at once, each computed on what those before it leave and taken only where nothing of its lifetime
 * is left then. Empty where there is nothing to do, so also after it was done.
 */
export function fixAll(findings: readonly Finding[], tree: FixTree): FileEdits[] {
  const paths = new Set<string>();
  const fixed = new Set<string>();
  let edited = tree;
  for (const finding of findings)
    for (const fix of FIXES) {
      const key = `${fix.id} ${finding.lifetime.action} ${finding.lifetime.object}`;
      if (!fix.safe || !fix.rules.includes(finding.rule) || fixed.has(key)) continue;
      const offer = offerOf(fix.id, finding, edited);
      if (!offer || offer.leaves.length > 0) continue;
      fixed.add(key);
      for (const { path } of offer.edits) paths.add(path);
      edited = edited.edited(offer.edits);
    }
  const [first] = findings;
  const before = first && tree.context(first);
  const after = first && edited.context(first);
  if (!before || !after) return [];
  return [...paths].map((path) => editsBetween(path, before.text(path), after.text(path))).filter(({ edits }) => edits.length > 0);
}
