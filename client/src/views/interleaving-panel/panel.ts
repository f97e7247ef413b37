import * as vscode from 'vscode';
import { COPY_CHANGELOG, STEP_THROUGH } from '../../../../protocol/commands';
import type { FindingParams } from '../../../../protocol/finding';
import { type Replay, ReplayRequest } from '../../../../protocol/replay';
import { goTo } from '../../replay/debug';
import type { Server } from '../../server';
import { tellNone } from '../../server-state';
import { pageHtml, pageOptions } from '../webview';
import { StepMarks } from './marks';
import type { FromPage, PanelState, ToPage } from './messages';

const VIEW = 'devresLens.interleaving';
const BUNDLE = 'interleaving-panel';
/** Set while there is a panel: the keys that step belong to it. */
const OPEN = 'devresLens.interleavingOpen';
export const SHOW_TEXT = 'devresLens.showInterleavingText';

/** The one panel that draws an interleaving beside the code; stepping in it moves the cursor in the code along. */
export class InterleavingPanel implements vscode.Disposable {
  #panel: vscode.WebviewPanel | undefined;
  #replay: Replay | null = null;
  /** What to show once the page is there, or the analysis has it. */
  #wanted: PanelState | null = null;
  #step = 0;
  readonly #marks = new StepMarks();
  readonly #subscriptions: vscode.Disposable[];

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly server: Server,
  ) {
    this.#subscriptions = [
      this.#marks,
      server.onStatus(({ state }) => {
        if (state === 'idle' || state === 'degraded') void this.#refresh();
      }),
      vscode.window.registerWebviewPanelSerializer(VIEW, {
        deserializeWebviewPanel: async (panel, state: Partial<PanelState> | undefined) => {
          this.#wanted = typeof state?.fingerprint === 'string' ? { fingerprint: state.fingerprint, step: state.step ?? 0 } : null;
          this.#adopt(panel);
        },
      }),
    ];
  }

  dispose(): void {
    this.#panel?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** The finding that is shown; undefined without a panel. */
  get fingerprint(): string | undefined {
    return this.#panel && this.#replay?.fingerprint;
  }

  /** Shows a finding beside the code, which keeps the focus. Starts where it breaks: that is the question that the trace answers. */
  async show(params: FindingParams): Promise<void> {
    const replay = await this.server.request(ReplayRequest, { ...params, states: false });
    if (!replay) {
      tellNone(this.server);
      return;
    }
    this.#replay = replay;
    this.#wanted = null;
    this.#step = Math.max(0, replay.steps.length - 1);
    if (!this.#panel) {
      const where = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
      this.#adopt(vscode.window.createWebviewPanel(VIEW, 'Interleaving', where, pageOptions(this.extensionUri)));
    } else this.#panel.reveal(undefined, true);
    this.#draw();
    await this.#reveal(true);
    // The states may take a moment.
    if (replay.explored) await this.#refresh();
  }

  /** The step after (or before) the one that is marked, with the cursor. */
  async move(by: number): Promise<void> {
    const last = (this.#replay?.steps.length ?? 0) - 1;
    if (!this.#panel || last < 0) return;
    await this.#select(Math.min(last, Math.max(0, this.#step + by)), true);
    this.#post({ kind: 'select', step: this.#step });
  }

  /** Marks the step of somebody else who goes through the same finding and moves the cursor on his own. */
  follow(fingerprint: string, step: number): void {
    if (this.fingerprint !== fingerprint) return;
    this.#step = step;
    this.#post({ kind: 'select', step });
  }

  #adopt(panel: vscode.WebviewPanel): void {
    this.#panel = panel;
    panel.iconPath = vscode.Uri.joinPath(this.extensionUri, 'media', 'icon.png');
    panel.webview.options = pageOptions(this.extensionUri);
    panel.webview.onDidReceiveMessage((message: FromPage) => this.#received(message));
    panel.onDidDispose(() => {
      this.#panel = undefined;
      this.#marks.clear();
      void vscode.commands.executeCommand('setContext', OPEN, false);
    });
    panel.webview.html = pageHtml(panel.webview, this.extensionUri, BUNDLE, 'Interleaving');
    void vscode.commands.executeCommand('setContext', OPEN, true);
  }

  async #received(message: FromPage): Promise<void> {
    if (message.kind === 'ready') {
      if (this.#wanted) await this.#refresh();
      else this.#draw();
    } else if (message.kind === 'select') await this.#select(message.step, message.focus);
    else if (message.kind === 'show') await this.show({ fingerprint: message.fingerprint });
    else if (this.#replay) {
      const command = { stepThrough: STEP_THROUGH, copy: COPY_CHANGELOG, text: SHOW_TEXT }[message.action];
      await vscode.commands.executeCommand(command, this.#replay.fingerprint);
    }
  }

  /** A debug session of the same race goes there, and shows the place itself. */
  async #select(step: number, focus: boolean): Promise<void> {
    this.#step = step;
    if (this.#replay && (await goTo(this.#replay.fingerprint, step))) return;
    await this.#reveal(!focus);
  }

  get #chosen(): string | undefined {
    return this.#wanted?.fingerprint ?? this.#replay?.fingerprint;
  }

  /** After each analysis: the same finding as it is now. */
  async #refresh(): Promise<void> {
    const fingerprint = this.#chosen;
    if (!this.#panel || fingerprint === undefined || !this.server.isRunning) return this.#draw();
    const replay = await this.server.request(ReplayRequest, { fingerprint });
    // The server has gone, or another one was chosen meanwhile.
    if (replay === undefined || this.#chosen !== fingerprint) return;
    if (replay) {
      this.#step = Math.min(this.#wanted?.step ?? this.#step, replay.steps.length - 1);
      this.#wanted = null;
    }
    this.#replay = replay ?? (this.#wanted ? null : this.#replay);
    if (replay || this.#wanted) this.#draw();
    else this.#post({ kind: 'notice', text: 'The analysis no longer finds this race. What is shown is how it was.' });
  }

  #draw(): void {
    if (!this.#panel) return;
    this.#panel.title = this.#replay ? this.#replay.title : 'Interleaving';
    if (this.#replay) this.#post({ kind: 'replay', replay: this.#replay, step: this.#step });
    else this.#post({ kind: 'notice', text: 'Waiting for the analysis. Open a file of the driver to start it.' });
  }

  #post(message: ToPage): void {
    void this.#panel?.webview.postMessage(message);
  }

  async #reveal(preserveFocus: boolean): Promise<void> {
    const step = this.#replay?.steps[this.#step];
    if (step) await this.#marks.show(step.place, this.#panel?.viewColumn, preserveFocus);
  }
}
