/** Pixels of each class of an image: those that are judged, that is whose true class is 0 or more. */
export interface ClassAreas {
  /** Classes that are there or were predicted, ascending. */
  readonly classes: Int32Array;
  /** Pixels that are of the class. */
  readonly truth: Float64Array;
  /** Pixels that were predicted to be. */
  readonly predicted: Float64Array;
  /** Pixels that are and were. */
  readonly both: Float64Array;
}

/** Scores of predicted label planes. */
export interface ClassOverlapScores {
  /** Mean intersection over union of the classes that are there or were predicted; NaN where no pixel is judged. */
  readonly meanIou: number;
  /** Share of the judged pixels whose class was predicted; NaN where there are none. */
  readonly pixelAccuracy: number;
}

/**
 * Counts the pixels of each class in a label plane and in its prediction.
 *
 * @param truth class of each pixel, below 0 where nobody judged
 * @param predicted predicted class of each pixel, 0 or more
 */
export function countClassAreas(truth: Int32Array, predicted: Int32Array): ClassAreas {
  if (truth.length !== predicted.length)
    throw new RangeError(`${String(predicted.length)} predictions of ${String(truth.length)} pixels`);
  const most = Math.max(largest(truth), largest(predicted));
  const ofTruth = new Float64Array(most + 1);
  const ofPrediction = new Float64Array(most + 1);
  const ofBoth = new Float64Array(most + 1);
  for (let pixel = 0; pixel < truth.length; pixel++) {
    const is = truth[pixel] as number;
    if (is < 0) continue;
    const said = predicted[pixel] as number;
    ofTruth[is] = (ofTruth[is] as number) + 1;
    ofPrediction[said] = (ofPrediction[said] as number) + 1;
    if (is === said) ofBoth[is] = (ofBoth[is] as number) + 1;
  }
  const classes = Int32Array.from(ofTruth.keys()).filter(
    (category) => (ofTruth[category] as number) + (ofPrediction[category] as number) > 0,
  );
  const listed = (areas: Float64Array) => Float64Array.from(classes, (category) => areas[category] as number);
  return { classes, truth: listed(ofTruth), predicted: listed(ofPrediction), both: listed(ofBoth) };
}

function largest(plane: Int32Array): number {
  return plane.reduce((a, b) => Math.max(a, b), -1);
}

/**
 * Mean intersection over union and pixel accuracy over a sample of images. Areas are added up over the images before
 * they are divided. A class that is neither there nor predicted is left out of the mean; one that is only predicted
 * counts as 0.
 *
 * @param images areas of each image
 * @param weights how often each image counts, at least 0; each once where it is left out
 */
export function scoreClassOverlaps(images: readonly ClassAreas[], weights?: ArrayLike<number>): ClassOverlapScores {
  const most = images.reduce((last, { classes }) => Math.max(last, classes.at(-1) ?? -1), -1);
  const unions = new Float64Array(most + 1);
  const shared = new Float64Array(most + 1);
  let pixels = 0;
  let hits = 0;
  images.forEach(({ classes, truth, predicted, both }, image) => {
    const weight = weights === undefined ? 1 : (weights[image] as number);
    if (weight === 0) return;
    for (let index = 0; index < classes.length; index++) {
      const category = classes[index] as number;
      const common = both[index] as number;
      const union = (truth[index] as number) + (predicted[index] as number) - common;
      unions[category] = (unions[category] as number) + weight * union;
      shared[category] = (shared[category] as number) + weight * common;
      pixels += weight * (truth[index] as number);
      hits += weight * common;
    }
  });
  let sum = 0;
  let counted = 0;
  for (let category = 0; category <= most; category++) {
    const union = unions[category] as number;
    if (union === 0) continue;
    sum += (shared[category] as number) / union;
    counted++;
  }
  return { meanIou: sum / counted, pixelAccuracy: hits / pixels };
}
