import { createRandom } from '../random.ts';
import type { LabelledRows } from './labelled-rows.ts';

/**
 * A sample of the rows where there are more than `most`, else the very rows. It depends on their number and the seed
 * alone, so that models are rated on the same images.
 */
export function sampleLabelledRows(rated: LabelledRows, most: number, seed: number): LabelledRows {
  const { values, rows, columns, labels } = rated;
  if (rows <= most) return rated;
  const chosen = createRandom(seed, rows)
    .shuffle(Int32Array.from({ length: rows }, (_, row) => row))
    .slice(0, most)
    .sort();
  const taken = new Float32Array(most * columns);
  chosen.forEach((row, place) => {
    taken.set(values.subarray(row * columns, (row + 1) * columns), place * columns);
  });
  return { values: taken, rows: most, columns, labels: Int32Array.from(chosen, (row) => labels[row] as number) };
}
