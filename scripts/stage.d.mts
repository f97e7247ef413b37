export const MODULES: Record<string, string[]>;
export interface Manifest {
  main: string;
  bin: Record<string, string>;
  dependencies: Record<string, string>;
  capabilities: Record<'untrustedWorkspaces' | 'virtualWorkspaces', { supported: boolean | string; description: string }>;
  [key: string]: unknown;
}
export function shippedManifest(): Manifest;
export function stage(folder: string): void;
