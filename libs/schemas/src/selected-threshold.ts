import { Float32, Int32, Utf8, type Schema } from 'apache-arrow';
import type { ActivationShape } from './activation.ts';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Types of the columns of `SelectedThreshold`. */
export type SelectedThresholdColumns = { readonly unit: Int32; readonly threshold: Float32; readonly condition: Utf8 };

/** A batch of selected thresholds. */
export type SelectedThresholdBatch = WireBatch<SelectedThresholdColumns>;

/**
 * Schema of `SelectedThreshold`: the thresholds of a layer before it is known how many pixels exceed them, one row a
 * unit in their order. `condition` is `ordinary`, `dead` (all activations 0), `constant` (all equal), or `invalid`
 * (values that are not finite: threshold NaN).
 */
export function selectedThresholdSchema(shape: ActivationShape): Schema<SelectedThresholdColumns> {
  return wireSchema<SelectedThresholdColumns>(
    'SelectedThreshold',
    1,
    { unit: new Int32(), threshold: new Float32(), condition: new Utf8() },
    { metadata: { shape: JSON.stringify(shape) } },
  );
}
