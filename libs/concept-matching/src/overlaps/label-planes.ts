import type { CombinedLabels } from '@intermodel/numerics';
import { labelPlanesSchema, type LabelPlanesBatch } from '@intermodel/schemas';
import { BatchSchemaError, buildBatch, checkBatch, column, readStrings } from '@intermodel/streams';
import type { Data } from 'apache-arrow';

/** Size of the label grid in pixels. */
export interface LabelGridSize {
  /** Rows of a label plane. */
  readonly labelHeight: number;
  /** Columns of a label plane. */
  readonly labelWidth: number;
}

/** Table of combined labels. */
export function labelPlanesBatch(
  { labelHeight, labelWidth }: LabelGridSize,
  images: readonly string[],
  labels: readonly CombinedLabels[],
): LabelPlanesBatch {
  const offsets = new Int32Array(labels.length + 1);
  labels.forEach(({ length }, row) => {
    offsets[row + 1] = (offsets[row] as number) + length;
  });
  const values = new Uint16Array(offsets[labels.length] as number);
  labels.forEach((own, row) => {
    values.set(own, offsets[row]);
  });
  return buildBatch(labelPlanesSchema(labelHeight, labelWidth), { image: images, labels: { offsets, values } });
}

/** Combined labels of a table, image by image: views into it. @throws BatchSchemaError for another table or grid */
export function readLabelPlanes(
  stage: string,
  batch: LabelPlanesBatch,
  grid?: LabelGridSize,
): { readonly images: readonly string[]; readonly labels: readonly CombinedLabels[] } {
  const stated = batch.schema.metadata.get('labels') ?? 'none';
  const [height = 0, width = 0] = stated === 'none' ? [] : (JSON.parse(stated) as number[]);
  checkBatch(stage, labelPlanesSchema(height, width), batch);
  if (grid !== undefined && (grid.labelHeight !== height || grid.labelWidth !== width))
    throw new BatchSchemaError(
      stage,
      'labels',
      `label planes of ${String(grid.labelHeight)} x ${String(grid.labelWidth)}`,
      `of ${String(height)} x ${String(width)}`,
    );
  const lists = batch.data.children[1] as Data;
  const offsets = lists.valueOffsets as Int32Array;
  const values = lists.children[0]?.values as Uint16Array;
  const labels = Array.from({ length: batch.numRows }, (_, row) => values.subarray(offsets[row], offsets[row + 1]));
  return { images: readStrings(column(batch, 'image')), labels };
}
