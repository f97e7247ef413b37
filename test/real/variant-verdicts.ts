import { includedHeaders } from '../../server/src/engine/headers';
import { findingsOf, verdictsOf } from '../../server/src/engine/report';
import { Sources } from '../../server/src/engine/sources';
import { structuralFindings } from '../../server/src/engine/structural';
import { extractFacts } from '../../server/src/facts';
import type { FileFacts } from '../../server/src/facts/types';
import type { RuleId, Verdict } from '../../server/src/findings/types';
import { readTreeFile } from '../../server/src/host/read';
import { findTree } from '../../server/src/host/tree';
import { discoverLifetimes } from '../../server/src/lifetimes/discover';
import { Finals } from '../../server/src/lifetimes/finals';
import { Roots } from '../../server/src/lifetimes/roots';
import type { Lifetime } from '../../server/src/lifetimes/types';
import { linkProgram } from '../../server/src/program';
import { checkLifetime } from '../../server/src/races/check';
import { applyVariant, type Mutation, type PairKey, type Variant } from './variants';

const ACTION = 'unregister_region';
/** One of the region's own attributes, for all that take the same lock. */
const ATTRIBUTE = 'uuid_show';

/** Rules that speak of a place in the source, whichever threads get there. */
export const SITE_RULES: ReadonlySet<RuleId> = new Set([
  'non-atomic-guard',
  'wrong-host',
  'lockless-driver-check',
  'nowarn-in-driver',
  'unchecked-add-action',
  'unlocked-teardown-read',
]);

export interface Outcome {
  /** Rules found in the pairs of a column; absent where no such pair was explored. */
  columns: Map<PairKey, { rules: Set<RuleId>; incomplete: string[] }>;
  /** Rules found for a place in the source. */
  sites: Set<RuleId>;
}

const COLUMNS: Readonly<Record<string, PairKey>> = {
  'handler handler': 'handlerHandler',
  'handler unbind': 'handlerUnbind',
  'constructor handler': 'constructorHandler',
  'constructor unbind': 'constructorUnbind',
  'creator handler': 'creatorHandler',
  'creator unbind': 'creatorUnbind',
  'constructor attribute': 'constructorAttribute',
};

function role(entry: string): string {
  if (entry.startsWith('unbind(')) return 'unbind';
  if (entry === 'delete_region_store') return 'handler';
  if (/^create_\w+_region_store$/.test(entry)) return 'creator';
  return entry.endsWith('_probe') ? 'constructor' : 'attribute';
}

/** Facts by path and text: the variants of a tree share nearly all files. */
const cache = new Map<string, FileFacts>();

function factsOf(path: string, text: string): FileFacts {
  const key = `${path}\n${text}`;
  const known = cache.get(key) ?? extractFacts(path, text);
  cache.set(key, known);
  return known;
}

/**
 * Explores the region's lifetime in a changed tree: the creators and then the discovering constructor against the handler and unbind.
 * Of the region's own attributes one is explored; creators against each other are left out: no cell speaks of them.
 */
export function outcomeOf(kernels: string, variant: Pick<Variant | Mutation, 'tree' | 'edits'>): Outcome {
  const tree = findTree(`${kernels}/${variant.tree}`);
  const changed = applyVariant(kernels, variant);
  const disk = readTreeFile(tree.root);
  const read = (path: string) => changed.get(path) ?? disk(path);
  const sources = new Sources();
  const files = tree.files.map((path) => {
    const text = read(path) ?? '';
    sources.set(path, text);
    return factsOf(path, text);
  });
  const headers = includedHeaders(files, (path) => tree.files.includes(path), read, factsOf);
  for (const header of headers) sources.set(header.path, read(header.path) ?? '');
  const program = linkProgram(files, { headers });
  const roots = new Roots(program);
  const finals = new Finals(program);
  const lifetimes = discoverLifetimes(program, roots);
  const region = lifetimes.find((lifetime) => lifetime.action.fn.name === ACTION) as Lifetime;
  const isCreator = (name: string) => role(name) === 'creator';
  const results = [isCreator, (name: string) => !isCreator(name)].map((wanted) => {
    const users = region.users.filter((point) => point.name === ATTRIBUTE);
    const part = { ...region, users, constructors: region.constructors.filter((point) => wanted(point.name)) };
    const limits = { maxStates: 60_000, maxSteps: 50_000_000, deadline: Date.now() + 90_000, cancelled: () => false };
    return { ...checkLifetime(program, roots, finals, part, limits), lifetime: region };
  });
  const explored = findingsOf(results, sources);
  const structural = structuralFindings({ program, roots, lifetimes }, results, explored, sources);
  return { columns: columnsOf(verdictsOf(results)), sites: new Set([...explored, ...structural].map((finding) => finding.rule)) };
}

function columnsOf(verdicts: readonly Verdict[]): Outcome['columns'] {
  const columns: Outcome['columns'] = new Map();
  for (const { pair, rules, reason } of verdicts) {
    const key = COLUMNS[pair.map(role).join(' ')];
    if (!key) continue;
    const column = columns.get(key) ?? { rules: new Set(), incomplete: [] };
    for (const rule of rules) column.rules.add(rule);
    if (reason) column.incomplete.push(`${pair.join(' × ')}: ${reason}`);
    columns.set(key, column);
  }
  return columns;
}
