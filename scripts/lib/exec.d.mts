export function newestChange(paths: string[]): number;
