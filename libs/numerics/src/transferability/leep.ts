/** What LEEP is computed from. */
export interface LeepOptions {
  /** Probability of each source class for each image, images x source classes; those of an image add up to 1. */
  readonly probabilities: ArrayLike<number>;
  /** Source classes. */
  readonly sources: number;
  /** Class of each image, from 0. */
  readonly labels: Int32Array;
}

/**
 * LEEP (Nguyen, Hassner, Seeger, Archambeau 2020): mean log likelihood of the classes where each image draws a source
 * class by its probabilities, and that a class as often as they go together in the data. At most 0; higher is better.
 */
export function leep({ probabilities, sources, labels }: LeepOptions): number {
  const rows = labels.length;
  if (probabilities.length !== rows * sources)
    throw new RangeError(
      `${String(probabilities.length)} probabilities are not those of ${String(rows)} images x ${String(sources)} source classes`,
    );
  const classes = labels.reduce((most, label) => Math.max(most, label), -1) + 1;
  const joint = new Float64Array(classes * sources);
  const marginal = new Float64Array(sources);
  for (let row = 0; row < rows; row++) {
    const start = (labels[row] as number) * sources;
    for (let source = 0; source < sources; source++) {
      const probability = probabilities[row * sources + source] as number;
      if (!(probability >= 0 && probability < Infinity))
        throw new RangeError(
          `row ${String(row)}, source class ${String(source)} is ${String(probability)}: probabilities must be 0 or more`,
        );
      joint[start + source] = (joint[start + source] as number) + probability;
      marginal[source] = (marginal[source] as number) + probability;
    }
  }
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const start = (labels[row] as number) * sources;
    let expected = 0;
    for (let source = 0; source < sources; source++) {
      const all = marginal[source] as number;
      if (all === 0) continue;
      expected += ((joint[start + source] as number) / all) * (probabilities[row * sources + source] as number);
    }
    sum += Math.log(expected);
  }
  return sum / rows;
}
