/** The request behind the side bar; the server's half is server/src/lsp/lifetimes-protocol.ts. */
import { type Location, RequestType0 } from 'vscode-languageclient/node';

export type State = 'violated' | 'incomplete' | 'clean' | 'unexplored';

export interface FolderLifetimes {
  name: string;
  uri: string;
  hosts: HostItem[];
}

export interface HostItem {
  /** Null: objects that their owners keep. */
  text: string | null;
  detail: string;
  location: Location | null;
  /** In the order in which the unbind of the host runs them. */
  actions: ActionItem[];
}

export interface ActionItem {
  name: string;
  object: string;
  location: Location;
  state: State;
  fingerprint: string | null;
  releasers: ReleaserItem[];
}

export interface ReleaserItem {
  entry: string;
  kind: string;
  location: Location;
  state: State;
  verdicts: VerdictItem[];
}

export interface VerdictItem {
  other: string;
  state: State;
  rules: string[];
  reason: string | null;
  fingerprint: string | null;
}

export const LifetimesRequest = new RequestType0<FolderLifetimes[], void>('devresLens/lifetimes');
