import { Float64, Int32, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `ComponentVariance`: how much of the profiles' variance a component explains. */
export const componentVarianceColumns = {
  component: new Int32(),
  variance: new Float64(),
  ratio: new Float64(),
} as const satisfies TypeMap;

/** Types of the columns of `ComponentVariance`. */
export type ComponentVarianceColumns = typeof componentVarianceColumns;

/** A batch of component variances. */
export type ComponentVarianceBatch = WireBatch<ComponentVarianceColumns>;

/**
 * Schema of `ComponentVariance`: components counted from 1, sample variance (n - 1), and its share of the total (0..1).
 */
export const componentVarianceSchema = wireSchema('ComponentVariance', 1, componentVarianceColumns);
