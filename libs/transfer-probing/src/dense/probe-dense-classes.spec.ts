import { createRandom, planUpsampling, sampleWeights, upsampleMap } from '@intermodel/numerics';
import { describe, expect, it } from 'vitest';
import type { GridImages, PlaneTarget } from '../grid-images.ts';
import { logits } from '../heads/logits.ts';
import { openLogisticRegression } from '../heads/logistic-regression.ts';
import { gridOf } from './grid-in-memory-contract.ts';
import { probeDenseClasses } from './probe-dense-classes.ts';

const sizes = { height: 2, width: 2, units: 3 };
type Image = { readonly features: Float32Array; readonly target: PlaneTarget };

/** Images whose cells bear noise and, `told` strong, their class; planes are `scale` times as large as the grid. */
function drawnImages(seed: number, count: number, told: number, scale = 2, classes = 3): Image[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const cells = Array.from({ length: 4 }, () => random.below(classes));
    const features = Float32Array.from(
      { length: 12 },
      (_, index) => random.normal() + (cells[Math.floor(index / 3)] === index % 3 ? told : 0),
    );
    const side = 2 * scale;
    const plane = Int32Array.from({ length: side * side }, (_, pixel) => {
      const [row, column] = [Math.floor(pixel / side / scale), Math.floor((pixel % side) / scale)];
      return random.below(10) === 0 ? -1 : (cells[row * 2 + column] ?? -1);
    });
    return { features, target: { height: side, width: side, classes: plane } };
  });
}
const unjudged = ({ features, target }: Image): Image => ({
  features,
  target: { ...target, classes: target.classes.map(() => -1) },
});

/** The head by its definition: C = 1 mean squared feature on all cells of training and validation. */
async function plainPredictions(fitted: readonly Image[], test: readonly Image[], classes: number) {
  const rows = fitted.flatMap(({ features, target: { classes: plane, width } }) =>
    [0, 1, 2, 3].map((cell) => {
      const own = Array.from(plane).filter((_, pixel) => {
        const [row, column] = [Math.floor(pixel / width), pixel % width];
        return Math.floor((2 * row) / width) * 2 + Math.floor((2 * column) / width) === cell;
      });
      const weights = Array.from(
        { length: classes },
        (_, category) => own.filter((value) => value === category).length / own.length,
      );
      return { features: [...features.subarray(cell * 3, cell * 3 + 3)], weights };
    }),
  );
  const regression = await openLogisticRegression([
    {
      features: { values: Float32Array.from(rows.flatMap((row) => row.features)), rows: rows.length, columns: 3 },
      targets: { kind: 'weights', classes, weights: Float32Array.from(rows.flatMap(({ weights }) => weights)) },
    },
  ]);
  const values = rows.flatMap(({ features }) => features);
  const fit = await regression.fit(values.length / values.reduce((sum, value) => sum + value ** 2, 0));
  await regression.close();
  const predicted: Int32Array[] = [];
  for (const { features, target } of test) {
    const values = await logits(fit, { values: features, rows: 4, columns: 3 });
    const plan = planUpsampling({
      height: 2,
      width: 2,
      targetHeight: target.height,
      targetWidth: target.width,
      padding: 'clamp',
    });
    const maps = Array.from({ length: classes }, (_, category) =>
      upsampleMap(
        plan,
        [0, 1, 2, 3].map((cell) => values[cell * classes + category]!),
      ),
    );
    predicted.push(
      target.classes.map((_, pixel) =>
        maps.reduce((best, map, index) => (map[pixel]! > maps[best]![pixel]! ? index : best), 0),
      ),
    );
  }
  return predicted;
}

/** Mean intersection over union and pixel accuracy by counting pixel by pixel. */
function plainScores(images: readonly (readonly [truth: Int32Array, predicted: Int32Array])[], classes: number) {
  const pixels = images.flatMap(([truth, predicted]) =>
    [...truth].map((value, index) => [value, predicted[index]!] as const).filter(([value]) => value >= 0),
  );
  const ious = Array.from({ length: classes }, (_, category) => {
    const either = pixels.filter((pair) => pair.includes(category)).length;
    return either === 0 ? [] : [pixels.filter((pair) => pair.every((value) => value === category)).length / either];
  }).flat();
  return [
    ious.reduce((sum, iou) => sum + iou, 0) / ious.length,
    pixels.filter(([a, b]) => a === b).length / pixels.length,
  ];
}

describe(probeDenseClasses, () => {
  it('is what its definition says, over all images and over each sample', async () => {
    const [train, test] = [drawnImages(1, 20, 1.5), drawnImages(2, 6, 1.5)];
    const outcomes = await probeDenseClasses(gridOf(sizes, { train, test }), { classes: 3, replicates: 7, seed: 4 });
    const predicted = await plainPredictions(train, test, 3);
    const pairs = test.map(({ target }, index) => [target.classes, predicted[index]!] as const);
    expect(outcomes.map(({ metric }) => metric)).toEqual(['mean IoU', 'pixel accuracy']);
    const samples = Array.from(sampleWeights(6, 7, 4), (weights) =>
      plainScores(
        pairs.flatMap((pair, index) => Array.from({ length: weights[index]! }, () => pair)),
        3,
      ),
    );
    outcomes.forEach(({ score, replicates, n, chosen }, index) => {
      expect(score).toBeCloseTo(plainScores(pairs, 3)[index]!, 12);
      expect(score).toBeLessThan(1);
      samples.forEach((sample, number) => {
        expect(replicates?.[number]).toBeCloseTo(sample[index]!, 12);
      });
      expect([n, chosen, replicates?.length]).toEqual([6, '', 7]);
    });
  });

  it('chooses the penalty by the validation part, and fits on both', async () => {
    const train = drawnImages(1, 8, 1);
    const grid = (val: readonly Image[], test: readonly Image[]) => gridOf(sizes, { train, val, test });
    const probe = async (on: GridImages<PlaneTarget>) => probeDenseClasses(on, { classes: 3, replicates: 2 });
    const [one, other] = [
      await probe(grid(drawnImages(3, 9, 1), drawnImages(5, 4, 1))),
      await probe(grid(drawnImages(3, 9, 1), drawnImages(6, 4, 1))),
    ];
    expect(one[0]?.chosen).toMatch(/^C = /u);
    expect(other[0]?.chosen).toBe(one[0]?.chosen);
    // A validation part that nobody judged chooses nothing, but is no error.
    expect((await probe(grid(drawnImages(3, 9, 1).map(unjudged), drawnImages(5, 4, 1))))[0]?.chosen).toBe('');
    // Class 2 is in the validation part alone, and is known in the end.
    const clear = (seed: number, count: number, classes: number) => drawnImages(seed, count, 300, 1, classes);
    const [accuracy] = (
      await probeDenseClasses(gridOf(sizes, { train: clear(1, 20, 2), val: clear(2, 20, 3), test: clear(3, 9, 3) }), {
        classes: 3,
        replicates: 2,
      })
    ).slice(1);
    expect(accuracy?.score).toBe(1);
  });

  it('does not depend on the unit of the features', async () => {
    const parts = { train: drawnImages(1, 8, 1), val: drawnImages(3, 9, 1), test: drawnImages(5, 4, 1) };
    const shrunk = (images: readonly Image[]) =>
      images.map(({ features, target }) => ({ features: features.map((value) => value / 1024), target }));
    const probe = async (on: typeof parts) => probeDenseClasses(gridOf(sizes, on), { classes: 3, replicates: 2 });
    const [plain, small] = [
      await probe(parts),
      await probe({ train: shrunk(parts.train), val: shrunk(parts.val), test: shrunk(parts.test) }),
    ];
    expect(small.map(({ chosen }) => chosen)).toEqual(plain.map(({ chosen }) => chosen));
    plain.forEach(({ score }, index) => {
      expect(Math.abs(small[index]!.score - score)).toBeLessThan(0.02);
    });
  });

  it('counts classes that training lacks as missed', async () => {
    const [train, test] = [drawnImages(1, 20, 30, 1, 2), drawnImages(3, 9, 30, 1, 3)];
    const [iou] = await probeDenseClasses(gridOf(sizes, { train, test }), { classes: 3, replicates: 2 });
    expect(iou?.score).toBeGreaterThan(0.3);
    expect(iou?.score).toBeLessThanOrEqual(2 / 3);
    const same = drawnImages(1, 20, 30, 1, 1);
    const [, accuracy] = await probeDenseClasses(gridOf(sizes, { train: same, test }), { classes: 3, replicates: 2 });
    const judged = test.flatMap(({ target }) => [...target.classes].filter((value) => value >= 0));
    expect(accuracy?.score).toBe(judged.filter((value) => value === 0).length / judged.length);
  });

  it('gives much the same from a sample of the cells, always the same', async () => {
    const grid = gridOf(sizes, { train: drawnImages(1, 300, 3), test: drawnImages(2, 40, 3) });
    const score = async (cells?: number, seed = 0) =>
      (await probeDenseClasses(grid, { classes: 3, replicates: 2, cells, seed })).map((outcome) => outcome.score);
    const [all, some] = [await score(), await score(400)];
    expect(await score(400)).toEqual(some);
    expect(Math.abs(some[1]! - all[1]!)).toBeLessThan(0.03);
    expect(await score(3)).not.toEqual(await score(3, 1));
  });

  it('says where nothing is judged, or a feature is no number', async () => {
    const [train, test] = [drawnImages(1, 4, 1), drawnImages(2, 3, 1)];
    const probe = async (parts: Parameters<typeof gridOf<PlaneTarget>>[1]) =>
      probeDenseClasses(gridOf(sizes, parts), { classes: 3, replicates: 2 });
    await expect(probe({ train: train.map(unjudged), test })).rejects.toMatchObject({ code: 'PROBE_NO_CELLS' });
    await expect(probe({ test })).rejects.toMatchObject({ code: 'PROBE_NO_CELLS' });
    await expect(probe({ train, test: test.map(unjudged) })).rejects.toMatchObject({ code: 'PROBE_NO_TRUTH' });
    await expect(probe({ train })).rejects.toMatchObject({ code: 'PROBE_NO_TRUTH' });
    expect(await probe({ train, test: [unjudged(test[0]!), test[1]!] })).toHaveLength(2);
    const broken = test.map(({ features, target }) => ({ features: features.with(7, Number.NaN), target }));
    await expect(probe({ train, test: broken })).rejects.toThrow(/image "test 0": unit 1 is NaN in cell 2/u);
    await expect(probeDenseClasses(gridOf(sizes, { train, test }), { classes: 2 })).rejects.toThrow(RangeError);
  });

  it('tells how far it is, and stops when it is told to', async () => {
    const parts = { train: drawnImages(1, 5, 1), val: drawnImages(2, 3, 1), test: drawnImages(3, 2, 1) };
    const told: number[][] = [];
    await probeDenseClasses(gridOf(sizes, parts), {
      classes: 3,
      replicates: 2,
      onProgress: (...now) => told.push(now),
    });
    expect(told).toEqual(Array.from({ length: 18 }, (_, index) => [index + 1, 18]));
    const stop = new AbortController();
    const reason = new Error('enough');
    const seen: number[] = [];
    await expect(
      probeDenseClasses(gridOf(sizes, parts), {
        classes: 3,
        signal: stop.signal,
        onProgress: (done) => {
          seen.push(done);
          if (done === 3) stop.abort(reason);
        },
      }),
    ).rejects.toBe(reason);
    expect(seen).toEqual([1, 2, 3]);
  });
});
