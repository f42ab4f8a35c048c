import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { solvePositiveDefinite } from './cholesky.ts';
import { minimiseLbfgs, type Evaluation } from './lbfgs.ts';
import { searchLine } from './line-search.ts';

/** Half of x A x - b x, of a matrix as ill-conditioned as asked for. */
function quadratic(size: number, condition: number, seed: number) {
  const random = createRandom(seed);
  const factor = Float64Array.from({ length: size * size }, () => random.normal() / size);
  const matrix = new Float64Array(size * size);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      let sum = row === column ? condition ** (row / Math.max(1, size - 1)) : 0;
      for (let each = 0; each < size; each++)
        sum += (factor[row * size + each] as number) * (factor[column * size + each] as number);
      matrix[row * size + column] = sum;
    }
  const right = Float64Array.from({ length: size }, () => random.normal());
  const evaluate = (point: Float64Array): Promise<Evaluation> => {
    const gradient = right.map((each, row) =>
      point.reduce((sum, entry, column) => sum + (matrix[row * size + column] as number) * entry, -each),
    );
    let value = 0;
    for (let row = 0; row < size; row++)
      value += ((point[row] as number) * ((gradient[row] as number) - (right[row] as number))) / 2;
    return Promise.resolve({ value, gradient });
  };
  return { matrix, right, evaluate };
}

const rosenbrock = ([x = 0, y = 0]: Float64Array): Promise<Evaluation> =>
  Promise.resolve({
    value: (1 - x) ** 2 + 100 * (y - x * x) ** 2 + 1,
    gradient: Float64Array.of(-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
  });

describe('L-BFGS', () => {
  it('finds the minimum of quadratic functions, which equations give as well', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 15 }),
        fc.constantFrom(1, 10, 1000),
        fc.integer({ min: 0, max: 1e6 }),
        async (size, condition, seed) => {
          const { matrix, right, evaluate } = quadratic(size, condition, seed);
          const minimum = await minimiseLbfgs({ start: new Float64Array(size), evaluate, tolerance: 1e-15 });
          const solution = right.slice();
          solvePositiveDefinite(matrix.slice(), size, solution);
          expect(minimum.isConverged).toBe(true);
          solution.forEach((entry, row) => {
            expect(minimum.point[row]).toBeCloseTo(entry, 5);
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('follows a curved valley', async () => {
    const start = Float64Array.of(-1.2, 1);
    const { point, isConverged } = await minimiseLbfgs({ start, evaluate: rosenbrock, tolerance: 1e-14 });
    expect(isConverged).toBe(true);
    expect(point[0]).toBeCloseTo(1, 5);
    expect(point[1]).toBeCloseTo(1, 5);
    expect(start).toEqual(Float64Array.of(-1.2, 1));
  });

  it('needs one step where the inverse Hessian is known, and fewer with pairs from before', async () => {
    const { evaluate, right, matrix } = quadratic(12, 1e4, 3);
    const start = new Float64Array(12);
    const plain = await minimiseLbfgs({ start, evaluate, tolerance: 1e-12 });
    const exact = await minimiseLbfgs({
      start,
      evaluate,
      tolerance: 1e-12,
      precondition: (vector) => {
        const result = vector.slice();
        solvePositiveDefinite(matrix.slice(), 12, result);
        return Promise.resolve(result);
      },
    });
    expect(exact.iterations).toBeLessThanOrEqual(3);
    expect(exact.value).toBeCloseTo(plain.value, 9);
    const again = await minimiseLbfgs({ start, evaluate, tolerance: 1e-12, pairs: plain.pairs });
    expect(again.iterations).toBeLessThan(plain.iterations);
    expect(right).toHaveLength(12);
  });

  it('takes steps in the space of another inner product', async () => {
    const { evaluate } = quadratic(6, 100, 4);
    const scales = Float64Array.of(1, 4, 9, 16, 25, 36);
    const minimum = await minimiseLbfgs({
      start: new Float64Array(6),
      // In coordinates u with x = u / scale, the gradient is scale times that along x, and products weigh by 1 / scale.
      evaluate: async (point) => {
        const { value, gradient } = await evaluate(point);
        return { value, gradient: gradient.map((entry, index) => entry / (scales[index] as number)) };
      },
      dot: (first, second) =>
        first.reduce((sum, entry, index) => sum + entry * (second[index] as number) * (scales[index] as number), 0),
      tolerance: 1e-14,
    });
    const plain = await minimiseLbfgs({ start: new Float64Array(6), evaluate, tolerance: 1e-14 });
    expect(minimum.value).toBeCloseTo(plain.value, 9);
  });

  it('says where it stopped for the number of steps, and stops when it is told to', async () => {
    const start = Float64Array.of(-1.2, 1);
    const short = await minimiseLbfgs({ start, evaluate: rosenbrock, iterations: 3 });
    expect([short.iterations, short.isConverged]).toEqual([3, false]);
    const stop = new AbortController();
    const stopped = minimiseLbfgs({ start, evaluate: rosenbrock, tolerance: 0, signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(stopped).rejects.toThrow('enough');
  });

  it('stays where it is at a minimum', async () => {
    const minimum = await minimiseLbfgs({ start: Float64Array.of(1, 1), evaluate: rosenbrock });
    expect([minimum.iterations, minimum.isConverged, [...minimum.point]]).toEqual([0, true, [1, 1]]);
  });
});

describe('line search', () => {
  const along = (value: (step: number) => number, slope: (step: number) => number) => (step: number) =>
    Promise.resolve({ step, value: value(step), slope: slope(step) });

  it.each([1e-4, 0.1, 1, 30, 1e4])('satisfies the strong Wolfe conditions from a first step of %d', async (first) => {
    const evaluate = along(
      (step) => Math.exp(step / 3) - 2 * step,
      (step) => Math.exp(step / 3) / 3 - 2,
    );
    const start = await evaluate(0);
    const found = await searchLine(start, first, evaluate);
    if (found === undefined) throw new Error('no step was found');
    expect(found.value).toBeLessThanOrEqual(start.value + 1e-4 * found.step * start.slope);
    expect(Math.abs(found.slope)).toBeLessThanOrEqual(0.9 * Math.abs(start.slope));
  });

  it('comes back from far out where the function falls faster than it rises', async () => {
    // The zero of the secant through slopes of -37 and 4 always lies near the far end.
    const away = (step: number) => (step - 1e-4) / 1e-5;
    const logCosh = (z: number) => Math.abs(z) + Math.log1p(Math.exp(-2 * Math.abs(z))) - Math.LN2;
    const evaluate = along(
      (step) => 1e-5 * (20.5 * logCosh(away(step)) - 16.5 * away(step)),
      (step) => 20.5 * Math.tanh(away(step)) - 16.5,
    );
    const start = await evaluate(0);
    expect((await searchLine(start, 1, evaluate))?.value).toBeLessThan(start.value);
  });

  it('comes back from where the function cannot be computed', async () => {
    const evaluate = along(
      (step) => (step < 2 ? step * step - step : NaN),
      (step) => (step < 2 ? 2 * step - 1 : NaN),
    );
    const found = await searchLine(await evaluate(0), 50, evaluate);
    expect(found?.step).toBeLessThan(2);
    expect(found?.value).toBeLessThan(0);
  });
});

describe("Cholesky's decomposition", () => {
  it('solves equations with several right-hand sides', () => {
    const right = Float64Array.of(8, 7, 2, 4);
    solvePositiveDefinite(Float64Array.of(4, NaN, 2, 3), 2, right);
    // 4x + 2y = 8, 2x + 3y = 7, and 4x + 2y = 2, 2x + 3y = 4.
    [1.25, 1.5, -0.25, 1.5].forEach((value, index) => {
      expect(right[index]).toBeCloseTo(value, 12);
    });
  });

  it('gives 0 for what the equations do not tell', () => {
    const right = Float64Array.of(2, 2);
    solvePositiveDefinite(Float64Array.of(1, 0, 1, 1), 2, right);
    expect([...right]).toEqual([2, 0]);
  });
});
