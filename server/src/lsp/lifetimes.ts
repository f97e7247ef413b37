import { type FolderLifetimes, LifetimesRequest } from '../../../protocol/lifetimes';
import type { HostView, Place } from '../engine/types';
import { lifetimeTree } from '../features/lifetime-tree';
import { answer } from './answer';
import type { FolderAnalysis } from './folder';
import { locationOf } from './locations';
import type { PositionEncoding } from './positions';
import type { RequestContext } from './request-context';
import { nameOfScope } from './scopes';

function lifetimesOf(folder: FolderAnalysis, encoding: PositionEncoding): FolderLifetimes[] {
  if (!folder.analysis) return [];
  const { lifetimes, report } = folder.analysis;
  const at = (place: Place, name?: string) => locationOf(place, folder, encoding, name);
  const hosts = lifetimeTree(lifetimes, report.findings).map(({ host, place, actions }) => ({
    text: host?.text ?? null,
    detail: detailOf(host),
    location: place && at(place),
    actions: actions.map(({ place: own, releasers, ...action }) => ({
      ...action,
      location: at(own, action.name),
      releasers: releasers.map(({ place: site, ...releaser }) => ({ ...releaser, location: at(site) })),
    })),
  }));
  return [{ name: nameOfScope(folder.scope), uri: folder.folderUri, hosts }];
}

function detailOf(host: HostView | null): string {
  if (host === null) return 'kept by their owners, on no devres list';
  return host.struct === null ? `in ${host.within}()` : `struct ${host.struct}`;
}

export function registerLifetimes({ connection, client, folders, guarded }: RequestContext): void {
  const all = () => folders.all().flatMap((folder) => lifetimesOf(folder, client().encoding));
  answer(connection, LifetimesRequest, guarded('lifetimes', [], all));
}
