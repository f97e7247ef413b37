import { type Location, RequestType0 } from 'vscode-languageserver/node';
import type { TreeAction, TreeReleaser } from '../features/lifetime-tree';

/** The tree of features/lifetime-tree.ts with places of the protocol, for each analysed folder. */
export interface FolderLifetimes {
  name: string;
  uri: string;
  hosts: HostItem[];
}

export interface HostItem {
  /** The expression, as it stands at the registration; null for what no devres list holds. */
  text: string | null;
  /** Which device that is: `struct foo`, or the function that registers. */
  detail: string;
  location: Location | null;
  actions: ActionItem[];
}

export type ActionItem = Omit<TreeAction, 'place' | 'releasers'> & { location: Location; releasers: ReleaserItem[] };

export type ReleaserItem = Omit<TreeReleaser, 'place'> & { location: Location };

/** Everything that the side bar shows, from the last results. */
export const LifetimesRequest = new RequestType0<FolderLifetimes[], void>('devresLens/lifetimes');
