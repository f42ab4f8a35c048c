import { instantiateKernels, type KernelExports } from '../kernel-module.ts';
import { normalisingWasm } from './normalising-wasm.ts';

/** Options of {@link PixelNormaliser}. */
export interface PixelNormaliserOptions {
  /** Values of the bytes 0..255 of red, green and blue. */
  readonly tables: readonly [red: Float32Array, green: Float32Array, blue: Float32Array];
  /** Places of red, green and blue among the three channels of the target. */
  readonly channels: readonly [red: number, green: number, blue: number];
  /** Whether the target holds one channel of an image after the other, instead of pixel after pixel. */
  readonly planar: boolean;
  /** Pixels of an image. */
  readonly pixelsPerImage: number;
}

interface NormalisingKernels extends KernelExports {
  normalise(
    source: number,
    pixels: number,
    step: number,
    first: number,
    second: number,
    third: number,
    firstTable: number,
    secondTable: number,
    thirdTable: number,
  ): void;
}

const tableBytes = 256 * 4;
/** Where the tables begin: before it is what the compiler reserves. */
const start = 1024;

/** Turns RGB bytes into floats by looking each byte up. */
export class PixelNormaliser {
  readonly #options: PixelNormaliserOptions;
  readonly #kernels = instantiateKernels(normalisingWasm) as NormalisingKernels;

  constructor(options: PixelNormaliserOptions) {
    this.#options = options;
    const buffer = this.#reserve(start + 3 * tableBytes);
    options.tables.forEach((table, colour) => {
      new Float32Array(buffer, start + colour * tableBytes, 256).set(table);
    });
  }

  /**
   * Values of the pixels.
   *
   * @param pixels three bytes a pixel, image after image
   * @returns as many values as there are bytes; they lie in memory of the kernel and hold until the next call
   */
  normalise(pixels: Uint8Array): Float32Array {
    const { channels, planar, pixelsPerImage } = this.#options;
    const source = start + 3 * tableBytes;
    const target = Math.ceil((source + pixels.length) / 16) * 16;
    const buffer = this.#reserve(target + pixels.length * 4);
    new Uint8Array(buffer, source, pixels.length).set(pixels);
    const [step, channelStep] = planar ? [4, pixelsPerImage * 4] : [12, 4];
    for (let byte = 0; byte < pixels.length; byte += pixelsPerImage * 3) {
      const [red, green, blue] = channels.map((channel) => target + byte * 4 + channel * channelStep) as [
        number,
        number,
        number,
      ];
      this.#kernels.normalise(
        source + byte,
        pixelsPerImage,
        step,
        red,
        green,
        blue,
        start,
        start + tableBytes,
        start + 2 * tableBytes,
      );
    }
    return new Float32Array(buffer, target, pixels.length);
  }

  /** The memory, of at least so many bytes. */
  #reserve(bytes: number): ArrayBuffer {
    const { memory } = this.#kernels;
    const missing = bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65_536));
    return memory.buffer;
  }
}
