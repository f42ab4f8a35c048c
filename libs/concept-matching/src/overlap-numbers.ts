import type { UnitConceptOverlapBatch } from '@intermodel/schemas';
import { column, readNumbers } from '@intermodel/streams';

/** Numeric columns of a table of overlaps, row by row. */
export type OverlapNumbers = Readonly<Record<'unit' | 'intersection' | 'unitArea' | 'conceptArea' | 'pixels', Float64Array>>;

/** Reads the numeric columns of a table of overlaps. */
export function overlapNumbers(batch: UnitConceptOverlapBatch): OverlapNumbers {
  const read = (name: keyof OverlapNumbers) => readNumbers(column(batch, name));
  return { unit: read('unit'), intersection: read('intersection'), unitArea: read('unitArea'), conceptArea: read('conceptArea'), pixels: read('pixels') };
}
