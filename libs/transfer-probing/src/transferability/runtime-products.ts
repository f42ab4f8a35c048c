import type { FeatureProducts } from '@intermodel/numerics';
import { openProducts } from '@intermodel/onnx';
import type { FeatureRows } from '../feature-rows.ts';

/** Rows that are multiplied at once, where there are more of them than features. */
const blockRows = 2048;

/** What `featureProducts` gives, by the kernels of the runtime: in float64 too, and several times as fast. */
export async function runtimeProducts(
  { values, rows, columns }: FeatureRows,
  threads: number | undefined,
): Promise<FeatureProducts> {
  const products = openProducts(threads === undefined ? {} : { threads });
  const areOfRows = rows <= columns;
  try {
    if (areOfRows) {
      const plain = { values, rows, columns };
      const own = await products.multiply({ ...plain, values: Float64Array.from(values) }, plain, 'second');
      return { areOfRows, size: rows, values: own };
    }
    const sums = new Float64Array(columns * columns);
    for (let from = 0; from < rows; from += blockRows) {
      const to = Math.min(rows, from + blockRows);
      const block = { values: values.subarray(from * columns, to * columns), rows: to - from, columns };
      const own = await products.multiply({ ...block, values: Float64Array.from(block.values) }, block, 'first');
      for (let index = 0; index < sums.length; index++) sums[index] = (sums[index] as number) + (own[index] as number);
    }
    return { areOfRows, size: columns, values: sums };
  } finally {
    await products.close();
  }
}
