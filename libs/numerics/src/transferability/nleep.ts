import { clusterOnce } from '../clusters/lloyd.ts';
import { TridiagonalForm } from '../principal-components/symmetric-eigenpairs.ts';
import { createRandom } from '../random.ts';
import type { RowMatrix } from '../row-matrix.ts';
import { centredProducts, columnMeans, featureProducts, type FeatureProducts } from './feature-products.ts';
import { fitGaussianMixture } from './gaussian-mixture.ts';
import { checkLabelledRows, presentClasses, type LabelledRows } from './labelled-rows.ts';
import { leep } from './leep.ts';
import { sampleLabelledRows } from './sampled-rows.ts';

/** What NLEEP is computed from. */
export interface NleepOptions extends LabelledRows {
  /** Products of the features, where they are known; made where they are left out, or where images are sampled. */
  readonly products?: FeatureProducts;
  /** Component that each image starts in, from 0. @default clusters of k-means */
  readonly start?: Int32Array;
  /** Seed of the sample and of k-means. @default 0 */
  readonly seed?: number;
}

/** Share of the variance that the principal components must exceed, and components of the mixture a class. */
const keptVariance = 0.8;
const componentsOfClass = 5;
/** Images that are rated at most, and components of the mixture. */
const mostRows = 10_000;
const mostComponents = 1000;
/** Images x components x dimensions^2 at most: what a round of the mixture may cost (some seconds). */
const mostWork = 2e9;
/** Share of the products below which the variance is rounding. */
const rounding = 1e-13;

/**
 * NLEEP (Li, Jia, Sang, Zhu, Green, Wang, Gong 2021): LEEP with the components of a Gaussian mixture in place of the
 * classes that a model was trained on. Features go through principal components that keep 80 % of the variance; the
 * mixture has 5 components a class, full covariances, and starts from k-means. At most 0; higher is better.
 *
 * Where the published recipe cannot be had: of more than 10,000 images a seeded sample is rated; the mixture has at
 * most a component for two images, and at most 1,000; and of the principal components only so many leading ones are
 * taken that images x components x dimensions^2 stays below 2e9. All of this depends on numbers of images and classes
 * alone, so that models are treated alike. Where all images have the same features, none tells anything: the score is
 * that of the frequencies of the classes.
 */
export function nleep(options: NleepOptions): number {
  checkLabelledRows(options);
  const { seed = 0 } = options;
  const sampled = sampleLabelledRows(options, mostRows, seed);
  const { rows, labels } = sampled;
  const products = sampled === options ? (options.products ?? featureProducts(sampled)) : featureProducts(sampled);
  const components = Math.max(
    1,
    Math.min(componentsOfClass * presentClasses(labels).length, Math.floor(rows / 2), mostComponents),
  );
  const coordinates = leadingCoordinates(sampled, products, Math.floor(Math.sqrt(mostWork / rows / components)));
  if (coordinates.columns === 0) return leep({ probabilities: new Float64Array(rows).fill(1), sources: 1, labels });
  const start = options.start ?? clusterOnce(coordinates, components, createRandom(seed, components)).labels;
  const probabilities = fitGaussianMixture({ ...coordinates, start, components });
  return leep({ probabilities, sources: components, labels });
}

/** Rows on the leading principal components that exceed the kept share of the variance, at most so many. */
function leadingCoordinates(
  features: Omit<LabelledRows, 'labels'>,
  products: FeatureProducts,
  mostColumns: number,
): RowMatrix {
  const { values, rows, columns } = features;
  const { areOfRows, size, values: centred } = centredProducts(products, features);
  const total = trace(centred, size);
  if (!(total > rounding * trace(products.values, size))) return { values: new Float64Array(0), rows, columns: 0 };
  const form = new TridiagonalForm(centred, size);
  const variances = leadingVariances(form, size, total, Math.max(1, mostColumns));
  const vectors = form.eigenvectors(variances);
  const count = variances.length;
  const coordinates = new Float64Array(rows * count);
  if (areOfRows) {
    for (let row = 0; row < rows; row++)
      for (let axis = 0; axis < count; axis++)
        coordinates[row * count + axis] = (vectors[axis * rows + row] as number) * Math.sqrt(variances[axis] as number);
    return { values: coordinates, rows, columns: count };
  }
  const means = columnMeans(features);
  const own = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      own[column] = (values[row * columns + column] as number) - (means[column] as number);
    for (let axis = 0; axis < count; axis++) {
      let sum = 0;
      for (let column = 0; column < columns; column++)
        sum += (own[column] as number) * (vectors[axis * columns + column] as number);
      coordinates[row * count + axis] = sum;
    }
  }
  return { values: coordinates, rows, columns: count };
}

/** The largest eigenvalues, as few as exceed the kept share of their total; looked for in growing numbers. */
function leadingVariances(form: TridiagonalForm, size: number, total: number, most: number): Float64Array {
  for (let count = Math.min(64, size); ; count = Math.min(4 * count, size)) {
    const variances = form.eigenvalues(count);
    let sum = 0;
    const enough = variances.findIndex((variance) => (sum += variance) > keptVariance * total) + 1;
    if (enough > 0) return variances.subarray(0, Math.min(enough, most));
    if (count >= most || count === size) return variances.subarray(0, most);
  }
}

function trace(values: Float64Array, size: number): number {
  let sum = 0;
  for (let index = 0; index < size; index++) sum += values[index * (size + 1)] as number;
  return sum;
}
