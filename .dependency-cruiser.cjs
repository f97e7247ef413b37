/**
 * Which folder may import which. The order of the layers is the order of ARCHITECTURE.md; imports run downwards only.
 * Imports of types alone are exempt from the order: facts/types.ts and findings/types.ts are the language that all layers share.
 */
const LAYERS = [
  'text',
  'syntax',
  'kernel',
  'facts',
  'program',
  'lifetimes',
  'races',
  'findings',
  'fixes',
  'engine',
  'features',
  'host',
  'lsp',
  'cli',
];

const IO_MODULES = 'fs|fs/promises|child_process|worker_threads|cluster|net|http|https|dgram|readline|os';

const notTypes = { dependencyTypesNot: ['type-only'] };

const downwards = LAYERS.slice(0, -1).map((layer, index) => ({
  name: `${layer}-imports-downwards`,
  comment: `server/src/${layer} may import only from the layers below it (${LAYERS.slice(0, index).join(', ') || 'none'}).`,
  severity: 'error',
  from: { path: `^server/src/${layer}/` },
  to: { path: `^server/src/(${LAYERS.slice(index + 1).join('|')})/`, ...notTypes },
}));

module.exports = {
  forbidden: [
    ...downwards,
    {
      name: 'known-layer',
      comment: 'A new folder below server/src needs its place in the order of the layers.',
      severity: 'error',
      from: { path: '^server/src/', pathNot: `^server/src/(${LAYERS.join('|')})/` },
      to: {},
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or miss a third.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: notTypes },
    },
    {
      name: 'protocol-at-the-edge',
      comment: 'Only server/src/lsp knows the types of the language server protocol.',
      severity: 'error',
      from: { path: '^(server|client)/', pathNot: '^server/src/lsp/' },
      to: { path: 'node_modules/vscode-(languageserver|jsonrpc)' },
    },
    {
      name: 'protocol-of-our-own-alone',
      comment: 'What client and server share is plain data: it imports nothing.',
      severity: 'error',
      from: { path: '^protocol/' },
      to: { pathNot: '^protocol/' },
    },
    {
      name: 'protocol-of-our-own-at-the-edge',
      comment: 'The analysis knows nothing of what an editor asks.',
      severity: 'error',
      from: { path: '^server/src/', pathNot: '^server/src/lsp/' },
      to: { path: '^protocol/' },
    },
    {
      name: 'language-client-when-needed',
      comment: 'Activation loads neither the client library nor the debug adapter: they are in bundles of their own.',
      severity: 'error',
      from: { path: '^client/', pathNot: '^client/src/(language-client|replay/session)\\.ts$' },
      to: { path: 'node_modules/(vscode-languageclient|@vscode/debugadapter)/', ...notTypes },
    },
    {
      name: 'editor-in-client',
      comment: 'Only client/ knows VS Code.',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: ['node_modules/(vscode-languageclient|@types/vscode)/', '^vscode$'] },
    },
    {
      name: 'io-at-the-edge',
      comment: 'The core is handed its files; only host, lsp and cli do I/O.',
      severity: 'error',
      from: { path: '^server/src/', pathNot: '^server/src/(host|lsp|cli)/' },
      to: { path: `^(node:)?(${IO_MODULES})$`, dependencyTypes: ['core'] },
    },
    {
      name: 'no-network',
      comment: 'Nothing that is analysed leaves the machine, and nothing is counted.',
      severity: 'error',
      from: { path: '^(server|client|protocol)/' },
      to: { path: '^(node:)?(http|https|http2|net|tls|dgram|dns)(/|$)', dependencyTypes: ['core'] },
    },
    {
      name: 'parser-in-syntax',
      comment: 'Trees of tree-sitter have an owner, who frees them: server/src/syntax.',
      severity: 'error',
      from: { path: '^(server|client)/', pathNot: '^server/src/syntax/' },
      to: { path: 'node_modules/tree-sitter', ...notTypes },
    },
    {
      name: 'client-and-server-apart',
      comment: 'The client talks to the server over the protocol; what they share is in protocol/.',
      severity: 'error',
      from: { path: '^client/' },
      to: { path: '^server/', ...notTypes },
    },
    {
      name: 'server-without-client',
      comment: 'The server serves every editor.',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^client/' },
    },
    {
      name: 'product-without-tests',
      comment: 'What ships imports neither tests nor scripts.',
      severity: 'error',
      from: { path: '^(server|client)/' },
      to: { path: '^(test|scripts)/' },
    },
    {
      name: 'no-development-dependencies',
      comment: 'What ships imports no development dependency.',
      severity: 'error',
      from: { path: '^(server|client)/src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/' },
    },
    {
      name: 'resolvable',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^vscode$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
