import * as vscode from 'vscode';

/** `waiting`: nobody has needed it so far. `restarting`: it ended and is started again after a pause. `down`: only the user starts it again. */
export type ServerState = 'waiting' | 'starting' | 'running' | 'restarting' | 'down';

/** Says that the server is down, with what can be done about it. */
export async function tellDown(message: string): Promise<void> {
  const choice = await vscode.window.showErrorMessage(message, 'Restart', 'Show Log');
  if (choice === 'Restart') await vscode.commands.executeCommand('devresLens.restart');
  if (choice === 'Show Log') await vscode.commands.executeCommand('devresLens.showLog');
}

/** Says why there is nothing to show. */
export function tellNone({ state }: { state: ServerState }): void {
  if (state === 'down') void tellDown('The devres-lens server is not running.');
  else void vscode.window.showInformationMessage('devres-lens has no finding in this file, or has not read it yet.');
}

/** What a document says whose finding is not there: the answer was null, or there was none. */
export function goneText(answer: null | undefined): string {
  return answer === null ? 'This finding is gone.\n' : 'The devres-lens server is not running.\n';
}
