import type { Finding, FixOffer, RuleId } from '../findings/types';
import type { Finals } from '../lifetimes/finals';
import type { Roots } from '../lifetimes/roots';
import type { Lifetime } from '../lifetimes/types';
import type { Program } from '../program/types';
import type { TextEdit } from '../text';

/** The edits of one file; offsets are UTF-16 offsets into the text that was analysed. */
export interface FileEdits {
  /** Relative to the tree's root. */
  path: string;
  edits: TextEdit[];
}

/** What a fix may look at: the linked tree, the lifetime at fault, and the texts that its edits speak of. */
export interface FixContext {
  program: Program;
  roots: Roots;
  finals: Finals;
  lifetime: Lifetime;
  /** Every lifetime of the tree: a change of one may have to spare another. */
  lifetimes: readonly Lifetime[];
  finding: Finding;
  /** Text of an analysed file or of a header that it includes; '' where there is none. */
  text(path: string): string;
  /** Only files that were handed in for checking may be edited, headers outside of them never. */
  editable(path: string): boolean;
  /** A function, macro or cleanup.h class (`class:mutex`, `class:device`, `cond:mutex_intr`) that this tree's headers declare. */
  declares(api: string): boolean;
}

export type Refusal = { refused: string };
export type Computed = FileEdits[] | Refusal;

/** One remedy, computed from facts. What it resolves is no part of it: that is explored on the edited text. */
export interface Fix {
  id: string;
  /** What the change does, in the imperative, without what it resolves. */
  title: string;
  /** Two or three words for the title of a combination. */
  brief?: string;
  /** How it works, what it assumes, and what maintainers think of that shape. */
  description: string;
  /** Rules whose findings it may answer. */
  rules: readonly RuleId[];
  /** APIs that the edited text calls (see FixContext.declares); a tree that lacks one rules the fix out. */
  needs: readonly string[];
  /** A stopgap is never preferred over a fix that is none. */
  stopgap?: true;
  /** Mechanical and local: may be applied without a look at it, where it leaves nothing. */
  safe?: true;
  /** The edits, or which precondition fails. Applied to text that has the fix already, it refuses or returns no edits. */
  compute(context: FixContext): Computed;
}

/** A violation of one rule in one pair of threads of one lifetime. */
export interface Violation {
  action: string;
  rule: RuleId;
  pair: [string, string];
}

/** What the exploration of the edited text found, compared with that of the text as it is. */
export interface Verification {
  /** Rules of the lifetime that no pair violates any more. */
  resolves: RuleId[];
  /** Rules of the lifetime that some pair still violates. */
  leaves: RuleId[];
  /** What was not there before: such a fix is never offered. */
  added: Violation[];
  /** Pairs that were judged before and are not any more. */
  unjudged: [string, string][];
}

/** A fix that was explored and may be offered. */
export interface ExploredFix extends FixOffer {
  /** The title without what was explored. */
  change: string;
  description: string;
  edits: FileEdits[];
  stopgap?: true;
  /** Leaves least and touches least of those that answer the finding. */
  preferred: boolean;
}
