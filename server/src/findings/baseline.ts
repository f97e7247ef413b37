/** What is wrong with a text that should be a baseline; the caller knows the file's name. */
export class BaselineFormatError extends Error {
  override name = 'BaselineFormatError';
}

interface BaselineFile {
  version: 1;
  fingerprints: string[];
}

/** Fingerprints of the findings that are known and not to be shown. Throws BaselineFormatError. */
export function parseBaseline(text: string): Set<string> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new BaselineFormatError(`not JSON (${(error as Error).message})`);
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw new BaselineFormatError('not a JSON object');
  const { version, fingerprints } = data as Partial<Record<keyof BaselineFile, unknown>>;
  if (version !== 1) throw new BaselineFormatError(`"version" is ${JSON.stringify(version)}, expected 1`);
  if (!Array.isArray(fingerprints)) throw new BaselineFormatError('"fingerprints" is not a list');
  for (const entry of fingerprints) {
    if (typeof entry !== 'string' || !/^[0-9a-f]{40}$/.test(entry)) {
      throw new BaselineFormatError(`${JSON.stringify(entry)} is not a fingerprint (40 hex digits)`);
    }
  }
  return new Set(fingerprints as string[]);
}

/** Text of a baseline file: sorted and without repetitions, so that it diffs well. */
export function formatBaseline(fingerprints: Iterable<string>): string {
  const file: BaselineFile = { version: 1, fingerprints: [...new Set(fingerprints)].sort() };
  return `${JSON.stringify(file, null, 2)}\n`;
}
