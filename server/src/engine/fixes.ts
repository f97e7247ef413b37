import type { Finding } from '../findings/types';
import { fixAll } from '../fixes/all';
import { type FixTree, offerOf, offersFor, refusals } from '../fixes/offers';
import type { ExploredFix, FileEdits } from '../fixes/types';
import { createLineIndex, lineStartsOf } from '../text';
import type { FixEngine } from './fix-engine';

/** A fix offered at a place, without its edits. */
export interface FixOfferAt {
  id: string;
  title: string;
  isPreferred: boolean;
  /** How it works, what it resolves and leaves, and what it assumes. */
  description: string;
  /** Of the finding that it answers. */
  fingerprint: string;
}

/** The safe fixes of all findings in a file of the engine's last check, together; empty where there are none. */
export function fixAllFrom(engine: object, path: string): FileEdits[] {
  const tree = engine as Partial<Findings>;
  if (!tree.check || !tree.context) return [];
  const findings = tree.check().findings.filter((finding) => finding.file === path);
  return fixAll(findings, tree as Findings);
}

function explained({ resolves, leaves, description }: Pick<ExploredFix, 'resolves' | 'leaves' | 'description'>): string {
  return `Resolves ${resolves.join(', ')}. ${leaves.length > 0 ? `Leaves ${leaves.join(', ')}.` : 'Explores clean.'}\n${description}`;
}

/** What the finder asks of an engine besides its tree. */
interface Findings extends FixTree {
  check(): { findings: Finding[] };
}

/** Fixes of an engine's findings. Exploring a fix takes as long as exploring its lifetime, so results are kept until a text changes. */
export class FixFinder implements FixEngine {
  private readonly known = new Map<string, ExploredFix | null>();

  constructor(private readonly tree: Findings) {}

  forget(): void {
    this.known.clear();
  }

  fixesFor(finding: Finding): ExploredFix[] {
    return offersFor(finding, this.tree, this.known);
  }

  fixOf(id: string, finding: Finding): ExploredFix | null {
    return offerOf(id, finding, this.tree);
  }

  refusals(finding: Finding): Map<string, string | null> {
    return refusals(finding, this.tree);
  }

  /** Fixes of the findings on the line of an offset. */
  fixes(path: string, at: number): FixOfferAt[] {
    const here = this.tree.check().findings.filter((finding) => finding.file === path);
    const first = here[0];
    const text = first && this.tree.context(first)?.text(path);
    if (text === undefined) return [];
    const line = createLineIndex(lineStartsOf(text), text.length).positionAt(at).line + 1;
    return here
      .filter((finding) => finding.line === line)
      .flatMap((finding) =>
        this.fixesFor(finding).map(({ id, title, preferred, ...fix }) => ({
          id,
          title,
          description: explained(fix),
          isPreferred: preferred,
          fingerprint: finding.fingerprint,
        })),
      );
  }

  edits(id: string, fingerprint: string): FileEdits[] | { refused: string } {
    const finding = this.tree.check().findings.find((f) => f.fingerprint === fingerprint);
    if (!finding) return { refused: 'the finding is gone: the text has changed since' };
    const offer = this.fixesFor(finding).find((fix) => fix.id === id);
    return offer ? offer.edits : { refused: `${id} does not apply to the text as it is now` };
  }
}
