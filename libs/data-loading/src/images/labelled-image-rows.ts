import type { Data } from 'apache-arrow';
import { labelledImageSchema, type LabelledImageBatch, type LabelledImageShape } from '@intermodel/schemas';
import { buildBatch, column, readStrings } from '@intermodel/streams';

/** One row of a batch of labelled images, as views into its buffers. */
export interface LabelledImageRow extends LabelledImageShape {
  /** Name of the image. */
  readonly image: string;
  /** RGB bytes, row by row. */
  readonly pixels: Uint8Array;
  /** Label planes. */
  readonly planes: readonly Uint16Array[];
}

/** Views the rows of a batch of labelled images; nothing is copied. */
export function labelledImageRows(batch: LabelledImageBatch): LabelledImageRow[] {
  const shape = labelledImageShape(batch);
  const pixelBytes = shape.height * shape.width * 3;
  const cells = shape.labelHeight * shape.labelWidth;
  const pixels = onlyData(column(batch, 'pixels').data).children[0]?.values as Uint8Array;
  const lists = onlyData(column(batch, 'labels').data);
  const offsets = lists.valueOffsets as Int32Array;
  const planes = lists.children[0]?.children[0]?.values as Uint16Array;
  return readStrings(column(batch, 'image')).map((image, row) => {
    const [first, end] = [offsets[row] as number, offsets[row + 1] as number];
    return {
      ...shape,
      image,
      pixels: pixels.subarray(row * pixelBytes, (row + 1) * pixelBytes),
      planes: Array.from({ length: end - first }, (_, plane) =>
        planes.subarray((first + plane) * cells, (first + plane + 1) * cells),
      ),
    };
  });
}

/** A batch whose rows have further label planes; planes that bear nothing are left out. */
export function addPlanes(
  batch: LabelledImageBatch,
  make: (row: LabelledImageRow) => readonly Uint16Array[],
): LabelledImageBatch {
  const shape = labelledImageShape(batch);
  const cells = shape.labelHeight * shape.labelWidth;
  const rows = labelledImageRows(batch);
  const planes = rows.map((row) => [
    ...row.planes,
    ...make(row).filter((plane) => plane.some((number) => number !== 0)),
  ]);
  const offsets = new Int32Array(rows.length + 1);
  planes.forEach((some, row) => {
    offsets[row + 1] = (offsets[row] as number) + some.length;
  });
  const values = new Uint16Array((offsets[rows.length] as number) * cells);
  planes.flat().forEach((plane, index) => {
    values.set(plane, index * cells);
  });
  return buildBatch(labelledImageSchema(shape), {
    image: rows.map(({ image }) => image),
    pixels: onlyData(column(batch, 'pixels').data).children[0]?.values as Uint8Array,
    labels: { offsets, values },
  });
}

/** Sizes that the schema of a batch of labelled images states. */
export function labelledImageShape({ schema }: LabelledImageBatch): LabelledImageShape {
  const [height = 0, width = 0] = JSON.parse(schema.metadata.get('pixels') ?? '[]') as number[];
  const [labelHeight = 0, labelWidth = 0] = JSON.parse(schema.metadata.get('labels') ?? '[]') as number[];
  return { height, width, labelHeight, labelWidth };
}

function onlyData(data: readonly Data[]): Data {
  const [only] = data;
  if (only === undefined || data.length !== 1)
    throw new RangeError('labelledImageRows: a record batch has one piece of data a column');
  return only;
}
