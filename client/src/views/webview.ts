import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** A view's folder `client/src/views/NAME/page` is bundled as NAME.js and NAME.css in here (scripts/build.mjs). */
const BUNDLES = ['dist', 'views'];

/** Scripts run, and nothing but the bundles of views can be loaded. */
export function pageOptions(extensionUri: vscode.Uri): vscode.WebviewOptions {
  return { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(extensionUri, ...BUNDLES)] };
}

/**
 * The document of a webview: the bundle `name` and its style sheet, and an empty `<main>` that the script fills. Its
 * policy allows this one script and this style sheet: no inline code, no other origin, no network.
 */
export function pageHtml(webview: vscode.Webview, extensionUri: vscode.Uri, name: string, title: string): string {
  const nonce = randomBytes(16).toString('base64');
  const bundle = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, ...BUNDLES, file)).toString();
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${webview.cspSource}; font-src ${webview.cspSource}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="stylesheet" href="${bundle(`${name}.css`)}">
</head>
<body>
<main></main>
<script nonce="${nonce}" src="${bundle(`${name}.js`)}"></script>
</body>
</html>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
