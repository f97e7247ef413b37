import { NotificationType, RequestType } from 'vscode-languageserver/node';

/** What the server is doing with one analysed folder. */
export interface StatusParams {
  state: 'starting' | 'indexing' | 'idle' | 'degraded';
  /** One line for the user; why it is degraded, where it is. */
  message: string;
  findings: number;
  /** URI of the analysed folder. */
  folder: string;
}

export const StatusNotification = new NotificationType<StatusParams>('devresLens/status');

/** One finding by its fingerprint, or the one nearest to a line of a document. */
export type InterleavingParams = { fingerprint: string } | { uri: string; position: { line: number; character: number } };

export interface InterleavingResult {
  fingerprint: string;
  title: string;
  text: string;
}

export const InterleavingRequest = new RequestType<InterleavingParams, InterleavingResult | null, void>('devresLens/interleaving');

/** The draft of a commit message for one finding. */
export interface ChangelogParams {
  fingerprint: string;
}

export const ChangelogRequest = new RequestType<ChangelogParams, string | null, void>('devresLens/changelog');

/**
 * Commands of the client that code actions may name; their argument is a fingerprint.
 * A client says which of them it has in its capabilities, as `experimental.commands`.
 */
export const SHOW_INTERLEAVING = 'devresLens.showInterleaving';
export const COPY_CHANGELOG = 'devresLens.copyChangelog';

/** What a diagnostic of ours carries in `data`. */
export interface DiagnosticData {
  fingerprint: string;
}

export function isDiagnosticData(data: unknown): data is DiagnosticData {
  return typeof data === 'object' && data !== null && typeof (data as DiagnosticData).fingerprint === 'string';
}
