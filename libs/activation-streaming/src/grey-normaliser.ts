/** Turns RGB bytes into one channel of luma, looked up in a table. */
export class GreyNormaliser {
  readonly #table: Float32Array;
  #values = new Float32Array();

  /** @param table values of the bytes 0..255 of luma */
  constructor(table: Float32Array) {
    this.#table = table;
  }

  /**
   * Values of the pixels. Luma is that of ITU-R 601 in 16 bits, rounded: (19595 R + 38470 G + 7471 B + 32768) >> 16, as
   * Pillow computes it.
   *
   * @param pixels three bytes a pixel
   * @returns one value a pixel; they hold until the next call
   */
  normalise(pixels: Uint8Array): Float32Array {
    const count = pixels.length / 3;
    if (this.#values.length < count) this.#values = new Float32Array(count);
    const [values, table] = [this.#values, this.#table];
    for (let pixel = 0, byte = 0; pixel < count; pixel++, byte += 3) {
      const luma =
        (19595 * (pixels[byte] as number) +
          38470 * (pixels[byte + 1] as number) +
          7471 * (pixels[byte + 2] as number) +
          32768) >>
        16;
      values[pixel] = table[luma] as number;
    }
    return values.subarray(0, count);
  }
}
