/**
 * Remembers which numbers the cells of label planes bear, so that asking takes the same time however many planes there
 * are.
 */
export class SeenNumbers {
  readonly #words: number;
  readonly #cellsOf = new Map<number, Uint32Array>();

  /** @param cells cells of a plane */
  constructor(cells: number) {
    this.#words = Math.ceil(cells / 32);
  }

  /** Notes that a cell bears a number; false if it did already. */
  add(number: number, cell: number): boolean {
    let bits = this.#cellsOf.get(number);
    if (bits === undefined) this.#cellsOf.set(number, (bits = new Uint32Array(this.#words)));
    const [word, bit] = [cell >>> 5, 1 << (cell & 31)];
    if (((bits[word] as number) & bit) !== 0) return false;
    bits[word] = (bits[word] as number) | bit;
    return true;
  }
}
