import type { Location } from 'vscode-languageserver/node';
import type { HostView, Place } from '../engine/types';
import { lifetimeTree } from '../features/lifetime-tree';
import { relocated } from '../features/relocate';
import type { FolderAnalysis } from './folder';
import { type FolderLifetimes, LifetimesRequest } from './lifetimes-protocol';
import type { PositionEncoding } from './positions';
import type { RequestContext } from './request-context';

/** A place of the last results, in the text as it is now; `name` is what stands there, where it is a name. */
export function locationOf(place: Place, folder: FolderAnalysis, encoding: PositionEncoding, name?: string): Location {
  const source = folder.source(place.file);
  const span = (name !== undefined && source && relocated(source.text, name, place.at)) || place;
  const line = Math.max(0, place.line - 1);
  const start = { line, character: 0 };
  return { uri: folder.uriOf(place.file), range: source?.range(span.at, span.end, encoding) ?? { start, end: start } };
}

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
  return [{ name: folder.scope.only ?? folder.scope.folder, uri: folder.folderUri, hosts }];
}

function detailOf(host: HostView | null): string {
  if (host === null) return 'kept by their owners, on no devres list';
  return host.struct === null ? `in ${host.within}()` : `struct ${host.struct}`;
}

export function registerLifetimes({ connection, client, folders, guarded }: RequestContext): void {
  const all = () => folders.all().flatMap((folder) => lifetimesOf(folder, client().encoding));
  const answer = guarded('lifetimes', [] as FolderLifetimes[], all);
  connection.onRequest(LifetimesRequest, () => answer(undefined));
}
