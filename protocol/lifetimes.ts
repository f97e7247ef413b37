import type { Place, Request } from './message';

/** How a group of pairs stands. */
export type State = 'violated' | 'incomplete' | 'clean' | 'unexplored';

/** The lifetimes of one analysed folder, by the devices that end them. */
export interface FolderLifetimes {
  name: string;
  uri: string;
  hosts: HostItem[];
}

export interface HostItem {
  /** The expression, as it stands at the registration; null for objects that their owners keep, on no devres list. */
  text: string | null;
  /** Which device that is: `struct foo`, or the function that registers. */
  detail: string;
  location: Place | null;
  /** In the order in which the unbind of the host runs them. */
  actions: ActionItem[];
}

export interface ActionItem {
  name: string;
  object: string;
  location: Place;
  state: State;
  fingerprint: string | null;
  releasers: ReleaserItem[];
}

export interface ReleaserItem {
  entry: string;
  kind: string;
  location: Place;
  state: State;
  verdicts: VerdictItem[];
}

export interface VerdictItem {
  /** The other entry of the pair. */
  other: string;
  state: State;
  rules: string[];
  reason: string | null;
  fingerprint: string | null;
}

/** Everything that the side bar shows, from the last results. */
export const LifetimesRequest: Request<null, FolderLifetimes[]> = { method: 'devresLens/lifetimes' };
