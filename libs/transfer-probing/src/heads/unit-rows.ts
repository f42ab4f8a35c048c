import type { FeatureRows } from '../feature-rows.ts';

/** Rows scaled to length 1, in float32; rows of zeros stay so. */
export function unitRows({ values, rows, columns }: FeatureRows): FeatureRows {
  const scaled = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let squares = 0;
    for (let column = 0; column < columns; column++) squares += (values[start + column] as number) ** 2;
    const factor = squares === 0 ? 0 : 1 / Math.sqrt(squares);
    for (let column = 0; column < columns; column++)
      scaled[start + column] = (values[start + column] as number) * factor;
  }
  return { values: scaled, rows, columns };
}
