import { openLogisticRegression } from '../heads/logistic-regression.ts';
import type { FeatureRows } from '../feature-rows.ts';
import type { LinearMap } from './cell-outputs.ts';
import type { DenseOptions } from './dense-options.ts';

/** Cells with the weights of their classes. */
export interface WeighedCells {
  /** Features of the cells. */
  readonly features: FeatureRows;
  /** Weight of each class, cells x classes. */
  readonly weights: Float32Array;
}

/** A classifier of cells: it knows the classes that it was fitted on, and no others. */
export interface CellClassifier extends LinearMap {
  /** Class of each output, ascending. */
  readonly classes: Int32Array;
}

/** Precision that chooses and fits: that of the features; steps end where the loss hardly falls. */
const fitting = { precision: 'float32', tolerance: 1e-6, iterations: 300 } as const;

/**
 * Fits a linear classifier of cells with each of some inverse penalties, from the strongest penalty on, each from the
 * fit before.
 *
 * @param parts cells; those without any weight count for nothing
 * @param classes classes that they may have
 * @param costs inverse penalties, ascending, in units of the mean squared feature: features of another unit are fitted
 * alike
 */
export async function fitCells(
  parts: readonly WeighedCells[],
  classes: number,
  costs: readonly number[],
  { threads, signal }: Pick<DenseOptions, 'threads' | 'signal'>,
): Promise<readonly CellClassifier[]> {
  const present = presentClasses(parts, classes);
  const units = parts[0]?.features.columns ?? 0;
  if (present.length < 2) {
    const constant = {
      weights: new Float64Array(present.length * units),
      intercepts: new Float64Array(present.length),
    };
    return costs.map(() => ({ ...constant, classes: present }));
  }
  const rows = parts
    .filter(({ features }) => features.rows > 0)
    .map(({ features, weights }) => ({
      features,
      targets: {
        kind: 'weights' as const,
        classes: present.length,
        weights: present.length === classes ? weights : ofClasses(weights, classes, present),
      },
    }));
  const unit = meanSquare(rows.map(({ features }) => features));
  const regression = await openLogisticRegression(rows, { threads, signal });
  try {
    const fits: CellClassifier[] = [];
    for (const cost of costs) {
      const { weights, intercepts } = await regression.fit(cost / unit, { ...fitting, start: fits.at(-1) });
      fits.push({ weights, intercepts, classes: present });
    }
    return fits;
  } finally {
    await regression.close();
  }
}

/** Mean of the squared features; 1 where all are 0. */
function meanSquare(parts: readonly FeatureRows[]): number {
  let sum = 0;
  let count = 0;
  for (const { values } of parts) {
    for (const value of values) sum += value * value;
    count += values.length;
  }
  return sum / count || 1;
}

function presentClasses(parts: readonly WeighedCells[], classes: number): Int32Array {
  const isThere = new Uint8Array(classes);
  for (const { weights } of parts)
    weights.forEach((weight, index) => {
      if (weight > 0) isThere[index % classes] = 1;
    });
  return Int32Array.from(isThere.keys()).filter((category) => isThere[category] === 1);
}

function ofClasses(weights: Float32Array, classes: number, chosen: Int32Array): Float32Array {
  const rows = weights.length / classes;
  const kept = new Float32Array(rows * chosen.length);
  for (let row = 0; row < rows; row++)
    chosen.forEach((category, index) => {
      kept[row * chosen.length + index] = weights[row * classes + category] as number;
    });
  return kept;
}
