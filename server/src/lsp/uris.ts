import { fileURLToPath, pathToFileURL } from 'node:url';

/** Absolute path of a `file:` URI; null for any other scheme and for what is no URI. */
export function pathOfUri(uri: string): string | null {
  try {
    return uri.startsWith('file:') ? fileURLToPath(uri) : null;
  } catch {
    return null;
  }
}

export function uriOfPath(path: string): string {
  return pathToFileURL(path).href;
}
