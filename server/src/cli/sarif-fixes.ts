import type { ArtifactChange, Fix, Replacement } from 'sarif';
import type { ReadFile } from '../engine/types';
import type { Finding } from '../findings/types';
import { createLineIndex, lineStartsOf, type TextEdit } from '../text';
import { type Remedy, remedyOf } from './remedies';

/** The fixes of a finding with their edits, as SARIF writes them: lines and columns count from 1, a region's end is behind it. */
export function sarifFixes(
  remedies: readonly Remedy[],
  readFile: ReadFile,
  artifact: (file: string) => ArtifactChange['artifactLocation'],
) {
  const find = remedyOf(remedies);
  const change = ({ path, edits }: Remedy['edits'][number]): ArtifactChange[] => {
    const text = readFile(path);
    return text === null ? [] : [{ artifactLocation: artifact(path), replacements: replacements(text, edits) }];
  };
  return (finding: Finding): Fix[] =>
    finding.fixes.flatMap(({ id, title, resolves, leaves }) => {
      const artifactChanges = find(finding, id)?.edits.flatMap(change) ?? [];
      return artifactChanges.length === 0 ? [] : [{ description: { text: title }, artifactChanges, properties: { id, resolves, leaves } }];
    });
}

function replacements(text: string, edits: readonly TextEdit[]): Replacement[] {
  const index = createLineIndex(lineStartsOf(text), text.length);
  return edits.map(({ at, end, text: inserted }) => {
    const from = index.positionAt(at);
    const to = index.positionAt(end);
    return {
      deletedRegion: { startLine: from.line + 1, startColumn: from.column + 1, endLine: to.line + 1, endColumn: to.column + 1 },
      insertedContent: { text: inserted },
    };
  });
}
