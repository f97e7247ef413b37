import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';

/** A file as a patch finds it and leaves it; the path is relative to where the patch is applied. */
export interface Change {
  path: string;
  before: string;
  after: string;
}

/** A unified diff that `git apply` takes. */
export function unifiedDiff({ path, before, after }: Change): string {
  return createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, undefined, undefined, { headerOptions: FILE_HEADERS_ONLY });
}
