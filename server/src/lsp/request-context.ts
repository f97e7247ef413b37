import type { Connection } from 'vscode-languageserver/node';
import type { Client } from './capabilities';
import type { Documents } from './documents';
import type { Folders } from './folders';
import type { Guard } from './guard';
import type { Settings } from './settings';

/** What an answer to a request rests on. */
export interface RequestContext {
  connection: Connection;
  documents: Documents;
  folders: Folders;
  client(): Client;
  settings(): Settings;
  guarded: Guard;
}
