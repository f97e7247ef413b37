/** Space for the first lists; it doubles when it is full. */
const FIRST_NUMBERS = 1 << 12;
const FIRST_PLACES = 1 << 9;

/** Lists of small integers, each kept once, in one array: numbered from 0 in the order in which they came. */
export class NumberLists {
  private numbers = new Int32Array(FIRST_NUMBERS);
  /** Where each list begins; the last element is where the next one will. */
  private readonly starts: number[] = [0];
  /** Open addressing: numbers of lists plus one; 0 is free. */
  private places = new Int32Array(FIRST_PLACES);

  get size(): number {
    return this.starts.length - 1;
  }

  /** The number of a list, which is `size` as it was before where the list is new. */
  numberOf(list: readonly number[]): number {
    const start = this.starts[this.size] as number;
    const end = start + list.length;
    this.reserve(end);
    for (let i = 0; i < list.length; i++) this.numbers[start + i] = list[i] as number;
    const place = this.placeOf(start, end);
    const known = this.places[place] as number;
    if (known !== 0) return known - 1;
    this.starts.push(end);
    this.places[place] = this.size;
    if (this.size * 2 > this.places.length) this.spread();
    return this.size - 1;
  }

  /** The list with a number below `size`. */
  list(index: number): number[] {
    const start = this.starts[index] as number;
    const length = (this.starts[index + 1] as number) - start;
    const out: number[] = new Array(length);
    for (let i = 0; i < length; i++) out[i] = this.numbers[start + i] as number;
    return out;
  }

  /** The place of an equal list, or a free one. */
  private placeOf(start: number, end: number): number {
    const mask = this.places.length - 1;
    let place = hash(this.numbers, start, end) & mask;
    for (;;) {
      const known = this.places[place] as number;
      if (known === 0 || this.isEqual(known - 1, start, end)) return place;
      place = (place + 1) & mask;
    }
  }

  private isEqual(index: number, start: number, end: number): boolean {
    const { numbers } = this;
    const other = this.starts[index] as number;
    if ((this.starts[index + 1] as number) - other !== end - start) return false;
    for (let i = 0; i < end - start; i++) if (numbers[other + i] !== numbers[start + i]) return false;
    return true;
  }

  private reserve(length: number): void {
    if (length <= this.numbers.length) return;
    const larger = new Int32Array(Math.max(length, this.numbers.length * 2));
    larger.set(this.numbers);
    this.numbers = larger;
  }

  private spread(): void {
    this.places = new Int32Array(this.places.length * 2);
    for (let i = 0; i < this.size; i++) this.places[this.placeOf(this.starts[i] as number, this.starts[i + 1] as number)] = i + 1;
  }
}

/** FNV-1a over numbers. */
function hash(numbers: Int32Array, start: number, end: number): number {
  let value = 0x811c9dc5;
  for (let i = start; i < end; i++) value = Math.imul(value ^ (numbers[i] as number), 0x01000193);
  return value ^ (value >>> 15);
}
