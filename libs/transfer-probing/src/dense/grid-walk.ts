import { setImmediate } from 'node:timers/promises';
import { InputError } from '@intermodel/streams';
import type { TaskPart } from '../feature-rows.ts';
import type { GridImage, GridImages } from '../grid-images.ts';
import type { DenseOptions } from './dense-options.ts';

/**
 * Goes over the images of a grid again and again, lets others work in between, and tells how far it is. A head goes over
 * training, over validation to choose by, over both to be fitted again, and over the test; where there is no validation
 * part, over training and test alone.
 */
export class GridWalk<Target> {
  /** Whether there are images to choose by. */
  readonly hasValidation: boolean;
  readonly #grid: GridImages<Target>;
  readonly #options: Pick<DenseOptions, 'signal' | 'onProgress'>;
  readonly #total: number;
  #done = 0;

  /**
   * @param grid features and targets
   * @param options who is told, and who may stop it
   * @param choices how often the head goes over the validation part to choose
   */
  constructor(grid: GridImages<Target>, options: Pick<DenseOptions, 'signal' | 'onProgress'>, choices = 1) {
    this.#grid = grid;
    this.#options = options;
    const train = grid.count('train');
    const val = grid.count('val');
    this.hasValidation = val > 0;
    this.#total = (this.hasValidation ? train + choices * val : 0) + train + val + grid.count('test');
  }

  /**
   * The images of some parts, one after the other.
   *
   * @throws InputError `FEATURES_NOT_FINITE` where a feature is NaN or infinite.
   */
  async *images(...parts: readonly TaskPart[]): AsyncGenerator<GridImage<Target>> {
    const { signal, onProgress } = this.#options;
    for (const part of parts) {
      for await (const image of this.#grid.images(part)) {
        await setImmediate();
        signal?.throwIfAborted();
        checkFeatures(image, this.#grid);
        yield image;
        onProgress?.(++this.#done, this.#total);
      }
    }
  }
}

function checkFeatures<Target>(
  { image, features }: GridImage<Target>,
  { height, width, units }: GridImages<Target>,
): void {
  if (features.length !== height * width * units)
    throw new RangeError(
      `image "${image}" has ${String(features.length)} features, not those of ${String(height)} x ${String(width)} cells x ${String(units)} units`,
    );
  const bad = features.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new InputError(
      'FEATURES_NOT_FINITE',
      `image "${image}": unit ${String(bad % units)} is ${String(features[bad])} in cell ${String(Math.floor(bad / units))}`,
      {
        expected: 'finite features',
        hint: 'probe another layer, or look why the model gives no numbers for this image',
      },
    );
}
