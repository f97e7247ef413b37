import type { Replay } from '../../../../protocol/replay';

/** What the editor keeps of a page that is hidden or of a window that is closed. */
export interface PanelState {
  fingerprint: string;
  step: number;
}

/** From the extension to the page. */
export type ToPage =
  | { kind: 'replay'; replay: Replay; step: number }
  | { kind: 'select'; step: number }
  /** There is nothing to show (any more), and why. */
  | { kind: 'notice'; text: string };

/** From the page to the extension. */
export type FromPage =
  /** The page is there and can be told what to show. */
  | { kind: 'ready' }
  /** A step was chosen; `focus`: the code is to have the cursor. */
  | { kind: 'select'; step: number; focus: boolean }
  | { kind: 'show'; fingerprint: string }
  | { kind: 'run'; action: 'stepThrough' | 'copy' | 'text' };
