import type { Matrix } from '@intermodel/onnx';
import type { FeatureRows } from '../feature-rows.ts';

/** Values of a block: what stays in the caches between two products, and little to widen to float64. */
const blockValues = 2 ** 22;
const blockRowsLeast = 64;

/** Some rows of features that follow each other. */
export interface RowBlock {
  /** The rows. */
  readonly matrix: Matrix<Float32Array>;
  /** Number of the first. */
  readonly from: number;
}

/** Cuts rows into blocks, which depend on their number and width alone. */
export function* rowBlocks({ values, rows, columns }: FeatureRows): Generator<RowBlock> {
  const size = Math.max(blockRowsLeast, Math.floor(blockValues / Math.max(1, columns)));
  for (let from = 0; from < rows; from += size) {
    const to = Math.min(rows, from + size);
    yield { matrix: { values: values.subarray(from * columns, to * columns), rows: to - from, columns }, from };
  }
}
