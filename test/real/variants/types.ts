import type { RuleId } from '../../../server/src/findings/types';

/** Replaces the one occurrence of `find` in a file of the tree. Later edits of a file see the result of earlier ones. */
export interface Edit {
  /** Path relative to the tree's root. */
  file: string;
  /** Exact text, as short as unique allows. */
  find: string;
  replace: string;
}

export type Tree = '6.12.113' | '6.12.117';

/**
 * Which two entry points run at once. The handler is the store handler that
 * deletes (with the work item that it queues, where there is one), the creator
 * the store handlers that create, the constructor the probe that discovers
 * what firmware configured, unbind that of the host.
 */
export type PairKey =
  | 'handlerHandler'
  | 'handlerUnbind'
  | 'constructorHandler'
  | 'constructorUnbind'
  | 'creatorHandler'
  | 'creatorUnbind'
  | 'constructorAttribute';

/** What must be found at least, by pair. An empty list says that the pair must be clean. */
export interface Expectation {
  handlerHandler: RuleId[];
  handlerUnbind: RuleId[];
  constructorHandler: RuleId[];
  constructorUnbind: RuleId[];
}

/** A remedy, or an attempt at one, as edits of a real tree. */
export interface Variant {
  id: string;
  title: string;
  tree: Tree;
  edits: Edit[];
  expect: Expectation;
  /** Rules that hold for a place in the source and stand in no cell of the table. */
  sites?: RuleId[];
}

/** A small change of correct code. */
export interface Mutation {
  id: string;
  title: string;
  tree: Tree;
  edits: Edit[];
  harmful: boolean;
  /** Pairs that must be violated, each by at least one of the rules named. Empty where the change is harmless: all pairs stay clean. */
  expect: { pair: PairKey; anyOf: RuleId[] }[];
  /** Why the change does harm, or does none. */
  why: string;
}
