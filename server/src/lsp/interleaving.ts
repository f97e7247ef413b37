import type { FindingParams, FingerprintParams, InterleavingResult, ReproducerResult } from '../../../protocol/finding';
import { interleavingDocument } from '../features/message';
import { changelogOf } from '../findings/changelog';
import type { Finding } from '../findings/types';
import { fixesTag } from '../host/blame';
import type { FolderAnalysis } from './folder';
import type { Folders } from './folders';

export function interleavingOf(params: FindingParams, folders: Folders): InterleavingResult | null {
  const finding = findingFor(params, folders)?.finding;
  if (!finding) return null;
  return { fingerprint: finding.fingerprint, title: `${finding.rule} ${finding.function}`, text: interleavingDocument(finding) };
}

/** With a `Fixes:` tag where the finding's line stands in a commit, and is the one that was analysed. */
export async function changelogFor(params: FingerprintParams, folders: Folders): Promise<string | null> {
  const found = findingFor(params, folders);
  if (!found) return null;
  const { folder, finding } = found;
  const text = folder.isCurrent ? folder.source(finding.file)?.text : undefined;
  const { root } = folder.scope;
  const tag = root === null || text === undefined ? null : await fixesTag(root, finding.file, finding.line, text);
  return changelogOf(finding, { trailers: tag ? [tag] : [] });
}

export interface Found {
  finding: Finding;
  folder: FolderAnalysis;
}

/** The finding that is asked for: by fingerprint, else the one on or nearest to the line. */
export function findingFor(params: FindingParams, folders: Folders): Found | undefined {
  return 'fingerprint' in params ? byFingerprint(params.fingerprint, folders) : nearest(params.uri, params.position.line + 1, folders);
}

/** Null where the finding is gone. */
export async function reproducerFor({ fingerprint }: FingerprintParams, folders: Folders): Promise<ReproducerResult | null> {
  const folder = folders.all().find(({ report }) => report?.findings.some((f) => f.fingerprint === fingerprint));
  if (!folder) return null;
  folder.makeWay();
  const made = folder.isCurrent ? await (await folder.engine()).reproducer(fingerprint) : null;
  return made ?? { refused: 'the text has changed and is being analysed' };
}

function byFingerprint(fingerprint: string, folders: Folders): Found | undefined {
  for (const folder of folders.all()) {
    const finding = folder.report?.findings.find((candidate) => candidate.fingerprint === fingerprint);
    if (finding) return { finding, folder };
  }
  return undefined;
}

function nearest(uri: string, line: number, folders: Folders): Found | undefined {
  const place = folders.placeOf(uri);
  const findings = place?.folder.report?.findings.filter((finding) => finding.file === place.path) ?? [];
  const [finding] = findings.sort((a, b) => Math.abs(a.line - line) - Math.abs(b.line - line));
  return finding && place && { finding, folder: place.folder };
}
