import { angleLimits, AngleErrors, rootMeanSquaredError, type SquaredErrors } from '@intermodel/numerics';
import { openProducts, type MatrixProducts } from '@intermodel/onnx';
import { InputError } from '@intermodel/streams';
import type { TaskPart } from '../feature-rows.ts';
import type { GridImages, PixelTarget } from '../grid-images.ts';
import type { ProbeOutcome } from '../probe-outcome.ts';
import { CellOutputs, type LinearMap } from './cell-outputs.ts';
import { bestSetting, densePenalties, plainPenalty, type DenseOptions } from './dense-options.ts';
import { CellRegression } from './fit-ridge.ts';
import { GridWalk } from './grid-walk.ts';
import { MapUpsampler } from './map-upsampler.ts';
import { scoreTestPart } from './score-test-part.ts';

/** What is told of pixels: unit vectors or depths. */
export type PixelKind = 'normals' | 'depth';

/**
 * Probes a grid of features by a linear regression of its cells on what is known of their pixels: surface normals
 * or depths.
 *
 * A cell is told the mean over its known pixels, and counts by their number; all cells enter, as sums. The penalty of
 * the ridge regression, in units of the mean squared feature, is the one of {@link densePenalties} with the least mean
 * angle (normals) or root mean squared error (depth) on the validation part (0.001 where nothing is known there); it
 * is then fitted on both parts. What it gives is upsampled bilinearly to the pixels. Predicted normals are brought to
 * length 1; those of length 0 point nowhere, and are off by 90 degrees. True normals of length 0 count as not known.
 *
 * @throws InputError `PROBE_NO_CELLS` or `PROBE_NO_TRUTH` where no pixel of the training or test part is known,
 * `FEATURES_NOT_FINITE`.
 */
export async function probePixels(
  grid: GridImages<PixelTarget>,
  kind: PixelKind,
  options: DenseOptions = {},
): Promise<readonly ProbeOutcome[]> {
  const walk = new GridWalk(grid, options);
  const products = openProducts(options.threads === undefined ? {} : { threads: options.threads });
  const predict = async (
    maps: readonly LinearMap[],
    part: TaskPart,
    take: (map: number, errors: Float64Array) => void,
  ) => {
    const outputs = new CellOutputs(products, maps);
    for await (const { features, target } of walk.images(part)) {
      const values = await outputs.of(features);
      maps.forEach((_, map) => {
        take(map, pixelErrors(values, outputs.count, map, kind, grid, target));
      });
    }
  };
  try {
    let chosen: number | undefined;
    if (walk.hasValidation) {
      const sums = densePenalties.map(() => ({ sum: 0, count: 0 }));
      await predict(
        await fit(grid, walk, ['train'], { kind, products, penalties: densePenalties }),
        'val',
        (map, errors) => {
          const sum = sums[map] as { sum: number; count: number };
          for (const error of errors) sum.sum += kind === 'normals' ? error : error ** 2;
          sum.count += errors.length;
        },
      );
      chosen = bestSetting([...densePenalties].reverse(), sums.map(({ sum, count }) => sum / count).reverse(), false);
    }
    const final = await fit(grid, walk, ['train', 'val'], { kind, products, penalties: [chosen ?? plainPenalty] });
    const images = grid.count('test');
    const angles = new AngleErrors(kind === 'normals' ? images : 0);
    const squares: SquaredErrors[] = [];
    await predict(final, 'test', (_, errors) => {
      if (kind === 'normals') angles.add(errors);
      else squares.push({ sum: errors.reduce((sum, error) => sum + error ** 2, 0), count: errors.length });
    });
    const scores = (weights?: ArrayLike<number>) => {
      if (kind === 'depth') return [rootMeanSquaredError(squares, weights)];
      const { mean, median, within } = angles.score(weights);
      return [mean, median, ...within];
    };
    return await scoreTestPart(
      {
        images,
        metrics: pixelMetrics(kind),
        scores,
        chosen: chosen === undefined ? '' : `lambda = ${String(chosen)}`,
        lacking: { problem: `no ${truthOf(kind)} is known in the test part`, expected: knownImages(kind) },
      },
      options,
    );
  } finally {
    await products.close();
  }
}

const knownImages = (kind: PixelKind) => `images with the ${truthOf(kind)} of some pixels`;

const truthOf = (kind: PixelKind) => (kind === 'normals' ? 'surface normal' : 'depth');

function pixelMetrics(kind: PixelKind): readonly { readonly metric: string; readonly higherIsBetter: boolean }[] {
  if (kind === 'depth') return [{ metric: 'RMSE', higherIsBetter: false }];
  return [
    { metric: 'mean angle error', higherIsBetter: false },
    { metric: 'median angle error', higherIsBetter: false },
    ...angleLimits.map((limit) => ({ metric: `within ${String(limit)} degrees`, higherIsBetter: true })),
  ];
}

interface FitOptions {
  readonly kind: PixelKind;
  readonly products: MatrixProducts;
  readonly penalties: readonly number[];
}

async function fit(
  grid: GridImages<PixelTarget>,
  walk: GridWalk<PixelTarget>,
  parts: readonly TaskPart[],
  { kind, products, penalties }: FitOptions,
): Promise<readonly LinearMap[]> {
  const regression = new CellRegression(grid.units, numbersOf(kind), products);
  for await (const { features, target } of walk.images(...parts)) {
    const { means, known } = meansOfCells(target, kind, grid);
    for (const [cell, weight] of known.entries())
      await regression.add(
        features.subarray(cell * grid.units, (cell + 1) * grid.units),
        means.subarray(cell * numbersOf(kind), (cell + 1) * numbersOf(kind)),
        weight,
      );
  }
  if (regression.cells === 0)
    throw new InputError('PROBE_NO_CELLS', `no ${truthOf(kind)} is known in the training part`, {
      expected: knownImages(kind),
    });
  return regression.solve(penalties);
}

const numbersOf = (kind: PixelKind) => (kind === 'normals' ? 3 : 1);

/** What is known of a pixel, written into `into`: the number itself, or the vector brought to length 1. */
function readPixel(values: Float32Array, pixel: number, into: Float64Array): boolean {
  let squares = 0;
  for (let index = 0; index < into.length; index++) {
    const value = values[pixel * into.length + index] as number;
    into[index] = value;
    squares += value * value;
  }
  if (!Number.isFinite(squares) || (into.length > 1 && squares === 0)) return false;
  if (into.length > 1) scale(into, 1 / Math.sqrt(squares));
  return true;
}

function scale(vector: Float64Array, factor: number): void {
  for (let index = 0; index < vector.length; index++) vector[index] = (vector[index] as number) * factor;
}

/** Mean of what is known of the pixels of each cell, and how many these are. */
function meansOfCells(
  { height, width, values }: PixelTarget,
  kind: PixelKind,
  grid: GridImages<PixelTarget>,
): { readonly means: Float64Array; readonly known: Float64Array } {
  const numbers = numbersOf(kind);
  const means = new Float64Array(grid.height * grid.width * numbers);
  const known = new Float64Array(grid.height * grid.width);
  const own = new Float64Array(numbers);
  for (let row = 0; row < height; row++) {
    const cellRow = Math.floor(((row + 0.5) * grid.height) / height) * grid.width;
    for (let column = 0; column < width; column++) {
      if (!readPixel(values, row * width + column, own)) continue;
      const cell = cellRow + Math.floor(((column + 0.5) * grid.width) / width);
      known[cell] = (known[cell] as number) + 1;
      own.forEach((value, index) => {
        means[cell * numbers + index] = (means[cell * numbers + index] as number) + value;
      });
    }
  }
  means.forEach((sum, index) => {
    means[index] = sum / Math.max(1, known[Math.floor(index / numbers)] as number);
  });
  return { means, known };
}

/** Angles in degrees, or differences of depth, at the pixels that are known. */
function pixelErrors(
  outputs: Float32Array,
  maps: number,
  map: number,
  kind: PixelKind,
  { height, width }: GridImages<PixelTarget>,
  target: PixelTarget,
): Float64Array {
  const numbers = numbersOf(kind);
  const upsampler = new MapUpsampler({ height, width, targetHeight: target.height, targetWidth: target.width });
  const pixels = target.height * target.width;
  const upsampled = Array.from({ length: numbers }, (_, index) => {
    const plane = new Float32Array(pixels);
    upsampler.upsample(outputs, maps, map * numbers + index, plane);
    return plane;
  });
  const errors = new Float64Array(pixels);
  const own = new Float64Array(numbers);
  const predicted = new Float64Array(numbers);
  let known = 0;
  for (let pixel = 0; pixel < pixels; pixel++) {
    if (!readPixel(target.values, pixel, own)) continue;
    upsampled.forEach((plane, index) => {
      predicted[index] = plane[pixel] as number;
    });
    errors[known++] = numbers === 1 ? (predicted[0] as number) - (own[0] as number) : angleBetween(predicted, own);
  }
  return errors.subarray(0, known);
}

/** Angle between two vectors in degrees, exact for small ones too; 90 where one has no length. */
function angleBetween(first: Float64Array, second: Float64Array): number {
  const [a, b, c] = first as unknown as readonly [number, number, number];
  const [d, e, f] = second as unknown as readonly [number, number, number];
  const along = a * d + b * e + c * f;
  const across = Math.hypot(b * f - c * e, c * d - a * f, a * e - b * d);
  return along === 0 && across === 0 ? 90 : (Math.atan2(across, along) * 180) / Math.PI;
}
