/** The requests of the server that go beyond the protocol; the server's half is server/src/lsp/protocol.ts. */
import { RequestType } from 'vscode-languageclient/node';
import type { Replay } from './replay/types';

export interface StatusParams {
  state: 'starting' | 'indexing' | 'idle' | 'degraded';
  message: string;
  findings: number;
  /** While files are read in. */
  percent?: number;
  /** URI of the analysed folder; empty while there is none. */
  folder: string;
}

export type InterleavingParams = { fingerprint: string } | { uri: string; position: { line: number; character: number } };

export interface InterleavingResult {
  fingerprint: string;
  title: string;
  text: string;
}

export const InterleavingRequest = new RequestType<InterleavingParams, InterleavingResult | null, void>('devresLens/interleaving');

/** `states: false` asks for the trace alone, which is there at once. */
export const ReplayRequest = new RequestType<InterleavingParams & { states?: boolean }, Replay | null, void>('devresLens/replay');

export const ChangelogRequest = new RequestType<{ fingerprint: string }, string | null, void>('devresLens/changelog');

/** How to see a finding happen on a test machine, or why nothing can be made for it. */
export type ReproducerResult = { patch: string; script: string } | { refused: string };

export const ReproducerRequest = new RequestType<{ fingerprint: string }, ReproducerResult | null, void>('devresLens/reproducer');

/** Commands that the server's code actions name. */
export const SHOW_INTERLEAVING = 'devresLens.showInterleaving';
export const COPY_CHANGELOG = 'devresLens.copyChangelog';
export const SHOW_REPRODUCER = 'devresLens.showReproducer';
export const STEP_THROUGH = 'devresLens.stepThrough';
