import { Float64, Int32, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `ComponentVariance`: how much of the profiles' variance a component explains. */
export const componentVarianceColumns = {
  component: new Int32(),
  variance: new Float64(),
  ratio: new Float64(),
  chance: new Float64(),
  p: new Float64(),
} as const satisfies TypeMap;

/** Types of the columns of `ComponentVariance`. */
export type ComponentVarianceColumns = typeof componentVarianceColumns;

/** A batch of component variances. */
export type ComponentVarianceBatch = WireBatch<ComponentVarianceColumns>;

/**
 * Schema of `ComponentVariance`: components counted from 1, sample variance (n - 1), and its share of the total (0..1).
 * `chance` is the 95th percentile of the variances that the same component has where the columns of the profiles are
 * permuted independently, `p` the share of such permutations with at least its variance; both are null where that was
 * not tested.
 */
export const componentVarianceSchema = wireSchema('ComponentVariance', 2, componentVarianceColumns, {
  nullable: ['chance', 'p'],
});
