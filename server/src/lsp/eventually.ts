/** A value that is known some time, then replaced by newer ones. Who asks before gets the first. */
export class Eventually<T> {
  #value: T | null = null;
  #waiting: ((value: T | null) => void)[] = [];

  get value(): T | null {
    return this.#value;
  }

  set(value: T): void {
    this.#value = value;
    this.#answer(value);
  }

  /** The value, once there is one; null where it is given up before. */
  first(): Promise<T | null> {
    if (this.#value !== null) return Promise.resolve(this.#value);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Nothing will come any more. */
  giveUp(): void {
    this.#answer(null);
  }

  #answer(value: T | null): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(value);
  }
}
