import type { Notification } from './message';

/** What the server is doing with one analysed folder. */
export interface StatusParams {
  /** Degraded: the findings shown may not be all there are. */
  state: 'starting' | 'indexing' | 'idle' | 'degraded';
  /** One line for the user; why it is degraded, where it is. */
  message: string;
  findings: number;
  /** While files are read in. */
  percent?: number;
  /** URI of the analysed folder; empty while there is none. */
  folder: string;
}

export const StatusNotification: Notification<StatusParams> = { method: 'devresLens/status' };
