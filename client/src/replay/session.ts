import { DebugSession, InitializedEvent, Scope, Source, StackFrame, StoppedEvent, TerminatedEvent, Thread } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Place } from '../../../protocol/message';
import type { Replay } from '../../../protocol/replay';
import { ReplayCursor } from './cursor';
import { GO_TO } from './go-to';
import { scopesOf, variablesOf, watched } from './state';

export interface ReplayHost {
  /** How the editor names a document in breakpoints and frames: a path, or a URI where it has none. */
  pathOf(uri: string): string;
  /** The replay stands after a step, which is made by this thread. */
  moved(step: number): void;
}

/** Frames a thread may have; what is beyond is the next thread's. */
const FRAMES = 1000;
/** Ids begin here: editors take 0 for none. */
const FIRST = 1;

/**
 * A bundle of its own, loaded with the first session.
 * A debug adapter for a race that was found: its threads are the CPUs, its time is the interleaving, and it can go back.
 * It stands after a step; the last step is an exception, which is the violated property.
 */
export class ReplaySession extends DebugSession {
  readonly #cursor: ReplayCursor;

  constructor(
    private readonly replay: Replay,
    private readonly host: ReplayHost,
  ) {
    super();
    // As in the server's answers.
    this.setDebuggerLinesStartAt1(false);
    this.setDebuggerColumnsStartAt1(false);
    this.#cursor = new ReplayCursor(replay, host.pathOf);
  }

  protected override initializeRequest(response: DebugProtocol.InitializeResponse): void {
    response.body = {
      supportsConfigurationDoneRequest: true,
      supportsStepBack: true,
      supportsExceptionInfoRequest: true,
      supportsEvaluateForHovers: true,
      supportsRestartRequest: true,
    };
    this.sendResponse(response);
    this.sendEvent(new InitializedEvent());
  }

  protected override configurationDoneRequest(response: DebugProtocol.ConfigurationDoneResponse): void {
    this.sendResponse(response);
    this.#go(0, 'entry');
  }

  protected override launchRequest(response: DebugProtocol.LaunchResponse): void {
    this.sendResponse(response);
  }

  protected override restartRequest(response: DebugProtocol.RestartResponse): void {
    this.sendResponse(response);
    this.#go(0, 'entry');
  }

  protected override threadsRequest(response: DebugProtocol.ThreadsResponse): void {
    response.body = { threads: this.replay.threads.map(({ name, entry }, t) => new Thread(t + 1, `${name}: ${entry}${this.#note(t)}`)) };
    this.sendResponse(response);
  }

  /** What a thread without a step so far is doing. */
  #note(t: number): string {
    return this.#cursor.lastOf(t) < 0 ? ' (not started yet)' : '';
  }

  protected override stackTraceRequest(response: DebugProtocol.StackTraceResponse, { threadId }: DebugProtocol.StackTraceArguments): void {
    const t = threadId - 1;
    const stackFrames = this.#calls(t).map(({ function: name, place }, i): DebugProtocol.StackFrame => {
      const id = FIRST + t * FRAMES + i;
      // Without an end: what has one the editor selects, and the next key would replace it.
      if (place) return new StackFrame(id, name, this.#source(place), ...this.#start(place));
      return { ...new StackFrame(id, `${name}() [kernel]`), presentationHint: 'subtle' };
    });
    response.body = { stackFrames, totalFrames: stackFrames.length };
    this.sendResponse(response);
  }

  /** A thread stands where it made its last step; before its first one, where it enters. */
  #calls(t: number): { function: string; place: Place | null }[] {
    const at = this.#cursor.lastOf(t);
    const step = this.replay.steps[at];
    const thread = this.replay.threads[t];
    if (!step) return thread ? [{ function: thread.entry, place: thread.place }] : [];
    // An editor shows state for a frame with a source only.
    const entry = { function: thread?.entry ?? step.function, place: step.place };
    return step.stack.some(({ place }) => place) ? step.stack : [...step.stack, entry];
  }

  #source({ uri }: Place): Source {
    const path = this.host.pathOf(uri);
    return new Source(path.slice(path.lastIndexOf('/') + 1), path);
  }

  #start({ range }: Place): [number, number] {
    return [this.convertDebuggerLineToClient(range.start.line), this.convertDebuggerColumnToClient(range.start.character)];
  }

  /** The state is shared: all frames have the same. */
  protected override scopesRequest(response: DebugProtocol.ScopesResponse): void {
    response.body = {
      scopes: scopesOf(this.replay).map(({ name, reference }) => new Scope(name, reference)),
    };
    this.sendResponse(response);
  }

  protected override variablesRequest(response: DebugProtocol.VariablesResponse, args: DebugProtocol.VariablesArguments): void {
    response.body = { variables: variablesOf(this.replay, this.#cursor.step, args.variablesReference) };
    this.sendResponse(response);
  }

  protected override evaluateRequest(response: DebugProtocol.EvaluateResponse, { expression }: DebugProtocol.EvaluateArguments): void {
    const result = watched(this.replay, this.#cursor.step, expression);
    if (result === null) this.sendErrorResponse(response, 1, 'Not part of the state of this race');
    else {
      response.body = { result, variablesReference: 0 };
      this.sendResponse(response);
    }
  }

  protected override setBreakPointsRequest(
    response: DebugProtocol.SetBreakpointsResponse,
    { source, breakpoints = [] }: DebugProtocol.SetBreakpointsArguments,
  ): void {
    const lines = breakpoints.map(({ line }) => this.convertClientLineToDebugger(line));
    const known = this.#cursor.setBreakpoints(source.path ?? '', lines);
    response.body = {
      breakpoints: lines.map((line, i) => {
        const verified = known[i] === true;
        const at = { verified, line: this.convertDebuggerLineToClient(line) };
        return verified ? at : { ...at, message: 'No step of this race is on this line' };
      }),
    };
    this.sendResponse(response);
  }

  protected override nextRequest(response: DebugProtocol.NextResponse): void {
    this.sendResponse(response);
    this.#go(this.#cursor.step + 1, 'step');
  }

  protected override stepInRequest(response: DebugProtocol.StepInResponse): void {
    this.sendResponse(response);
    this.#go(this.#cursor.step + 1, 'step');
  }

  protected override stepOutRequest(response: DebugProtocol.StepOutResponse): void {
    this.sendResponse(response);
    this.#go(this.#cursor.afterReturn(), 'step');
  }

  protected override stepBackRequest(response: DebugProtocol.StepBackResponse): void {
    this.sendResponse(response);
    this.#go(this.#cursor.step - 1, 'step');
  }

  /** At the end there is nothing left to run: the session is over. */
  protected override continueRequest(response: DebugProtocol.ContinueResponse): void {
    response.body = { allThreadsContinued: true };
    this.sendResponse(response);
    if (this.#cursor.isEnd) this.sendEvent(new TerminatedEvent());
    else this.#go(this.#cursor.nextBreakpoint(1), 'breakpoint');
  }

  protected override reverseContinueRequest(response: DebugProtocol.ReverseContinueResponse): void {
    this.sendResponse(response);
    this.#go(this.#cursor.nextBreakpoint(-1), 'breakpoint');
  }

  protected override exceptionInfoRequest(response: DebugProtocol.ExceptionInfoResponse): void {
    const { rule, consequence, what, why, action } = this.replay;
    response.body = {
      exceptionId: rule,
      description: consequence,
      breakMode: 'always',
      details: { typeName: rule, message: what, stackTrace: `${what}\nWhy: ${why}\nWhat to do: ${action}` },
    };
    this.sendResponse(response);
  }

  /** The panel goes to a step of its own choice. */
  protected override customRequest(
    command: string,
    response: DebugProtocol.Response,
    args: unknown,
    request?: DebugProtocol.Request,
  ): void {
    const step = (args as { step?: unknown } | undefined)?.step;
    if (command !== GO_TO || typeof step !== 'number') return super.customRequest(command, response, args, request);
    this.sendResponse(response);
    this.#go(step, 'goto');
  }

  #go(step: number, reason: 'entry' | 'step' | 'breakpoint' | 'goto'): void {
    this.#cursor.step = step;
    const { thread } = this.#cursor;
    const ending = { reason: 'exception', description: `Violates ${this.replay.rule}`, text: this.replay.consequence };
    const stopped = this.#cursor.isEnd ? ending : { reason: this.#cursor.isStart && reason === 'breakpoint' ? 'entry' : reason };
    const event: DebugProtocol.StoppedEvent = new StoppedEvent(stopped.reason, thread + 1);
    event.body = { ...stopped, threadId: thread + 1, allThreadsStopped: true };
    this.sendEvent(event);
    this.host.moved(this.#cursor.step);
  }
}
