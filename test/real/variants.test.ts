import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RuleId } from '../../server/src/findings/types';
import { kernelTree } from '../support/environment';
import { type Outcome, outcomeOf, SITE_RULES } from './variant-verdicts';
import { kernelsDir, type Mutation, mutations, type PairKey, type Variant, variants } from './variants';

const kernels = kernelsDir();
const present = ['6.12.113', '6.12.117'].every((tree) => kernelTree(tree) && existsSync(join(kernels, tree, 'drivers/cxl')));

/** What is known to be missed, by case and column. When one is found after all, its test fails and the entry goes. */
const MISSED: Readonly<Record<string, PairKey[]>> = {
  // The root decoder is no object of the region's lifetime: that its own memory goes is not followed.
  'kill-call-after-unregister': ['handlerUnbind'],
};

/** What a cell lacks, or has too much: empty when the engine agrees with it. */
function disagreement(outcome: Outcome, key: PairKey, wanted: readonly RuleId[]): string[] {
  const column = outcome.columns.get(key);
  if (!column) return [`${key}: no such pair`];
  const missing = wanted.filter((rule) => !(SITE_RULES.has(rule) ? outcome.sites : column.rules).has(rule));
  const found = [...column.rules].join(' ') || 'clean';
  if (missing.length > 0) return [`${key}: no ${missing.join(' ')} (${found})`];
  return wanted.length === 0 && (column.rules.size > 0 || column.incomplete.length > 0)
    ? [`${key}: not clean: ${found} ${column.incomplete.join('; ')}`]
    : [];
}

function variantDisagreements(variant: Variant): string[] {
  const outcome = outcomeOf(kernels, variant);
  const cells = Object.entries(variant.expect) as [PairKey, RuleId[]][];
  const sites = (variant.sites ?? []).filter((rule) => !outcome.sites.has(rule)).map((rule) => `site: no ${rule}`);
  return [...cells.flatMap(([key, wanted]) => disagreement(outcome, key, wanted)), ...sites];
}

function mutationDisagreements(mutation: Mutation): string[] {
  const outcome = outcomeOf(kernels, mutation);
  if (!mutation.harmful) return [...outcome.columns.keys()].flatMap((key) => disagreement(outcome, key, []));
  return mutation.expect.flatMap(({ pair, anyOf }) => {
    const rules = outcome.columns.get(pair)?.rules ?? new Set();
    return anyOf.some((rule) => rules.has(rule)) ? [] : [`${pair}: none of ${anyOf.join(' ')} (${[...rules].join(' ') || 'clean'})`];
  });
}

const missed = (id: string) => MISSED[id] ?? [];

describe.runIf(present)('remedies', () => {
  it.each(variants.filter(({ id }) => missed(id).length === 0))('$id: $title', (variant) => {
    expect(variantDisagreements(variant)).toEqual([]);
  });

  it.each(variants.filter(({ id }) => missed(id).length > 0))('FN_ $id: $title', (variant) => {
    expect(variantDisagreements(variant).map((line) => line.split(':')[0])).toEqual(missed(variant.id));
  });
});

describe.runIf(present)('mutations of the merged code', () => {
  it.each(mutations.filter(({ id }) => missed(id).length === 0))('$id: $title', (mutation) => {
    expect(mutationDisagreements(mutation)).toEqual([]);
  });

  it.each(mutations.filter(({ id }) => missed(id).length > 0))('FN_ $id: $title', (mutation) => {
    expect(mutationDisagreements(mutation).map((line) => line.split(':')[0])).toEqual(missed(mutation.id));
  });
});
