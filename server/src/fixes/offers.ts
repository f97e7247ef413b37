import type { Finding } from '../findings/types';
import { editsBetween, linesTouched } from './combine';
import { COMBINATIONS, FIXES } from './index';
import type { Computed, ExploredFix, FileEdits, Fix, FixContext } from './types';
import { compare, type Explored, verdictText } from './verify';

/** A tree as a fix sees it, and the same tree with edits. */
export interface FixTree {
  /** Null where the finding's lifetime is not in the tree. */
  context(finding: Finding): FixContext | null;
  edited(edits: readonly FileEdits[]): FixTree;
  /** Syntax errors in the checked files. */
  errors(): number;
  /** Explores the lifetimes of these objects. */
  explored(objects: ReadonlySet<string>): Explored;
}

interface Candidate extends Pick<Fix, 'id' | 'title' | 'description' | 'stopgap'> {
  /** What the change does, in full. */
  change: string;
  edits: FileEdits[];
  /** The tree with the edits: reading and linking it takes as long as half of its exploration. */
  edited: FixTree;
}

/**
 * The fixes that resolve a finding: each was applied to a copy of the texts, which still parses and was explored again, and nothing was
 * found there that was not there before. The preferred one stands first. `known` keeps what was explored for other findings of the
 * lifetime; null: cannot be applied, resolves nothing, or adds something.
 */
export function offersFor(finding: Finding, tree: FixTree, known: Map<string, ExploredFix | null>): ExploredFix[] {
  const context = tree.context(finding);
  if (!context) return [];
  const objects = objectsOf(context);
  const judge = (fixes: readonly Fix[]): ExploredFix[] => {
    const key = `${context.lifetime.action.fn.name} ${context.lifetime.tag} ${idOf(fixes)}`;
    let offer = known.get(key);
    if (offer === undefined) {
      const candidate = combine(fixes, finding, tree, context);
      offer = candidate && explore(candidate, tree, context.lifetime.tag, objects, tree.explored(objects));
      known.set(key, offer);
    }
    return offer?.resolves.includes(finding.rule) ? [offer] : [];
  };
  const answers = (fixes: readonly Fix[]) => fixes.some((fix) => fix.rules.includes(finding.rule));
  const offers = FIXES.map((fix) => [fix])
    .filter(answers)
    .flatMap(judge);
  // Several changes where one leaves nothing are more than a reader should have to weigh.
  if (!offers.some((offer) => offer.leaves.length === 0)) offers.push(...COMBINATIONS.filter(answers).flatMap(judge));
  return ranked(offers, context).map((offer, i) => ({ ...offer, preferred: i === 0 && !offer.stopgap }));
}

/** One fix or combination, by its id, whatever else there is; null where it cannot be applied, resolves nothing or adds something. */
export function offerOf(id: string, finding: Finding, tree: FixTree): ExploredFix | null {
  const context = tree.context(finding);
  const parts = [...FIXES.map((fix) => [fix]), ...COMBINATIONS].find((fixes) => idOf(fixes) === id);
  const candidate = context && parts && combine(parts, finding, tree, context);
  if (!candidate) return null;
  const objects = objectsOf(context);
  return explore(candidate, tree, context.lifetime.tag, objects, tree.explored(objects));
}

function objectsOf({ lifetime }: FixContext): Set<string> {
  return new Set([lifetime.tag, ...lifetime.owners]);
}

function idOf(fixes: readonly Fix[]): string {
  return fixes.map((fix) => fix.id).join('+');
}

/** Why each fix cannot be applied here; null for those that can. */
export function refusals(finding: Finding, tree: FixTree): Map<string, string | null> {
  const context = tree.context(finding);
  return new Map(FIXES.map((fix) => [fix.id, context ? refusalOf(fix, context) : 'the lifetime is not in the tree any more']));
}

function refusalOf(fix: Fix, context: FixContext): string | null {
  const missing = fix.needs.find((api) => !context.declares(api));
  if (missing) return `this tree does not declare ${missing}`;
  const computed = fix.compute(context);
  return 'refused' in computed ? computed.refused : null;
}

function computedBy(fix: Fix, context: FixContext): FileEdits[] | null {
  if (!fix.needs.every((api) => context.declares(api))) return null;
  const computed: Computed = fix.compute(context);
  return 'refused' in computed || !editable(computed, context) ? null : computed;
}

function editable(edits: readonly FileEdits[], context: FixContext): boolean {
  return edits.some((file) => file.edits.length > 0) && edits.every((file) => context.editable(file.path));
}

function combine(fixes: readonly Fix[], finding: Finding, tree: FixTree, context: FixContext): Candidate | null {
  const paths = new Set<string>();
  let edited = tree;
  for (const fix of fixes) {
    const before = edited.context(finding);
    const edits = before && computedBy(fix, before);
    if (!edits) return null;
    for (const file of edits) paths.add(file.path);
    edited = edited.edited(edits);
  }
  const after = edited.context(finding);
  if (!after) return null;
  return {
    id: idOf(fixes),
    title: fixes.length === 1 ? (fixes[0]?.title ?? '') : capital(joined(fixes.map(({ brief, title }) => brief ?? title))),
    change: capital(joined(fixes.map(({ title }) => title.charAt(0).toLowerCase() + title.slice(1)))),
    description: fixes.map((fix) => fix.description).join('\n\n'),
    edits: [...paths].map((path) => editsBetween(path, context.text(path), after.text(path))).filter((file) => file.edits.length > 0),
    edited,
    ...(fixes.some((fix) => fix.stopgap) && { stopgap: true as const }),
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function joined(titles: readonly string[]): string {
  return titles.length < 2 ? titles.join('') : `${titles.slice(0, -1).join(', ')} and ${titles.at(-1)}`;
}

function explore(candidate: Candidate, tree: FixTree, object: string, objects: ReadonlySet<string>, before: Explored): ExploredFix | null {
  const { edited } = candidate;
  if (edited.errors() > tree.errors()) return null;
  const { resolves, leaves, added, unjudged } = compare(object, before, edited.explored(objects));
  if (resolves.length === 0 || added.length > 0 || unjudged.length > 0) return null;
  const { id, title, change, description, edits } = candidate;
  return {
    id,
    title: `${title}${verdictText({ resolves, leaves })}`,
    change,
    description,
    resolves,
    leaves,
    edits,
    preferred: false,
    ...(candidate.stopgap && { stopgap: true as const }),
  };
}

/** What leaves least first, then what touches least; a stopgap comes after what leaves as much. */
function ranked(offers: ExploredFix[], context: FixContext): ExploredFix[] {
  const cost = (offer: ExploredFix) => [
    offer.leaves.length,
    offer.stopgap ? 1 : 0,
    linesTouched((path) => context.text(path), offer.edits),
  ];
  const order = offers.map((offer) => ({ offer, cost: cost(offer) }));
  order.sort((a, b) => a.cost.map((value, i) => value - (b.cost[i] ?? 0)).find((d) => d !== 0) ?? 0);
  return order.map(({ offer }) => offer);
}
