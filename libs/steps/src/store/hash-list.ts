const hashBytes = 32;

/** SHA-256 hashes by their places, as they get known: as bytes, since text of them takes three times as much. */
export class HashList {
  readonly #count: number;
  #bytes: Buffer | undefined;
  #known: Uint8Array | undefined;

  /** @param count number of places, at least 0 */
  constructor(count: number) {
    this.#count = count;
  }

  /** The hash at a place, hexadecimal; undefined: it is not known yet. */
  get(index: number): string | undefined {
    if (this.#bytes === undefined || this.#known?.[index] !== 1) return undefined;
    return this.#bytes.toString('hex', index * hashBytes, (index + 1) * hashBytes);
  }

  /** Remembers a hash. */
  set(index: number, sha256: string): void {
    this.#bytes ??= Buffer.allocUnsafeSlow(this.#count * hashBytes);
    this.#known ??= new Uint8Array(this.#count);
    this.#bytes.write(sha256, index * hashBytes, 'hex');
    this.#known[index] = 1;
  }
}
