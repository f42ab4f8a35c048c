import { createRandom } from '@intermodel/numerics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import golden from '../golden/heads.json' with { type: 'json' };
import type { FeatureRows } from '../feature-rows.ts';
import { fitByWay } from './choose-penalty.ts';
import { logits } from './logits.ts';
import { openLogisticRegression, type LogisticFit } from './logistic-regression.ts';
import type { LogisticRows, LogisticTargets } from './logistic-targets.ts';

const features = (values: readonly number[], columns: number): FeatureRows => ({
  values: Float32Array.from(values),
  rows: values.length / columns,
  columns,
});

async function fitOnce(parts: readonly LogisticRows[], C: number): Promise<LogisticFit> {
  const regression = await openLogisticRegression(parts);
  const fit = await regression.fit(C);
  await regression.close();
  return fit;
}

/** The objective by its definition. */
function plainLoss({ C, weights, intercepts }: LogisticFit, parts: readonly LogisticRows[]): number {
  let loss = weights.reduce((sum, weight) => sum + weight ** 2 / 2, 0);
  for (const { features: rows, targets } of parts)
    for (let row = 0; row < rows.rows; row++) {
      const scores = Array.from(intercepts, (intercept, label) =>
        rows.values
          .subarray(row * rows.columns, (row + 1) * rows.columns)
          .reduce((sum, value, column) => sum + value * (weights[label * rows.columns + column] as number), intercept),
      );
      const most = Math.max(...scores);
      const total = most + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - most), 0));
      scores.forEach((score, label) => {
        const cell = row * targets.classes + label;
        if (targets.kind === 'classes') loss += C * (targets.of[row] === label ? total - score : 0);
        else if (targets.kind === 'weights') loss += C * (targets.weights[cell] as number) * (total - score);
        else loss += C * Math.log1p(Math.exp(targets.present[cell] === 1 ? -score : score));
      });
    }
  return loss;
}

const close = (value: number, expected: number, relative = 1e-6) => {
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(relative * Math.abs(expected));
};

describe('logistic regression', () => {
  it.each(golden.softmax)('agrees with scikit-learn: $name', async (task) => {
    const { classes, columns } = task;
    const part: LogisticRows = {
      features: features(task.features, columns),
      targets: { kind: 'classes', classes, of: Int32Array.from(task.of) },
    };
    const fit = await fitOnce([part], task.C);
    close(fit.loss, task.loss);
    close(plainLoss(fit, [part]), fit.loss, 1e-9);
    expect(fit.isConverged).toBe(true);
    const scores = await logits(fit, features(task.testFeatures, columns));
    const predicted = task.testOf.map((_, row) => {
      const own = scores.subarray(row * classes, (row + 1) * classes);
      return own.indexOf(Math.max(...own));
    });
    expect(predicted).toEqual(task.predicted);
  });

  it('agrees with scikit-learn on labels, each by itself', async () => {
    const { C, classes, columns, loss, present, ranked, testFeatures } = golden.labels;
    const part: LogisticRows = {
      features: features(golden.labels.features, columns),
      targets: { kind: 'labels', classes, present: Uint8Array.from(present) },
    };
    const fit = await fitOnce([part], C);
    close(fit.loss, loss);
    close(plainLoss(fit, [part]), fit.loss, 1e-9);
    const scores = await logits(fit, features(testFeatures, columns));
    ranked.forEach((order, label) => {
      const own = order.map((row) => scores[row * classes + label] as number);
      expect(own).toEqual([...own].sort((a, b) => b - a));
    });
  });

  it('agrees with scikit-learn on shares of classes', async () => {
    const { C, classes, columns, loss, weights } = golden.weights;
    const part: LogisticRows = {
      features: features(golden.weights.features, columns),
      targets: { kind: 'weights', classes, weights: Float32Array.from(weights) },
    };
    const fit = await fitOnce([part], C);
    close(fit.loss, loss);
    close(plainLoss(fit, [part]), fit.loss, 1e-9);
  });

  const worlds = fc.record({
    seed: fc.integer({ min: 0, max: 1e6 }),
    rows: fc.integer({ min: 2, max: 40 }),
    columns: fc.integer({ min: 1, max: 12 }),
    classes: fc.integer({ min: 1, max: 5 }),
    kind: fc.constantFrom<LogisticTargets['kind']>('classes', 'weights', 'labels'),
    C: fc.constantFrom(1e-6, 1e-2, 1, 1e3),
  });

  const draw = (
    world: Pick<LogisticTargets, 'kind' | 'classes'> & { seed: number; rows: number; columns: number },
  ): LogisticRows => {
    const { rows, columns, classes, kind } = world;
    const random = createRandom(world.seed);
    const values = Float32Array.from({ length: rows * columns }, () => random.normal() + 1);
    const cells = rows * classes;
    const targets: LogisticTargets =
      kind === 'classes'
        ? { kind, classes, of: Int32Array.from({ length: rows }, () => random.below(classes)) }
        : kind === 'weights'
          ? { kind, classes, weights: Float32Array.from({ length: cells }, () => Math.max(0, random.normal())) }
          : { kind, classes, present: Uint8Array.from({ length: cells }, () => random.below(2)) };
    return { features: { values, rows, columns }, targets };
  };

  it('finds points from which no small step lowers the loss', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        const part = draw(world);
        const fit = await fitOnce([part], world.C);
        const loss = plainLoss(fit, [part]);
        const random = createRandom(world.seed, 1);
        for (let direction = 0; direction < 6; direction++) {
          const weights = fit.weights.map((weight) => weight + 1e-2 * random.normal());
          const intercepts = fit.intercepts.map((intercept) => intercept + 1e-2 * random.normal());
          expect(plainLoss({ ...fit, weights, intercepts }, [part])).toBeGreaterThanOrEqual(loss * (1 - 1e-9));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('does not depend on threads, on parts, or on how a fit was begun', async () => {
    const world = { seed: 5, rows: 3000, columns: 300, classes: 7, kind: 'classes' as const };
    const whole = draw(world);
    const fits = [];
    for (const threads of [1, 2, 3]) {
      const regression = await openLogisticRegression([whole], { threads });
      fits.push(await regression.fit(0.01));
      await regression.close();
    }
    expect(fits[1]).toEqual(fits[0]);
    expect(fits[2]).toEqual(fits[0]);
    if (whole.targets.kind !== 'classes') throw new Error('drawn otherwise');
    const { of, ...rest } = whole.targets;
    const part = (from: number, to: number): LogisticRows => ({
      features: { values: whole.features.values.subarray(from * 300, to * 300), rows: to - from, columns: 300 },
      targets: { ...rest, of: of.subarray(from, to) },
    });
    const regression = await openLogisticRegression([part(0, 1234), part(1234, 3000)]);
    const before = await regression.fit(0.0099);
    const warm = await regression.fit(0.01, { start: before });
    await regression.close();
    close(warm.loss, fits[0]?.loss as number, 1e-9);
    expect(warm.iterations).toBeLessThan(fits[0]?.iterations as number);
  });

  it('finds the same minimum with products in float32', async () => {
    const part = draw({ seed: 6, rows: 400, columns: 40, classes: 5, kind: 'classes' });
    const regression = await openLogisticRegression([part]);
    const [narrow, wide] = [await regression.fit(1, { precision: 'float32' }), await regression.fit(1)];
    await regression.close();
    close(narrow.loss, wide.loss, 1e-6);
  });

  it('finds the same minimum by way of stronger penalties', async () => {
    const part = draw({ seed: 9, rows: 300, columns: 30, classes: 4, kind: 'classes' });
    const regression = await openLogisticRegression([part]);
    const plain = await regression.fit(1e3);
    for (const precision of ['float32', 'float64'] as const)
      close((await fitByWay(regression, 1e3, { precision })).loss, plain.loss, 1e-8);
    close((await fitByWay(regression, 1e3, { values: [1e3] })).loss, plain.loss, 1e-8);
    await regression.close();
  });

  it('stops when it is told to', async () => {
    const part = draw({ seed: 7, rows: 500, columns: 50, classes: 20, kind: 'classes' });
    const stop = new AbortController();
    const regression = await openLogisticRegression([part], { signal: stop.signal });
    setImmediate(() => {
      stop.abort(new Error('enough'));
    });
    await expect(regression.fit(1e5)).rejects.toThrow('enough');
    await regression.close();
  });

  it('refuses parts that do not fit', async () => {
    const part = draw({ seed: 8, rows: 5, columns: 2, classes: 2, kind: 'classes' });
    const other = draw({ seed: 8, rows: 5, columns: 3, classes: 2, kind: 'classes' });
    await expect(openLogisticRegression([part, other])).rejects.toThrow(/same features/u);
    await expect(openLogisticRegression([])).rejects.toThrow(/no rows/u);
    const beyond: LogisticTargets = { kind: 'classes', classes: 2, of: Int32Array.of(0, 1, 2, 0, 1) };
    await expect(openLogisticRegression([{ ...part, targets: beyond }])).rejects.toThrow(/from 0 to 1/u);
  });
});
