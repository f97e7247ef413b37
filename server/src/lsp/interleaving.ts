import { interleavingDocument } from '../features/message';
import { changelogOf } from '../findings/changelog';
import type { Finding } from '../findings/types';
import type { Folders } from './folders';
import type { ChangelogParams, InterleavingParams, InterleavingResult } from './protocol';

/** The finding that is asked for: by fingerprint, else the one on or nearest to the line. */
export function interleavingOf(params: InterleavingParams, folders: Folders): InterleavingResult | null {
  const finding =
    'fingerprint' in params ? byFingerprint(params.fingerprint, folders) : nearest(params.uri, params.position.line + 1, folders);
  if (!finding) return null;
  return { fingerprint: finding.fingerprint, title: `${finding.rule} ${finding.function}`, text: interleavingDocument(finding) };
}

export function changelogFor(params: ChangelogParams, folders: Folders): string | null {
  const finding = byFingerprint(params.fingerprint, folders);
  return finding ? changelogOf(finding) : null;
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
