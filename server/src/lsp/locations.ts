import type { Location } from 'vscode-languageserver/node';
import type { Place } from '../engine/types';
import { relocated } from '../features/relocate';
import type { FolderAnalysis } from './folder';
import type { PositionEncoding } from './positions';

/** A place of the last results, in the text as it is now; `name` is what stands there, where it is a name. */
export function locationOf(place: Place, folder: FolderAnalysis, encoding: PositionEncoding, name?: string): Location {
  const source = folder.source(place.file);
  const span = (name !== undefined && source && relocated(source.text, name, place.at)) || place;
  const start = { line: Math.max(0, place.line - 1), character: 0 };
  return { uri: folder.uriOf(place.file), range: source?.range(span.at, span.end, encoding) ?? { start, end: start } };
}
