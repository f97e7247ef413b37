import * as vscode from 'vscode';
import { ReproducerRequest } from '../../protocol/finding';
import type { Server } from './server';
import { goneText, tellNone } from './server-state';

const SCHEME = 'devres-lens-reproducer';
/** By the endings of their names the editor knows what they are. */
const PARTS = ['patch', 'sh'] as const;

/** Documents of a patch of delays and of a script: nothing is written anywhere unless the reader saves them. */
export function registerReproducers(server: Server): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    async provideTextDocumentContent(uri) {
      const made = await server.request(ReproducerRequest, { fingerprint: uri.query });
      if (!made) return goneText(made);
      if ('refused' in made) return `There is no reproducer: ${made.refused}.\n`;
      return uri.path.endsWith('.sh') ? made.script : made.patch;
    },
  });
}

/** Opens both beside the code, which keeps the focus, or says why there are none. */
export async function showReproducer(fingerprint: string, server: Server): Promise<void> {
  const made = await server.request(ReproducerRequest, { fingerprint });
  if (!made) {
    tellNone(server);
    return;
  }
  if ('refused' in made) {
    void vscode.window.showInformationMessage(`devres-lens has no reproducer for this: ${made.refused}.`);
    return;
  }
  for (const part of PARTS) {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/reproducer-${fingerprint.slice(0, 8)}.${part}`, query: fingerprint });
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: false, preserveFocus: true });
  }
}
