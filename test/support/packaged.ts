import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { newestChange } from '../../scripts/lib/exec.mjs';
import { editor, root } from './environment';
import { Workbench } from './vscode';

/** Where screenshots go. */
export const RESULTS = join(root, 'test-results');

const VSIX = join(root, 'devres-lens.vsix');
const SOURCES = ['client/src', 'examples', 'media', 'package.json', 'protocol', 'scripts', 'server/src', 'syntaxes', 'walkthrough'].map(
  (path) => join(root, path),
);

/** The extension as it ships, packaged anew where its sources are newer. DEVRES_LENS_VSIX names one to test instead. */
export function packageExtension(): string {
  const { DEVRES_LENS_VSIX } = process.env;
  if (DEVRES_LENS_VSIX !== undefined) return DEVRES_LENS_VSIX;
  if (existsSync(VSIX) && statSync(VSIX).mtimeMs >= newestChange(SOURCES)) return VSIX;
  const run = spawnSync(process.execPath, [join(root, 'scripts/package.mjs')], { cwd: root, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`packaging failed: ${run.stdout}${run.stderr}`);
  return VSIX;
}

/** Takes a picture for the walkthrough, where DEVRES_LENS_PICTURE=1 asks for new ones. */
export async function takePicture(workbench: Workbench, name: string): Promise<void> {
  if (process.env.DEVRES_LENS_PICTURE !== '1') return;
  await workbench.withoutTooltip();
  await workbench.screenshot(join(root, 'walkthrough', name));
}

/** An editor on a folder with the packaged extension, beside others (.vsix). Asked for only where an editor is installed. */
export async function openEditor(folder: string, settings: Record<string, unknown> = {}, neighbours: string[] = []): Promise<Workbench> {
  const installed = editor();
  if (!installed) throw new Error('no editor');
  mkdirSync(RESULTS, { recursive: true });
  return Workbench.start(installed, [packageExtension(), ...neighbours], folder, settings);
}

/** An editor on a folder with a file open, once the file's findings are there. */
export async function startOn(
  folder: string,
  file: string,
  settings: Record<string, unknown> = {},
  neighbours: string[] = [],
): Promise<Workbench> {
  const workbench = await openEditor(folder, settings, neighbours);
  try {
    await workbench.openFile(file);
    await workbench.analysed();
    return workbench;
  } catch (error) {
    await workbench.screenshot(join(RESULTS, 'start.png'));
    await workbench.close();
    throw error;
  }
}
