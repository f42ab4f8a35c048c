import { describe, expect, it } from 'vitest';
import type { Tensor } from './tensor.ts';
import { weightWarnings } from './weight-warnings.ts';

const tensor = (...values: readonly number[]): Tensor => ({
  type: 'float32',
  shape: [values.length],
  span: undefined,
  read: () => new Uint8Array(Float32Array.from(values).buffer),
});
const warnings = (weights: Record<string, Tensor>, dtype?: 'float16') =>
  weightWarnings({ architecture: 'resnet', facts: {}, weights: new Map(Object.entries(weights)) }, dtype);

describe(weightWarnings, () => {
  it('counts what is no number, what is infinite, and variances below 0', () => {
    expect(warnings({ a: tensor(1, NaN, Infinity, -Infinity), b: tensor(1, -2) })).toEqual([
      expect.stringMatching(/^the weights a hold 1 values that are no numbers and 2 that are infinite/u),
    ]);
    expect(warnings({ 'bn1.running_var': tensor(0, -1, -2), 'bn1.running_mean': tensor(-1) })).toEqual([
      expect.stringMatching(/^the variances bn1\.running_var are below 0 in 2 channels/u),
    ]);
  });

  it('counts what overflows as float16 alone', () => {
    expect(warnings({ a: tensor(70_000) })).toEqual([]);
    expect(warnings({ a: tensor(70_000) }, 'float16')).toEqual(['1 values of the weights a are infinite as float16.']);
  });
});
