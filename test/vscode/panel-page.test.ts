import { join } from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Replay } from '../../protocol/replay';
import { faultsOf } from '../support/accessibility';
import { editor, root } from '../support/environment';

const MAIN = join(root, 'client/src/views/interleaving-panel/page/main.ts');
const ORIGIN = 'http://panel.test';
const POLICY = `default-src 'none'; script-src 'nonce-x'; style-src ${ORIGIN}`;
/** What the editor gives a page, with what the page says kept in `said`. */
const EDITOR =
  'window.said = []; window.acquireVsCodeApi = () => ({ postMessage: (m) => said.push(m), getState() {}, setState(s) { window.kept = s; } });';

const place = { uri: 'file:///tree/a%20b.c', range: { start: { line: 9, character: 0 }, end: { line: 9, character: 4 } } };
const REPLAY: Replay = {
  fingerprint: 'f',
  rule: 'use-after-free',
  title: 'use-after-free in store()',
  what: 'used after <b>free</b>',
  why: 'why',
  action: 'action',
  consequence: 'BUG: use after free',
  explored: true,
  lifetime: { action: 'unregister', object: 'slot', host: null },
  threads: ['store', 'unbind(dev)'].map((entry, t) => ({ name: `CPU ${t}`, entry, kind: 'export', place })),
  steps: [0, 1, 0].map((thread, i) => ({
    thread,
    function: 'store',
    op: 'use',
    text: `step <img src=x onerror="said.push('hacked')"> ${i}`,
    place,
    stack: [{ function: 'store', place }],
    state: [
      { scope: 'references', name: 'slot', value: String(i), idle: i === 0, ...(i > 0 && { before: String(i - 1) }) },
      { scope: 'locks', name: 'owner->lock', value: 'free', idle: true },
    ],
    moved: i === 1 ? ['unregister(slot)'] : [],
  })),
  pairs: [['store', 'unbind(dev)']],
  assumptions: [],
  related: [
    { fingerprint: 'f', title: 'this' },
    { fingerprint: 'g', title: 'that' },
  ],
};

describe.skipIf(!editor())('the page of the interleaving panel', () => {
  let browser: Browser;
  let page: Page;
  let errors: string[];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: editor()?.browser ?? '', args: ['--no-sandbox', '--disable-gpu'] });
    const { outputFiles } = await build({ entryPoints: [MAIN], bundle: true, write: false, outdir: '/', format: 'iife' });
    const asset = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? '';
    page = await browser.newPage();
    errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    const policy = `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`;
    const body = `<link rel="stylesheet" href="/style.css"></head><body><main></main><script nonce="x">${EDITOR}</script><script nonce="x" src="/page.js"></script>`;
    await page.route(`${ORIGIN}/**`, (route) => {
      const path = new URL(route.request().url()).pathname;
      if (path === '/style.css') return route.fulfill({ contentType: 'text/css', body: asset('.css') });
      if (path === '/page.js') return route.fulfill({ contentType: 'text/javascript', body: asset('.js') });
      if (path === '/')
        return route.fulfill({
          contentType: 'text/html',
          body: `<!DOCTYPE html><html lang="en"><head><title>panel</title>${policy}${body}`,
        });
      return route.fulfill({ status: 204 });
    });
    await page.goto(`${ORIGIN}/`);
    await tell({ kind: 'replay', replay: REPLAY, step: 1 });
  });

  afterAll(() => browser?.close());

  async function tell(message: object): Promise<void> {
    await page.evaluate((data) => window.dispatchEvent(new MessageEvent('message', { data })), message);
  }
  const said = () => page.evaluate('said.splice(0)');
  const current = () => page.locator('[role=option][aria-selected=true]').allInnerTexts();

  test('says that it is ready, and shows the step it is told, in order and with what changed', async () => {
    expect(await said()).toEqual([{ kind: 'ready' }]);
    const options = page.locator('li[role=option]');
    expect(await options.count()).toBe(3);
    const label = await options.nth(1).getAttribute('aria-label');
    expect(label).toMatch(
      /^Step 2 of 3\. CPU 1 in store\. .*a b\.c:10\. references of slot: 1, was 0\. unbind moves unregister\(slot\) to its own list$/,
    );
    expect(await options.nth(2).getAttribute('aria-label')).toMatch(/Here it breaks: BUG: use after free$/);
    expect(await current()).toHaveLength(1);
    expect(await options.nth(1).locator('.chip').allInnerTexts()).toEqual(['refs 0 → 1']);
    expect(await page.evaluate('kept')).toEqual({ fingerprint: 'f', step: 1 });
  });

  test('breaks code after a parenthesis or a blank, and no arrow', async () => {
    const text = 'devm_release_action(port->uport_dev, unregister, slot)';
    const steps = REPLAY.steps.map((step) => ({ ...step, text }));
    await tell({ kind: 'replay', replay: { ...REPLAY, steps }, step: 1 });
    const code = page.locator('li[role=option] code.text').first();
    expect(await code.innerText()).toBe(text);
    const linesIn = (width: number) =>
      code.evaluate((element, columns) => {
        element.style.cssText = `display: block; width: ${columns}ch; font-family: monospace`;
        const lines = new Map<number, string>();
        const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
        for (let node = texts.nextNode(); node; node = texts.nextNode())
          for (let at = 0; at < (node.textContent ?? '').length; at++) {
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + 1);
            const top = Math.round(range.getBoundingClientRect().top);
            lines.set(top, (lines.get(top) ?? '') + range.toString());
          }
        return [...lines.values()].map((line) => line.trim());
      }, width);
    expect(await linesIn(25)).toEqual(['devm_release_action(', 'port->uport_dev,', 'unregister, slot)']);
    expect(await linesIn(20)).toContain('port->uport_dev,');
    await tell({ kind: 'replay', replay: REPLAY, step: 1 });
  });

  test('takes texts of the source for texts', async () => {
    expect(await page.locator('main img, main b').count()).toBe(0);
    expect(await page.locator('li[role=option]').first().innerText()).toMatch(/<img src=x/);
  });

  test('is gone through with the keyboard, and says so', async () => {
    const list = page.getByRole('listbox');
    await list.focus();
    await list.press('ArrowDown');
    await list.press('ArrowDown');
    await list.press('k');
    await list.press('Home');
    await list.press('Enter');
    expect(await said()).toEqual([
      { kind: 'select', step: 2, focus: false },
      { kind: 'select', step: 2, focus: false },
      { kind: 'select', step: 1, focus: false },
      { kind: 'select', step: 0, focus: false },
      { kind: 'select', step: 0, focus: true },
    ]);
    expect(await list.getAttribute('aria-activedescendant')).toBe('step-0');
    await list.press('Alt+n');
    expect(await said()).toEqual([]);
    await tell({ kind: 'select', step: 2 });
    expect(await said()).toEqual([]);
    expect(await list.getAttribute('aria-activedescendant')).toBe('step-2');
  });

  test('has a lane for each CPU beside the code, and one for all where it is too narrow for that', async () => {
    const before = page.viewportSize();
    const lefts = () =>
      page
        .locator('li[role=option] .lane[data-cpu]')
        .evaluateAll((lanes) => new Set(lanes.map((lane) => lane.getBoundingClientRect().left)).size);
    await page.setViewportSize({ width: 500, height: 600 });
    expect(await lefts()).toBe(2);
    await page.setViewportSize({ width: 160, height: 600 });
    expect(await lefts()).toBe(1);
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(await overflow()).toBe(0);
    if (before) await page.setViewportSize(before);
  });

  test('keeps the chosen step in view when it is made narrower', async () => {
    const before = page.viewportSize();
    await tell({ kind: 'select', step: 2 });
    await page.setViewportSize({ width: 320, height: 240 });
    const chosen = page.locator('[role=option][aria-selected=true]');
    await expect.poll(() => chosen.evaluate((row) => row.getBoundingClientRect().top < window.innerHeight)).toBe(true);
    if (before) await page.setViewportSize(before);
  });

  test('has no fault of accessibility that a program can find', async () => {
    await page.locator('details').evaluateAll((parts) => {
      for (const part of parts) part.setAttribute('open', '');
    });
    expect(await faultsOf(page)).toEqual([]);
  });

  test('leads to the other findings and to what can be done', async () => {
    await page.getByRole('combobox').selectOption('g');
    await page.getByRole('button', { name: 'Copy as changelog' }).click();
    await page.getByRole('button', { name: 'Step through' }).click();
    expect(await said()).toEqual([
      { kind: 'show', fingerprint: 'g' },
      { kind: 'run', action: 'copy' },
      { kind: 'run', action: 'stepThrough' },
    ]);
  });

  test('says what is the matter where there is nothing (any more)', async () => {
    await tell({ kind: 'notice', text: 'gone' });
    expect(await page.locator('.notice').innerText()).toBe('gone');
    await tell({ kind: 'replay', replay: REPLAY, step: 0 });
    expect(await page.locator('.notice').isVisible()).toBe(false);
  });

  test('shows a finding that was not explored without states and without stepping through', async () => {
    const steps = REPLAY.steps.map((step) => ({ ...step, stack: [], state: [], moved: [] }));
    await tell({ kind: 'replay', replay: { ...REPLAY, explored: false, steps }, step: 0 });
    expect(await page.locator('.state:visible, .chip').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Step through' }).count()).toBe(0);
  });

  test('breaks no rule of the policy', () => {
    expect(errors).toEqual([]);
  });
});
