import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame, Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}

/** Landmarks and headings are the editor's matter, which a view is a part of, and colours are its theme's; what stands in columns is said in another order. */
const LEFT_OUT = ['region', 'page-has-heading-one', 'landmark-one-main', 'color-contrast', 'label-content-name-mismatch'];

/** What axe-core finds wrong with a page for who reads it by ear or goes through it by keys: roles, names, states. */
export async function faultsOf(page: Page | Frame): Promise<string[]> {
  await page.evaluate(AXE);
  const rules = Object.fromEntries(LEFT_OUT.map((rule) => [rule, { enabled: false }]));
  const { violations } = (await page.evaluate(`axe.run(${JSON.stringify({ rules })})`)) as { violations: Violation[] };
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

/** The page of the webview that is in front. */
export async function webviewOf(page: Page): Promise<Frame> {
  const outer = await page.locator('iframe.webview.ready').first().elementHandle();
  const inner = await (await outer?.contentFrame())?.waitForSelector('#active-frame');
  const frame = await inner?.contentFrame();
  if (!frame) throw new Error('no webview');
  return frame;
}
