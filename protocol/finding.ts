import type { Position, Request } from './message';

/** One finding by its fingerprint, or the one nearest to a line of a document. */
export type FindingParams = { fingerprint: string } | { uri: string; position: Position };

export interface InterleavingResult {
  fingerprint: string;
  title: string;
  /** Drawn as on the command line. */
  text: string;
}

export const InterleavingRequest: Request<FindingParams, InterleavingResult | null> = { method: 'devresLens/interleaving' };

export interface FingerprintParams {
  fingerprint: string;
}

/** The draft of a commit message for one finding. */
export const ChangelogRequest: Request<FingerprintParams, string | null> = { method: 'devresLens/changelog' };

/** How to see a finding happen on a test machine, or why nothing can be made for it. */
export type ReproducerResult = { patch: string; script: string } | { refused: string };

export const ReproducerRequest: Request<FingerprintParams, ReproducerResult | null> = { method: 'devresLens/reproducer' };
