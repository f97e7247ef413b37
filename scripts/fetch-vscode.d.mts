export function vscodeCommand(): [node: string, entry: string];
export function fetchVscode(): [node: string, entry: string];
