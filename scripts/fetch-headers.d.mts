export const HEADERS_RELEASE: string;
export function headersBuildDir(release?: string): string;
export function ensureHeaders(release?: string): string;
