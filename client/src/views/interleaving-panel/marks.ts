import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import type { Place } from '../../replay/types';

/** Puts the cursor on the line of a step and marks the line, in an editor that is not where the panel is. */
export class StepMarks implements vscode.Disposable {
  readonly #line = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('editor.rangeHighlightBackground'),
    overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.rangeHighlightForeground'),
    overviewRulerLane: vscode.OverviewRulerLane.Full,
  });

  dispose(): void {
    this.#line.dispose();
  }

  clear(): void {
    for (const editor of vscode.window.visibleTextEditors) editor.setDecorations(this.#line, []);
  }

  /** Shows a place where its file is visible already, else beside the panel's column `avoid`. */
  async show(client: LanguageClient, place: Place, avoid: vscode.ViewColumn | undefined, preserveFocus: boolean): Promise<void> {
    const uri = client.protocol2CodeConverter.asUri(place.uri);
    const start = new vscode.Position(place.range.start.line, place.range.start.character);
    const range = new vscode.Range(start, new vscode.Position(place.range.end.line, place.range.end.character));
    const visible = vscode.window.visibleTextEditors.filter((editor) => editor.viewColumn !== undefined && editor.viewColumn !== avoid);
    const shown = visible.find((editor) => editor.document.uri.toString() === uri.toString()) ?? visible[0];
    const free = avoid === vscode.ViewColumn.One ? vscode.ViewColumn.Two : vscode.ViewColumn.One;
    const viewColumn = shown?.viewColumn ?? free;
    const selection = new vscode.Range(start, start);
    const editor = await vscode.window.showTextDocument(uri, { viewColumn, preserveFocus, selection });
    this.clear();
    editor.setDecorations(this.#line, [range]);
    editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }
}
