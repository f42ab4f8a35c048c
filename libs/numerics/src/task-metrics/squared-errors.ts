/** Squared errors of the values of an image. */
export interface SquaredErrors {
  /** Sum of the squared errors. */
  readonly sum: number;
  /** Values that it is over. */
  readonly count: number;
}

/**
 * Root of the mean squared error over the values of a sample of images; NaN where there are none.
 *
 * @param images errors of each image
 * @param weights how often each image counts, at least 0; each once where it is left out
 */
export function rootMeanSquaredError(images: readonly SquaredErrors[], weights?: ArrayLike<number>): number {
  let sum = 0;
  let count = 0;
  images.forEach((image, index) => {
    const weight = weights === undefined ? 1 : (weights[index] as number);
    sum += weight * image.sum;
    count += weight * image.count;
  });
  return Math.sqrt(sum / count);
}
