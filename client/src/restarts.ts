/** After this many crashes within the window the server stays down until the user asks for it. */
const MAX_CRASHES = 5;
const WINDOW_MS = 180_000;
const FIRST_DELAY_MS = 500;

/** Decides whether a server that died is started again, and after which pause. */
export class RestartPolicy {
  #crashes: number[] = [];

  /** Milliseconds to wait before the restart; null: leave it down. `now` in milliseconds. */
  crashed(now: number): number | null {
    this.#crashes = [...this.#crashes.filter((at) => now - at < WINDOW_MS), now];
    return this.#crashes.length > MAX_CRASHES ? null : FIRST_DELAY_MS * 2 ** (this.#crashes.length - 1);
  }

  reset(): void {
    this.#crashes = [];
  }
}
