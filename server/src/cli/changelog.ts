import type { ReadFile } from '../engine/types';
import { changelogOf } from '../findings/changelog';
import type { CheckReport } from '../findings/types';
import { fixesTag } from '../host/blame';

/** Drafts of commit messages, one for each finding; a comment above each says of what, where there are several. */
export async function changelogReport({ findings, root }: CheckReport, readFile: ReadFile): Promise<string> {
  const drafts: string[] = [];
  for (const finding of findings) {
    const text = readFile(finding.file);
    const tag = text === null ? null : await fixesTag(root, finding.file, finding.line, text);
    const draft = changelogOf(finding, { trailers: tag ? [tag] : [] });
    drafts.push(findings.length > 1 ? `# ${finding.file}:${finding.line}: ${finding.rule}\n${draft}` : draft);
  }
  return drafts.join('\n');
}
