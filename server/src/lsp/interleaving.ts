import { interleavingDocument } from '../features/message';
import { changelogOf } from '../findings/changelog';
import type { Finding } from '../findings/types';
import { fixesTag } from '../host/blame';
import type { Folders } from './folders';
import type { ChangelogParams, InterleavingParams, InterleavingResult } from './protocol';

/** The finding that is asked for: by fingerprint, else the one on or nearest to the line. */
export function interleavingOf(params: InterleavingParams, folders: Folders): InterleavingResult | null {
  const finding =
    'fingerprint' in params ? byFingerprint(params.fingerprint, folders) : nearest(params.uri, params.position.line + 1, folders);
  if (!finding) return null;
  return { fingerprint: finding.fingerprint, title: `${finding.rule} ${finding.function}`, text: interleavingDocument(finding) };
}

/** With a `Fixes:` tag where the finding's line stands in a commit, and is the one that was analysed. */
export async function changelogFor({ fingerprint }: ChangelogParams, folders: Folders): Promise<string | null> {
  const folder = folders.all().find(({ report }) => report?.findings.some((f) => f.fingerprint === fingerprint));
  const finding = byFingerprint(fingerprint, folders);
  if (!folder || !finding) return null;
  const text = folder.isCurrent ? folder.source(finding.file)?.text : undefined;
  const { root } = folder.scope;
  const tag = root === null || text === undefined ? null : await fixesTag(root, finding.file, finding.line, text);
  return changelogOf(finding, { trailers: tag ? [tag] : [] });
}

function byFingerprint(fingerprint: string, folders: Folders): Finding | undefined {
  return folders
    .all()
    .flatMap((folder) => folder.report?.findings ?? [])
    .find((finding) => finding.fingerprint === fingerprint);
}

function nearest(uri: string, line: number, folders: Folders): Finding | undefined {
  const place = folders.placeOf(uri);
  const findings = place?.folder.report?.findings.filter((finding) => finding.file === place.path) ?? [];
  return findings.sort((a, b) => Math.abs(a.line - line) - Math.abs(b.line - line))[0];
}
