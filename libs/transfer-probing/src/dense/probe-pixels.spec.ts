import { AngleErrors, createRandom, planUpsampling, sampleWeights, upsampleMap } from '@intermodel/numerics';
import { openProducts } from '@intermodel/onnx';
import { describe, expect, it } from 'vitest';
import type { PixelTarget } from '../grid-images.ts';
import { plainPenalty } from './dense-options.ts';
import { CellRegression } from './fit-ridge.ts';
import { gridOf } from './grid-in-memory-contract.ts';
import { probePixels } from './probe-pixels.ts';

const sizes = { height: 2, width: 2, units: 3 };
type Image = { readonly features: Float32Array; readonly target: PixelTarget };

/** Images of 4 x 4 pixels with what `tell` makes of the features of their cells; a tenth of the pixels is not known. */
function drawnImages(
  seed: number,
  count: number,
  tell: (features: readonly number[]) => readonly number[],
  noise = 0,
  scale = 2,
): Image[] {
  const random = createRandom(seed);
  const side = 2 * scale;
  return Array.from({ length: count }, () => {
    const features = Float32Array.from({ length: 12 }, () => random.normal());
    const values = Array.from({ length: side * side }, (_, pixel) => {
      const cell = Math.floor(pixel / side / scale) * 2 + Math.floor((pixel % side) / scale);
      const known = tell([...features.subarray(cell * 3, cell * 3 + 3)]).map(
        (value) => value + noise * random.normal(),
      );
      return random.below(10) === 0 ? known.map(() => Number.NaN) : known;
    });
    return { features, target: { height: side, width: side, values: Float32Array.from(values.flat()) } };
  });
}
const unknown = ({ features, target }: Image): Image => ({
  features,
  target: { ...target, values: target.values.map(() => Number.NaN) },
});
const depthOf = ([a = 0, b = 0]: readonly number[]) => [2 * a - b + 5];
const normalOf = ([a = 0, b = 0]: readonly number[]) => {
  const length = Math.hypot(0.2 * a, 0.2 * b, 1);
  return [(0.2 * a) / length, (0.2 * b) / length, 1 / length];
};

/** The head by its definition, with the plain penalty: numbers of each pixel of the test images. */
async function plainPredictions(fitted: readonly Image[], test: readonly Image[], numbers: number) {
  const products = openProducts();
  const regression = new CellRegression(3, numbers, products);
  for (const { features, target } of fitted) {
    for (let cell = 0; cell < 4; cell++) {
      const known = Array.from({ length: target.values.length / numbers }, (_, pixel) => pixel)
        .filter((pixel) => {
          const [row, column] = [Math.floor(pixel / target.width), pixel % target.width];
          return Math.floor((2 * row) / target.height) * 2 + Math.floor((2 * column) / target.width) === cell;
        })
        .map((pixel) => [...target.values.subarray(pixel * numbers, (pixel + 1) * numbers)])
        .filter((values) => values.every((value) => !Number.isNaN(value)))
        .map((values) => (numbers === 1 ? values : values.map((value) => value / Math.hypot(...values))));
      const mean = Array.from(
        { length: numbers },
        (_, index) => known.reduce((sum, values) => sum + values[index]!, 0) / Math.max(1, known.length),
      );
      await regression.add(features.slice(cell * 3, cell * 3 + 3), mean, known.length);
    }
  }
  const { weights, intercepts } = (await regression.solve([plainPenalty]))[0]!;
  await products.close();
  return test.map(({ features, target }) =>
    Array.from({ length: numbers }, (_, output) =>
      upsampleMap(
        planUpsampling({
          height: 2,
          width: 2,
          targetHeight: target.height,
          targetWidth: target.width,
          padding: 'clamp',
        }),
        [0, 1, 2, 3].map((cell) =>
          [0, 1, 2].reduce(
            (sum, unit) => sum + weights[output * 3 + unit]! * features[cell * 3 + unit]!,
            intercepts[output]!,
          ),
        ),
      ),
    ),
  );
}

describe(probePixels, () => {
  it('tells depths as its definition says, over all images and over each sample', async () => {
    const [train, test] = [drawnImages(1, 12, depthOf, 0.5), drawnImages(2, 5, depthOf, 0.5)];
    const [outcome, ...others] = await probePixels(gridOf(sizes, { train, test }), 'depth', { replicates: 6, seed: 3 });
    const errors = (await plainPredictions(train, test, 1)).map(([plane], image) =>
      [...plane!]
        .map((value, pixel) => value - test[image]!.target.values[pixel]!)
        .filter((value) => !Number.isNaN(value)),
    );
    const rmse = (all: readonly number[]) => Math.sqrt(all.reduce((sum, error) => sum + error ** 2, 0) / all.length);
    expect(others).toEqual([]);
    expect(outcome).toMatchObject({ metric: 'RMSE', higherIsBetter: false, n: 5, chosen: '' });
    expect(outcome?.score).toBeCloseTo(rmse(errors.flat()), 5);
    Array.from(sampleWeights(5, 6, 3), (weights) =>
      errors.flatMap((own, image) => Array.from({ length: weights[image]! }, () => own)).flat(),
    ).forEach((drawn, sample) => {
      expect(outcome?.replicates?.[sample]).toBeCloseTo(rmse(drawn), 5);
    });
  });

  it('tells surface normals as its definition says', async () => {
    const [train, test] = [drawnImages(1, 12, normalOf, 0.2), drawnImages(2, 5, normalOf, 0.2)];
    const outcomes = await probePixels(gridOf(sizes, { train, test }), 'normals', { replicates: 2 });
    const angles = new AngleErrors(5);
    (await plainPredictions(train, test, 3)).forEach((planes, image) => {
      const own = Array.from({ length: 16 }, (_, pixel) => {
        const truth = [...test[image]!.target.values.subarray(pixel * 3, pixel * 3 + 3)];
        const said = planes.map((plane) => plane[pixel]!);
        const along = truth.reduce((sum, value, index) => sum + value * said[index]!, 0);
        return (Math.acos(along / Math.hypot(...truth) / Math.hypot(...said)) * 180) / Math.PI;
      });
      angles.add(Float64Array.from(own.filter((angle) => !Number.isNaN(angle))));
    });
    const { mean, median, within } = angles.score();
    expect(outcomes.map(({ metric, higherIsBetter }) => [metric, higherIsBetter])).toEqual([
      ['mean angle error', false],
      ['median angle error', false],
      ['within 11.25 degrees', true],
      ['within 22.5 degrees', true],
      ['within 30 degrees', true],
    ]);
    [mean, median, ...within].forEach((value, index) => {
      expect(outcomes[index]?.score).toBeCloseTo(value, 4);
    });
  });

  it('finds what is linear, with the penalty that the validation part chooses', async () => {
    const parts = {
      train: drawnImages(1, 20, depthOf, 0, 1),
      val: drawnImages(2, 9, depthOf, 0, 1),
      test: drawnImages(3, 9, depthOf, 0, 1),
    };
    const [outcome] = await probePixels(gridOf(sizes, parts), 'depth', { replicates: 2 });
    expect(outcome?.chosen).toBe('lambda = 0.000001');
    expect(outcome?.score).toBeLessThan(1e-4);
    // Features that tell nothing: the strongest penalty is chosen.
    const random = createRandom(9);
    const noise = () => [random.normal()];
    const [plain] = await probePixels(
      gridOf(sizes, {
        train: drawnImages(1, 4, noise),
        val: drawnImages(2, 60, noise),
        test: drawnImages(3, 9, noise),
      }),
      'depth',
      { replicates: 2 },
    );
    expect(plain?.chosen).toBe('lambda = 10');
  });

  it('is off by 90 degrees where it points nowhere, and takes normals of length 0 for unknown', async () => {
    const still = (normal: readonly number[]): Image => ({
      features: new Float32Array(12),
      target: {
        height: 2,
        width: 2,
        values: Float32Array.from([
          ...normal,
          ...normal.map((value) => -value),
          ...normal,
          ...normal.map((value) => -value),
        ]),
      },
    });
    const score = async (test: readonly Image[]) =>
      (await probePixels(gridOf(sizes, { train: [still([0, 0, 1])], test }), 'normals', { replicates: 2 }))[0]?.score;
    expect(await score([still([0, 3, 4])])).toBe(90);
    await expect(score([still([0, 0, 0])])).rejects.toMatchObject({ code: 'PROBE_NO_TRUTH' });
    expect(await score([still([0, 0, 0]), still([1, 0, 0])])).toBe(90);
  });

  it('says where nothing is known', async () => {
    const [train, test] = [drawnImages(1, 4, depthOf), drawnImages(2, 3, depthOf)];
    const probe = async (parts: Parameters<typeof gridOf<PixelTarget>>[1]) =>
      probePixels(gridOf(sizes, parts), 'depth', { replicates: 2 });
    await expect(probe({ train: train.map(unknown), test })).rejects.toMatchObject({ code: 'PROBE_NO_CELLS' });
    await expect(probe({ train, test: test.map(unknown) })).rejects.toMatchObject({ code: 'PROBE_NO_TRUTH' });
    await expect(probe({ train })).rejects.toMatchObject({ code: 'PROBE_NO_TRUTH' });
    expect((await probe({ train, val: test.map(unknown), test }))[0]?.chosen).toBe('');
  });
});
