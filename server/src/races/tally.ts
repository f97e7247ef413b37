/** How often each key was added, and which keys somebody has asked for. */
export class Tally {
  private readonly counts = new Map<string, number>();
  private readonly asked = new Set<string>();

  add(key: string): void {
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  has(key: string): boolean {
    this.asked.add(key);
    return this.counts.has(key);
  }

  /** Takes keys away that were added and adds others. False where some answer that was given would now be another. */
  replace(before: readonly string[], now: readonly string[]): boolean {
    const had = new Map([...before, ...now].map((key) => [key, this.counts.has(key)]));
    for (const key of now) this.add(key);
    for (const key of before) {
      const count = (this.counts.get(key) ?? 0) - 1;
      if (count > 0) this.counts.set(key, count);
      else this.counts.delete(key);
    }
    return [...had].every(([key, was]) => this.counts.has(key) === was || !this.asked.has(key));
  }
}
