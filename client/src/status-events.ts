import * as vscode from 'vscode';
import { type LanguageClient, NotificationType } from 'vscode-languageclient/node';
import type { StatusParams } from './protocol';

const StatusNotification = new NotificationType<StatusParams>('devresLens/status');

const emitters = new WeakMap<LanguageClient, vscode.EventEmitter<StatusParams>>();

/** Listens to what the server says of its folders. The client keeps one handler for a notification, the last one; here everybody is told. */
export function onStatus(client: LanguageClient, listener: (status: StatusParams) => void): vscode.Disposable {
  let emitter = emitters.get(client);
  if (!emitter) {
    const made = new vscode.EventEmitter<StatusParams>();
    client.onNotification(StatusNotification, (status) => made.fire(status));
    emitters.set(client, made);
    emitter = made;
  }
  return emitter.event(listener);
}
