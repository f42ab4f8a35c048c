import type { UnitConceptOverlapBatch } from '@intermodel/schemas';
import { column, readNumbers } from '@intermodel/streams';

/** Numeric columns of a table of overlaps, row by row. */
export interface OverlapNumbers {
  /** Unit, counted from 0. */
  readonly unit: Float64Array | Int32Array;
  /** Active pixels that carry the concept. */
  readonly intersection: Float64Array;
  /** Active pixels. */
  readonly unitArea: Float64Array;
  /** Pixels that carry the concept. */
  readonly conceptArea: Float64Array;
  /** All pixels. */
  readonly pixels: Float64Array;
}

/** A table of overlaps row by row, its concepts and categories as codes. */
export interface OverlapRows extends OverlapNumbers {
  /** Code of the concept. */
  readonly concept: Int32Array;
  /** Code of the category. */
  readonly category: Int32Array;
}

/** Reads the numeric columns of a table of overlaps. */
export function overlapNumbers(batch: UnitConceptOverlapBatch): OverlapNumbers {
  const read = (name: keyof OverlapNumbers) => readNumbers(column(batch, name));
  return {
    unit: read('unit'),
    intersection: read('intersection'),
    unitArea: read('unitArea'),
    conceptArea: read('conceptArea'),
    pixels: read('pixels'),
  };
}
