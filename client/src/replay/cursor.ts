import type { Replay } from '../../../protocol/replay';

/** Where a replay stands: after one of its steps. Knows the breakpoints, as lines that count from 0. */
export class ReplayCursor {
  #step = 0;
  readonly #breakpoints = new Map<string, ReadonlySet<number>>();

  constructor(
    private readonly replay: Replay,
    private readonly pathOf: (uri: string) => string,
  ) {}

  get step(): number {
    return this.#step;
  }

  /** What is before the start or past the end is the start or the end. */
  set step(step: number) {
    this.#step = Math.min(this.#last, Math.max(0, step));
  }

  get #last(): number {
    return this.replay.steps.length - 1;
  }

  get isStart(): boolean {
    return this.#step === 0;
  }

  get isEnd(): boolean {
    return this.#step === this.#last;
  }

  /** The thread that made the step. */
  get thread(): number {
    return this.replay.steps[this.#step]?.thread ?? 0;
  }

  /** The last step that a thread has made so far; -1 for none. */
  lastOf(thread: number): number {
    return this.replay.steps.findLastIndex((step, i) => i <= this.#step && step.thread === thread);
  }

  /** Which of the lines of a file have a step. Those of the file before are forgotten. */
  setBreakpoints(path: string, lines: readonly number[]): boolean[] {
    this.#breakpoints.set(path, new Set(lines));
    return lines.map((line) => this.replay.steps.some((_, step) => this.#covers(step, path, line)));
  }

  /** The next step on a breakpoint in a direction; without one the end or the start. */
  nextBreakpoint(direction: 1 | -1): number {
    for (let step = this.#step + direction; step > 0 && step < this.#last; step += direction) if (this.#hasBreakpoint(step)) return step;
    return direction === 1 ? this.#last : 0;
  }

  /** The first step of the same thread after the function that it is in has returned; the end where it does not. */
  afterReturn(): number {
    const depth = this.replay.steps[this.#step]?.stack.length ?? 0;
    const { thread } = this;
    const found = this.replay.steps.findIndex((step, i) => i > this.#step && step.thread === thread && step.stack.length < depth);
    return found < 0 ? this.#last : found;
  }

  #hasBreakpoint(step: number): boolean {
    return [...this.#breakpoints].some(([path, lines]) => [...lines].some((line) => this.#covers(step, path, line)));
  }

  #covers(step: number, path: string, line: number): boolean {
    const place = this.replay.steps[step]?.place;
    return place !== undefined && this.pathOf(place.uri) === path && place.range.start.line <= line && line <= place.range.end.line;
  }
}
