import type { OnImages } from '../thresholds/select-thresholds.ts';

/** Tells how far several passes through the same images have come. */
export class Passes {
  readonly #passes: number;
  readonly #images: number;
  readonly #onImages: OnImages | undefined;
  #ended = 0;

  constructor(passes: number, images: number, onImages: OnImages | undefined) {
    this.#passes = passes;
    this.#images = images;
    this.#onImages = onImages;
  }

  /** Is told of the pass under way. */
  readonly onImages: OnImages = (done, total) => {
    // A pass may go through the images several times.
    this.#tell(this.#ended + done / total);
  };

  /** Ends a pass. */
  end(): void {
    this.#ended++;
    this.#tell(this.#ended);
  }

  #tell(passes: number): void {
    this.#onImages?.(Math.floor(passes * this.#images), this.#passes * this.#images);
  }
}
