import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import type { RestartPolicy } from './restarts';
import { tellDown } from './server';

export interface CommandContext {
  client: LanguageClient;
  log: vscode.LogOutputChannel;
  restarts: RestartPolicy;
}

/** The commands that are about the server. */
export function registerCommands({ client, log, restarts }: CommandContext): vscode.Disposable[] {
  return [
    vscode.commands.registerCommand('devresLens.restart', async () => {
      restarts.reset();
      try {
        if (client.needsStop()) await client.restart();
        else await client.start();
      } catch (error) {
        log.error(error instanceof Error ? error : String(error));
        await tellDown('The devres-lens server cannot be started.');
      }
    }),
    vscode.commands.registerCommand('devresLens.showLog', () => log.show(true)),
  ];
}
