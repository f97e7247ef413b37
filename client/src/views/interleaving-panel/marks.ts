import * as vscode from 'vscode';
import type { Place } from '../../../../protocol/message';
import { locationOf } from '../../places';

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
  async show(place: Place, avoid: vscode.ViewColumn | undefined, preserveFocus: boolean): Promise<void> {
    const { uri, range } = locationOf(place);
    const visible = vscode.window.visibleTextEditors.filter((editor) => editor.viewColumn !== undefined && editor.viewColumn !== avoid);
    const shown = visible.find((editor) => editor.document.uri.toString() === uri.toString()) ?? visible[0];
    const free = avoid === vscode.ViewColumn.One ? vscode.ViewColumn.Two : vscode.ViewColumn.One;
    const viewColumn = shown?.viewColumn ?? free;
    const selection = new vscode.Range(range.start, range.start);
    const editor = await vscode.window.showTextDocument(uri, { viewColumn, preserveFocus, selection });
    this.clear();
    editor.setDecorations(this.#line, [range]);
    // Its start alone: a statement that is wider than the editor is not to be scrolled to its end.
    editor.revealRange(selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }
}
