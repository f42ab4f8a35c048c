import {
  activationSchema,
  activationShape,
  prefixTokensOf,
  type ActivationBatch,
  type ActivationShape,
} from '@intermodel/schemas';
import { BatchSchemaError, checkBatch } from '@intermodel/streams';
import type { Data } from 'apache-arrow';

/** Activations and labels of one image: views into the batch. */
export interface ImageActivations {
  /** Units x height x width values. */
  readonly activations: Float32Array;
  /** Label planes, one after the other. */
  readonly planes: Uint16Array;
}

/**
 * Sizes of the layer that a batch is of, checked against those of the batches before it.
 *
 * @param stage name of the stage, for messages
 * @param batch batch to read
 * @param before sizes of the first batch, if this is not it
 */
export function readShape(stage: string, batch: ActivationBatch, before?: ActivationShape): ActivationShape {
  const shape = activationShape(batch.schema);
  if (shape === undefined)
    throw new BatchSchemaError(stage, 'activations', 'a schema that states model, layer and sizes', 'one without');
  checkBatch(stage, activationSchema(before ?? shape, prefixTokensOf(batch.schema)), batch);
  if (before !== undefined && (before.model !== shape.model || before.layer !== shape.layer))
    throw new BatchSchemaError(
      stage,
      'activations',
      `${before.model}, ${before.layer}`,
      `${shape.model}, ${shape.layer}`,
    );
  return shape;
}

/** Images of a batch, row by row. */
export function* readActivations(batch: ActivationBatch, shape: ActivationShape): Generator<ImageActivations> {
  const size = shape.units * shape.mapHeight * shape.mapWidth;
  const planeSize = shape.labelHeight * shape.labelWidth;
  const [activations, labels] = [batch.data.children[1], batch.data.children[2]] as [Data, Data];
  const values = activations.children[0]?.values as Float32Array;
  const planes = labels.children[0]?.children[0]?.values as Uint16Array;
  const offsets = labels.valueOffsets as Int32Array;
  for (let row = 0; row < batch.numRows; row++) {
    yield {
      activations: values.subarray(row * size, row * size + size),
      planes: planes.subarray((offsets[row] as number) * planeSize, (offsets[row + 1] as number) * planeSize),
    };
  }
}
