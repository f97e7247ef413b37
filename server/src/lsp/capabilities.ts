import {
  type ClientCapabilities,
  CodeActionKind,
  type InitializeParams,
  type InitializeResult,
  MarkupKind,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node';
import { negotiateEncoding, type PositionEncoding } from './positions';

/** What the client can do, as far as the server's answers depend on it. */
export interface Client {
  encoding: PositionEncoding;
  relatedInformation: boolean;
  codeDescription: boolean;
  diagnosticData: boolean;
  codeActionLiterals: boolean;
  codeActionResolve: boolean;
  documentChanges: boolean;
  changeAnnotations: boolean;
  configuration: boolean;
  configurationRegistration: boolean;
  watchRegistration: boolean;
  relativePatterns: boolean;
  progress: boolean;
  /** Hovers may be Markdown, which is so unless it says otherwise. */
  hoverMarkdown: boolean;
  /** It asks again for code lenses when told to. */
  codeLensRefresh: boolean;
  inlayHintRefresh: boolean;
  callHierarchy: boolean;
  /** Commands that code actions may name. */
  commands: ReadonlySet<string>;
}

export function clientOf(capabilities: ClientCapabilities): Client {
  const { experimental, general, textDocument, window, workspace } = capabilities;
  const diagnostics = textDocument?.publishDiagnostics;
  const actions = textDocument?.codeAction;
  return {
    encoding: negotiateEncoding(general?.positionEncodings),
    relatedInformation: diagnostics?.relatedInformation === true,
    codeDescription: diagnostics?.codeDescriptionSupport === true,
    diagnosticData: diagnostics?.dataSupport === true,
    codeActionLiterals: actions?.codeActionLiteralSupport !== undefined,
    codeActionResolve: actions?.dataSupport === true && actions.resolveSupport?.properties.includes('edit') === true,
    documentChanges: workspace?.workspaceEdit?.documentChanges === true,
    changeAnnotations: workspace?.workspaceEdit?.changeAnnotationSupport !== undefined,
    configuration: workspace?.configuration === true,
    configurationRegistration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    watchRegistration: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    relativePatterns: workspace?.didChangeWatchedFiles?.relativePatternSupport === true,
    progress: window?.workDoneProgress === true,
    hoverMarkdown: textDocument?.hover?.contentFormat?.includes(MarkupKind.Markdown) ?? true,
    codeLensRefresh: workspace?.codeLens?.refreshSupport === true,
    inlayHintRefresh: workspace?.inlayHint?.refreshSupport === true,
    callHierarchy: textDocument?.callHierarchy !== undefined,
    commands: commandsOf(experimental),
  };
}

function commandsOf(experimental: unknown): ReadonlySet<string> {
  const { commands } = (experimental ?? {}) as { commands?: unknown };
  return new Set(Array.isArray(commands) ? commands.filter((command) => typeof command === 'string') : []);
}

/** Only the fixes that are safe to apply without a look at them. */
export const FIX_ALL = `${CodeActionKind.SourceFixAll}.devresLens`;

export function initializeResult(client: Client, version: string): InitializeResult {
  return {
    capabilities: {
      positionEncoding: client.encoding,
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: { includeText: false } },
      hoverProvider: true,
      codeLensProvider: {},
      inlayHintProvider: true,
      documentLinkProvider: {},
      callHierarchyProvider: client.callHierarchy,
      // A client without literals would need commands that apply edits on their own; it gets none.
      ...(client.codeActionLiterals && {
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, FIX_ALL], resolveProvider: client.codeActionResolve },
      }),
    },
    serverInfo: { name: 'devres-lens', version },
  };
}

/** Settings that a client may hand over at once instead of answering workspace/configuration. */
export function initialSettings(params: InitializeParams): unknown {
  return params.initializationOptions as unknown;
}
