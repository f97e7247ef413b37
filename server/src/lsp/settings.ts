import type { RuleId } from '../findings/types';

export const LEVELS = ['error', 'warning', 'information', 'hint', 'off'] as const;
export type Level = (typeof LEVELS)[number];

export interface Settings {
  enable: boolean;
  /** Levels that differ from the rules' own. */
  severity: Partial<Record<RuleId, Level>>;
  /** Globs of folders to analyse, relative to the tree's root; empty: chosen by themselves. */
  folders: string[];
  /** States to explore for a pair; absent: the engine's own budget. */
  maxStates?: number;
  /** Code lenses are shown. */
  codeLens: boolean;
  /** Inlay hints are shown. */
  inlayHints: boolean;
  /** Hovers are shown. */
  hover: boolean;
}

export const DEFAULTS: Settings = { enable: true, severity: {}, folders: [], codeLens: true, inlayHints: false, hover: true };

/** Settings from whatever a client sends: what is missing or of the wrong type falls back to its default. */
export function readSettings(value: unknown): Settings {
  if (typeof value !== 'object' || value === null) return DEFAULTS;
  const raw = value as Record<string, unknown>;
  const settings: Settings = {
    enable: typeof raw.enable === 'boolean' ? raw.enable : DEFAULTS.enable,
    severity: readSeverity(raw.severity),
    codeLens: readSwitch(raw.codeLens, DEFAULTS.codeLens),
    inlayHints: readSwitch(raw.inlayHints, DEFAULTS.inlayHints),
    hover: readSwitch(raw.hover, DEFAULTS.hover),
    folders: Array.isArray(raw.folders) ? raw.folders.filter((glob): glob is string => typeof glob === 'string' && glob !== '') : [],
  };
  if (typeof raw.maxStates === 'number' && raw.maxStates > 0) settings.maxStates = Math.floor(raw.maxStates);
  return settings;
}

/** `{ enable: boolean }`, as a feature's own settings stand. */
function readSwitch(value: unknown, fallback: boolean): boolean {
  const { enable } = (value ?? {}) as { enable?: unknown };
  return typeof enable === 'boolean' ? enable : fallback;
}

function readSeverity(value: unknown): Settings['severity'] {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([, level]) => (LEVELS as readonly unknown[]).includes(level)));
}
