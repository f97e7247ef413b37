import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RULES } from '../../server/src/findings/registry';
import { DEFAULTS, LEVELS, readSettings } from '../../server/src/lsp/settings';
import { root } from '../support/environment';

interface Property {
  default: unknown;
  properties?: Record<string, { enum: string[] }>;
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const properties: Record<string, Property> = manifest.contributes.configuration.properties;

/** What an editor sends for the section when nothing is set: nested as the names are. */
function unset(): Record<string, unknown> {
  const section: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(properties)) {
    const path = name.split('.').slice(1);
    const last = path.pop() ?? '';
    let at = section;
    for (const part of path) {
      at[part] ??= {};
      at = at[part] as Record<string, unknown>;
    }
    at[last] = property.default;
  }
  return section;
}

describe('the settings of the manifest', () => {
  test('have the defaults that the server has', () => {
    expect(readSettings(unset())).toEqual(DEFAULTS);
  });

  test('name every rule with every level', () => {
    const severity = properties['devresLens.severity']?.properties ?? {};
    expect(Object.keys(severity).sort()).toEqual(RULES.map(({ id }) => id).sort());
    for (const { enum: levels } of Object.values(severity)) expect(levels).toEqual([...LEVELS]);
  });

  test.each(Object.keys(properties))('%s is described', (name) => {
    const { markdownDescription } = properties[name] as { markdownDescription?: string };
    expect(markdownDescription).toMatch(/\.$/);
  });
});

test('a switch of a feature is read, and what is no switch falls back', () => {
  expect(readSettings({ codeLens: { enable: false }, inlayHints: { enable: true }, hover: { enable: false } })).toMatchObject({
    codeLens: false,
    inlayHints: true,
    hover: false,
  });
  expect(readSettings({ codeLens: 'yes', inlayHints: null, hover: { enable: 1 } })).toMatchObject(DEFAULTS);
});
