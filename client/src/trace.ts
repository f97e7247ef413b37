import * as vscode from 'vscode';

const SETTING = 'devresLens.trace.server';

/**
 * Where the client writes the messages that it exchanges with the server. The library writes them at the log's most
 * verbose level only; here the setting alone is enough, and says so.
 */
export function traceChannel(log: vscode.LogOutputChannel): vscode.LogOutputChannel {
  const levelChanged = new vscode.EventEmitter<vscode.LogLevel>();
  const level = () => (isTracing() ? vscode.LogLevel.Trace : vscode.LogLevel.Off);
  vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration(SETTING) && levelChanged.fire(level()));
  return {
    ...log,
    get logLevel() {
      return level();
    },
    onDidChangeLogLevel: levelChanged.event,
    trace: (message, ...rest) => log.info(message, ...rest),
  };
}

function isTracing(): boolean {
  return vscode.workspace.getConfiguration().get<string>(SETTING, 'off') !== 'off';
}
