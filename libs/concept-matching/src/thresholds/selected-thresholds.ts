import type { UnitCondition } from '@intermodel/numerics';
import {
  activationShape,
  selectedThresholdSchema,
  type ActivationShape,
  type SelectedThresholdBatch,
} from '@intermodel/schemas';
import { BatchSchemaError, buildBatch, checkBatch, column, readStrings } from '@intermodel/streams';
import type { Data } from 'apache-arrow';

/** Thresholds of a layer, one a unit. */
export interface LayerThresholds {
  /** Model, layer and sizes. */
  readonly shape: ActivationShape;
  /** Thresholds; NaN for an invalid unit. */
  readonly thresholds: Float32Array;
  /** What is peculiar about each unit. */
  readonly conditions: readonly UnitCondition[];
}

/** Table of thresholds. */
export function selectedThresholds({ shape, thresholds, conditions }: LayerThresholds): SelectedThresholdBatch {
  const unit = Int32Array.from({ length: shape.units }, (_, index) => index);
  return buildBatch(selectedThresholdSchema(shape), { unit, threshold: thresholds, condition: conditions });
}

/** Thresholds of a table. @throws BatchSchemaError for another table, or one that lacks units */
export function readSelectedThresholds(stage: string, batch: SelectedThresholdBatch): LayerThresholds {
  const shape = activationShape(batch.schema);
  if (shape === undefined)
    throw new BatchSchemaError(stage, 'threshold', 'a schema that states the layer', 'one without');
  checkBatch(stage, selectedThresholdSchema(shape), batch);
  if (batch.numRows !== shape.units)
    throw new BatchSchemaError(
      stage,
      'unit',
      `${String(shape.units)} rows, one a unit`,
      `${String(batch.numRows)} rows`,
    );
  const thresholds = ((column(batch, 'threshold').data[0] as Data).values as Float32Array).subarray(0, batch.numRows);
  return { shape, thresholds, conditions: readStrings(column(batch, 'condition')) as UnitCondition[] };
}
