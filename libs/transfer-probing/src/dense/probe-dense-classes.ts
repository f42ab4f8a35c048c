import { countClassAreas, scoreClassOverlaps, type ClassAreas } from '@intermodel/numerics';
import { openProducts } from '@intermodel/onnx';
import { InputError } from '@intermodel/streams';
import type { TaskPart } from '../feature-rows.ts';
import type { GridImages, PlaneTarget } from '../grid-images.ts';
import { resamplingDefaults, type ProbeOutcome } from '../probe-outcome.ts';
import { CellOutputs } from './cell-outputs.ts';
import { CellSample, cellsInMemory } from './cell-sample.ts';
import { bestSetting, denseCosts, plainCost, type DenseOptions } from './dense-options.ts';
import { fitCells, type CellClassifier } from './fit-cells.ts';
import { GridWalk } from './grid-walk.ts';
import { MapUpsampler } from './map-upsampler.ts';
import { scoreTestPart } from './score-test-part.ts';

/** Options of {@link probeDenseClasses}. */
export interface DenseClassesOptions extends DenseOptions {
  /** Classes that pixels may have. */
  readonly classes: number;
}

/**
 * Probes a grid of features by a linear classifier of its cells.
 *
 * A cell counts for each class as much as there are judged pixels of that class in it, so that the loss is that of the
 * pixels, each with the features of its cell. Where there are more cells than 256 MB hold, a sample that the seed draws
 * stands for all. The inverse penalty C, in units of the mean squared feature, is the one of {@link denseCosts} with
 * the best mean intersection over union on the validation part (1 where that judges nothing); the classifier is then
 * fitted on both parts. Its logits are upsampled bilinearly to the pixels, and the largest one names the class. Classes
 * that training lacks are never predicted; those of the test count as missed.
 *
 * @throws InputError `PROBE_NO_CELLS` or `PROBE_NO_TRUTH` where no pixel of the training or test part is judged,
 * `FEATURES_NOT_FINITE`.
 */
export async function probeDenseClasses(
  grid: GridImages<PlaneTarget>,
  options: DenseClassesOptions,
): Promise<readonly ProbeOutcome[]> {
  const { seed = resamplingDefaults.seed } = options;
  const walk = new GridWalk(grid, options);
  const products = openProducts(options.threads === undefined ? {} : { threads: options.threads });
  const fit = async (parts: readonly TaskPart[], costs: readonly number[]) =>
    fitCells([await sampleCells(grid, walk, parts, { ...options, seed })], options.classes, costs, options);
  const predict = async (classifiers: readonly CellClassifier[], part: TaskPart) => {
    const outputs = new CellOutputs(products, classifiers);
    const areas: ClassAreas[][] = classifiers.map(() => []);
    for await (const { features, target } of walk.images(part)) {
      const logits = await outputs.of(features);
      let before = 0;
      classifiers.forEach(({ classes }, index) => {
        const predicted = predictPlane(logits, outputs.count, before, classes, grid, target);
        areas[index]?.push(countClassAreas(target.classes, predicted));
        before += classes.length;
      });
    }
    return areas;
  };
  try {
    const onVal = walk.hasValidation ? await predict(await fit(['train'], denseCosts), 'val') : [];
    const chosen = bestSetting(
      denseCosts,
      onVal.map((areas) => scoreClassOverlaps(areas).meanIou),
      true,
    );
    const [areas = []] = await predict(await fit(['train', 'val'], [chosen ?? plainCost]), 'test');
    const scores = (weights?: ArrayLike<number>) => {
      const { meanIou, pixelAccuracy } = scoreClassOverlaps(areas, weights);
      return [meanIou, pixelAccuracy];
    };
    return await scoreTestPart(
      {
        images: areas.length,
        metrics: ['mean IoU', 'pixel accuracy'].map((metric) => ({ metric, higherIsBetter: true })),
        scores,
        chosen: chosen === undefined ? '' : `C = ${String(chosen)}`,
        lacking: { problem: 'no pixel of the test part is judged', expected: judgedImages },
      },
      options,
    );
  } finally {
    await products.close();
  }
}

const judgedImages = 'images whose label planes have some class of the task';

async function sampleCells(
  grid: GridImages<PlaneTarget>,
  walk: GridWalk<PlaneTarget>,
  parts: readonly TaskPart[],
  { classes, cells, seed }: DenseClassesOptions & { readonly seed: number },
) {
  const { height, width, units, count } = grid;
  const sample = new CellSample({
    most: cells ?? cellsInMemory(units, classes),
    offered: parts.reduce((sum, part) => sum + count(part), 0) * height * width,
    ...{ units, classes, seed },
  });
  for await (const { features, target } of walk.images(...parts)) {
    const weights = weighClasses(target, grid, classes);
    for (let cell = 0; cell < height * width; cell++) {
      const own = weights.subarray(cell * classes, (cell + 1) * classes);
      if (own.some((weight) => weight > 0)) sample.offer(features.subarray(cell * units, (cell + 1) * units), own);
    }
  }
  if (sample.seen === 0)
    throw new InputError('PROBE_NO_CELLS', 'no pixel of the training part is judged', {
      expected: judgedImages,
    });
  return sample.read();
}

/** Pixels of each class in each cell, cells x classes, as shares of the pixels that a cell has. */
function weighClasses(
  { height, width, classes: plane }: PlaneTarget,
  grid: GridImages<PlaneTarget>,
  classes: number,
): Float32Array {
  const weights = new Float32Array(grid.height * grid.width * classes);
  const share = (grid.height * grid.width) / (height * width);
  for (let row = 0; row < height; row++) {
    const cellRow = Math.floor(((row + 0.5) * grid.height) / height) * grid.width;
    for (let column = 0; column < width; column++) {
      const category = plane[row * width + column] as number;
      if (category < 0) continue;
      if (category >= classes)
        throw new RangeError(`class ${String(category)} of a pixel is none of ${String(classes)} classes`);
      const cell = cellRow + Math.floor(((column + 0.5) * grid.width) / width);
      weights[cell * classes + category] = (weights[cell * classes + category] as number) + 1;
    }
  }
  return weights.map((count) => count * share);
}

/** The class with the largest upsampled logit at each pixel; of equal ones the first. */
function predictPlane(
  logits: Float32Array,
  maps: number,
  before: number,
  classes: Int32Array,
  { height, width }: GridImages<PlaneTarget>,
  target: PlaneTarget,
): Int32Array {
  const upsampler = new MapUpsampler({ height, width, targetHeight: target.height, targetWidth: target.width });
  const largest = new Float32Array(target.classes.length).fill(-Infinity);
  const current = new Float32Array(target.classes.length);
  const predicted = new Int32Array(target.classes.length);
  classes.forEach((category, index) => {
    upsampler.upsample(logits, maps, before + index, current);
    for (let pixel = 0; pixel < current.length; pixel++) {
      if ((current[pixel] as number) <= (largest[pixel] as number)) continue;
      largest[pixel] = current[pixel] as number;
      predicted[pixel] = category;
    }
  });
  return predicted;
}
