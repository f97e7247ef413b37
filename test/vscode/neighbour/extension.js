// Says something of every word of a C file, as an extension that knows the whole language does.
const vscode = require('vscode');

const C = { scheme: 'file', language: 'c' };

exports.activate = (context) => {
  const item = (name, uri, range) => new vscode.CallHierarchyItem(vscode.SymbolKind.Function, name, 'neighbour', uri, range, range);
  context.subscriptions.push(
    vscode.languages.registerHoverProvider(C, { provideHover: () => new vscode.Hover('what the neighbour says') }),
    vscode.languages.registerCallHierarchyProvider(C, {
      prepareCallHierarchy(document, position) {
        const range = document.getWordRangeAtPosition(position);
        return range && item(document.getText(range), document.uri, range);
      },
      provideCallHierarchyIncomingCalls: ({ name, uri, range }) => [
        new vscode.CallHierarchyIncomingCall(item(`caller of ${name}`, uri, range), [range]),
      ],
      provideCallHierarchyOutgoingCalls: () => [],
    }),
  );
};
