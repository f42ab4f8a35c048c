import type { Network } from './architecture.ts';
import { countNonFinite } from './building/count-non-finite.ts';
import { negativeVariances } from './building/negative-variances.ts';
import type { WeightType } from './building/weight-values.ts';

/** What is wrong with weights: one sentence for each tensor. */
export function weightWarnings(network: Network, dtype: WeightType | undefined): string[] {
  const worthless = 'what is made of them is worth nothing';
  const values = countNonFinite(network, dtype).flatMap(({ name, nan, infinite, overflowing }) => [
    ...(nan + infinite === 0
      ? []
      : [
          `the weights ${name} hold ${String(nan)} values that are no numbers and ${String(infinite)} that are infinite; ${worthless}.`,
        ]),
    ...(overflowing === 0 ? [] : [`${String(overflowing)} values of the weights ${name} are infinite as float16.`]),
  ]);
  const variances = negativeVariances(network).map(
    ({ name, channels }) => `the variances ${name} are below 0 in ${String(channels)} channels; ${worthless}.`,
  );
  return [...values, ...variances];
}
