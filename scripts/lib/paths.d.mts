export const ROOT: string;
export function cacheDir(): string;
export function kernelDir(version: string): string;
export function headersDir(release: string): string;
export function vscodeDir(): string;
export function isDone(folder: string): boolean;
