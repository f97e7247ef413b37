export type Series = '6.12' | '6.1';
export const HEADERS_RELEASES: Readonly<Record<Series, string>>;
export function headersBuildDir(release: string): string;
export function ensureHeaders(release: string): string;
