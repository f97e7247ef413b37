import * as vscode from 'vscode';
import type { Server } from './server';

/** The commands that are about the server. */
export function registerCommands(server: Server, log: vscode.LogOutputChannel): vscode.Disposable[] {
  return [
    vscode.commands.registerCommand('devresLens.restart', () => server.restart()),
    vscode.commands.registerCommand('devresLens.showLog', () => log.show(true)),
  ];
}
