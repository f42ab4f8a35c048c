import { openProducts, type MatrixProducts } from '@intermodel/onnx';
import type { FeatureRows } from '../feature-rows.ts';
import type { LogisticFit } from './logistic-regression.ts';
import { rowBlocks } from './row-blocks.ts';

/**
 * Logits of a linear classifier, in float64.
 *
 * @returns rows x classes
 */
export async function logits(
  fit: Pick<LogisticFit, 'weights' | 'intercepts'>,
  features: FeatureRows,
  options: { readonly threads?: number | undefined; readonly products?: MatrixProducts } = {},
): Promise<Float64Array> {
  const products = options.products ?? openProducts(options);
  const classes = fit.intercepts.length;
  const result = new Float64Array(features.rows * classes);
  for (const { matrix, from } of rowBlocks(features)) {
    const factor = { values: fit.weights, rows: classes, columns: features.columns };
    const block = await products.multiply(matrix, factor, 'second');
    for (let index = 0; index < block.length; index++)
      result[from * classes + index] = (block[index] as number) + (fit.intercepts[index % classes] as number);
  }
  if (options.products === undefined) await products.close();
  return result;
}
