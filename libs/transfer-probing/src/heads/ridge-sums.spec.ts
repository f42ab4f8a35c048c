import { openProducts } from '@intermodel/onnx';
import { describe, expect, it } from 'vitest';
import golden from '../golden/heads.json' with { type: 'json' };
import { RidgeSums } from './ridge-sums.ts';

const { columns, outputs, fits } = golden.ridge;
const features = Float32Array.from(golden.ridge.features);
const answers = Float64Array.from(golden.ridge.answers, Math.fround);
const rowWeights = Float64Array.from(golden.ridge.rowWeights);

const expectNear = (values: Float64Array, expected: readonly number[]) => {
  expect(values).toHaveLength(expected.length);
  expected.forEach((value, index) => {
    expect(values[index]).toBeCloseTo(value, 9);
  });
};

describe('ridge regression from sums', () => {
  it.each(fits)('agrees with scikit-learn, lambda = $lambda', async (fit) => {
    const products = openProducts();
    const [plain, weighted] = [new RidgeSums(columns, outputs, products), new RidgeSums(columns, outputs, products)];
    await plain.add(features, answers);
    await weighted.add(features, answers, rowWeights);
    await products.close();
    expectNear(plain.solve(fit.lambda).weights, fit.weights);
    expectNear(plain.solve(fit.lambda).intercepts, fit.intercepts);
    expectNear(weighted.solve(fit.lambda).weights, fit.weighted);
    expectNear(weighted.solve(fit.lambda).intercepts, fit.weightedIntercepts);
  });

  it('adds up parts, and passes over rows that count for nothing', async () => {
    const products = openProducts();
    const [first, second] = [new RidgeSums(columns, outputs, products), new RidgeSums(columns, outputs, products)];
    const whole = new RidgeSums(columns, outputs, products);
    const unknown = answers.map((answer, index) => (rowWeights[Math.floor(index / outputs)] === 0 ? NaN : answer));
    await whole.add(features, unknown, rowWeights);
    await first.add(features.subarray(0, 20 * columns), unknown.subarray(0, 20 * outputs), rowWeights.subarray(0, 20));
    await second.add(features.subarray(20 * columns), unknown.subarray(20 * outputs), rowWeights.subarray(20));
    await products.close();
    first.merge(second);
    expect(first.weight).toBe(whole.weight);
    expectNear(first.solve(1).weights, [...whole.solve(1).weights]);
  });

  it('takes features that are the same in all rows', async () => {
    const products = openProducts();
    const sums = new RidgeSums(2, 1, products);
    await sums.add(Float32Array.of(1, 5, 2, 5, 3, 5), Float64Array.of(2, 4, 6));
    await products.close();
    const { weights, intercepts } = sums.solve(1e-9);
    expect(weights[0]).toBeCloseTo(2, 6);
    expect(weights[1]).toBeCloseTo(0, 6);
    expect(intercepts[0]).toBeCloseTo(0, 5);
  });
});
