import { PassThrough } from 'node:stream';
import { createConnection, ProposedFeatures, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import type { Analyst } from '../../server/src/lsp/analyst';
import type { Host } from '../../server/src/lsp/host';
import type { AnalysisMemory } from '../../server/src/lsp/memory';
import { serve } from '../../server/src/lsp/server';
import { LspClient } from '../support/lsp-client';
import { FakeAnalyst } from './fake-analyst';

export interface Session {
  client: LspClient;
  /** The disk: absolute path to text. */
  disk: Map<string, string>;
  /** Engines in the order in which they were made. */
  engines: FakeAnalyst[];
}

/** Files below /tree are in a kernel tree, all others in none. */
function hostOf(disk: Map<string, string>): Host {
  return {
    rootOf: (path) => (path.startsWith('/tree/') ? '/tree' : null),
    read: (path) => disk.get(path) ?? null,
    list(folder, limit) {
      const prefix = `${folder.replace(/\/$/, '')}/`;
      const found = [...disk.keys()].filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
      return found.length > limit ? null : found;
    },
  };
}

/** A server with the fake engine, and a client connected to it within this process. */
export function connect(files: Record<string, string> = {}, memory: AnalysisMemory | null = null): Session {
  const engines: FakeAnalyst[] = [];
  const createAnalyst = () => {
    const engine = new FakeAnalyst();
    engines.push(engine);
    return engine;
  };
  return { ...connectTo(createAnalyst, files, memory), engines };
}

/** The same with any engine. */
export function connectTo(
  createAnalyst: () => Analyst,
  files: Record<string, string>,
  memory: AnalysisMemory | null = null,
): Omit<Session, 'engines'> {
  const disk = new Map(Object.entries(files));
  const [up, down] = [new PassThrough(), new PassThrough()];
  const connection = createConnection(ProposedFeatures.all, new StreamMessageReader(up), new StreamMessageWriter(down));
  serve(connection, { createAnalyst, host: hostOf(disk), memory, ruleUri: (rule) => `file:///rules/${rule}.md`, version: '1.2.3' });
  connection.listen();
  return { client: new LspClient(down, up), disk };
}
