import { AveragePrecision, matchDetections, type DetectionMatches, type TrueBoxes } from '@intermodel/numerics';
import { openProducts, type MatrixProducts } from '@intermodel/onnx';
import { InputError } from '@intermodel/streams';
import type { TaskPart } from '../feature-rows.ts';
import type { BoxTarget, GridImages, TargetBox } from '../grid-images.ts';
import { resamplingDefaults, type ProbeOutcome } from '../probe-outcome.ts';
import {
  assignCells,
  backgroundCell,
  boxNumbers,
  decodeBox,
  encodeBox,
  ignoredCell,
  selectBoxes,
} from './cell-boxes.ts';
import { CellOutputs, type LinearMap } from './cell-outputs.ts';
import { CellSample, cellsInMemory } from './cell-sample.ts';
import {
  bestSetting,
  denseCosts,
  densePenalties,
  plainCost,
  plainPenalty,
  type DenseOptions,
} from './dense-options.ts';
import { fitCells, type CellClassifier, type WeighedCells } from './fit-cells.ts';
import { CellRegression } from './fit-ridge.ts';
import { GridWalk } from './grid-walk.ts';
import { scoreTestPart } from './score-test-part.ts';

/** Options of {@link probeDetection}. */
export interface DetectionOptions extends DenseOptions {
  /** Classes that objects may have. */
  readonly classes: number;
}

/**
 * Probes a grid of features by a linear detector.
 *
 * - A cell belongs to the smallest box around its centre, and to the background where there is none; a box in which no
 *   centre lies takes the cell around its own. Cells of ignored boxes are left out.
 * - A classifier tells the class of a cell, or background. Of the cells of objects and of the background as many are
 *   kept as 128 MB hold, each; a sample that the seed draws stands for all.
 * - A ridge regression tells the box from the features, for all classes alike: its centre relative to that of the cell,
 *   and the logarithms of its sizes, in cells. All cells of objects enter, as sums.
 * - Each cell gives a box for every class, by the probability of the class; of the 1,000 surest, those that overlap a
 *   surer one of their class by half are left out, and the 100 surest of the others are given.
 *
 * Boxes are compared in pixels of the image file. Objects outside of what the grid covers cannot be found, but count.
 * The validation part chooses by AP: first the inverse penalty C of the classifier (of {@link denseCosts}), then the
 * penalty lambda of the regression (of {@link densePenalties}), both in units of the mean squared feature; without
 * objects there, they are 1 and 0.001. Both are then fitted on both parts.
 *
 * @throws InputError `PROBE_NO_CELLS` or `PROBE_NO_TRUTH` where the training or test part has no object,
 * `FEATURES_NOT_FINITE`.
 */
export async function probeDetection(
  grid: GridImages<BoxTarget>,
  options: DetectionOptions,
): Promise<readonly ProbeOutcome[]> {
  const { classes } = options;
  const walk = new GridWalk(grid, options, 2);
  const products = openProducts(options.threads === undefined ? {} : { threads: options.threads });
  const apOf = async (detectors: readonly Detector[]) =>
    (await detect(grid, walk, 'val', detectors, { classes, products })).map(
      (matches) => new AveragePrecision(matches).score().ap,
    );
  try {
    const chosen: string[] = [];
    let cost: number | undefined;
    let penalty: number | undefined;
    if (walk.hasValidation) {
      const { classifiers, regressions } = await fit(grid, walk, ['train'], options, {
        products,
        costs: denseCosts,
        penalties: densePenalties,
      });
      const plain = regressions[densePenalties.indexOf(plainPenalty)] as LinearMap;
      const byCost = await apOf(classifiers.map((classifier) => ({ classifier, regression: plain })));
      cost = bestSetting(denseCosts, byCost, true);
      const classifier = classifiers[denseCosts.findIndex((value) => value === (cost ?? plainCost))] as CellClassifier;
      const byPenalty = await apOf(regressions.map((regression) => ({ classifier, regression })));
      penalty = bestSetting([...densePenalties].reverse(), [...byPenalty].reverse(), true);
      if (cost !== undefined && penalty !== undefined)
        chosen.push(`C = ${String(cost)}`, `lambda = ${String(penalty)}`);
    }
    const final = await fit(grid, walk, ['train', 'val'], options, {
      products,
      costs: [cost ?? plainCost],
      penalties: [penalty ?? plainPenalty],
    });
    const detector = {
      classifier: final.classifiers[0] as CellClassifier,
      regression: final.regressions[0] as LinearMap,
    };
    const [matches = []] = await detect(grid, walk, 'test', [detector], { classes, products });
    const precision = new AveragePrecision(matches);
    const scores = (weights?: ArrayLike<number>) => {
      const { ap, ap50, ap75 } = precision.score(weights);
      return [ap, ap50, ap75];
    };
    return await scoreTestPart(
      {
        images: matches.length,
        metrics: ['AP', 'AP50', 'AP75'].map((metric) => ({ metric, higherIsBetter: true })),
        scores,
        chosen: chosen.join(', '),
        lacking: { problem: 'the test part has no object', expected: 'images with boxes that are to be found' },
      },
      options,
    );
  } finally {
    await products.close();
  }
}

interface Detector {
  readonly classifier: CellClassifier;
  readonly regression: LinearMap;
}

interface FitOptions {
  readonly products: MatrixProducts;
  readonly costs: readonly number[];
  readonly penalties: readonly number[];
}

async function fit(
  grid: GridImages<BoxTarget>,
  walk: GridWalk<BoxTarget>,
  parts: readonly TaskPart[],
  options: DetectionOptions,
  { products, costs, penalties }: FitOptions,
): Promise<{ readonly classifiers: readonly CellClassifier[]; readonly regressions: readonly LinearMap[] }> {
  const regression = new CellRegression(grid.units, boxNumbers, products);
  const cells = await sampleCells(grid, walk, parts, options, regression);
  if (regression.cells === 0)
    throw new InputError('PROBE_NO_CELLS', 'the training part has no object in what the grid covers', {
      expected: 'images with boxes that are not to be ignored',
    });
  return {
    classifiers: await fitCells(cells, options.classes + 1, costs, options),
    regressions: await regression.solve(penalties),
  };
}

/** Cells of objects and of the background; the boxes of the former go into the regression. */
async function sampleCells(
  grid: GridImages<BoxTarget>,
  walk: GridWalk<BoxTarget>,
  parts: readonly TaskPart[],
  { classes, cells, seed = resamplingDefaults.seed }: DetectionOptions,
  regression: CellRegression,
): Promise<readonly WeighedCells[]> {
  const { height, width, units, count } = grid;
  const offered = parts.reduce((sum, part) => sum + count(part), 0) * height * width;
  const most = Math.max(1, Math.floor((cells ?? cellsInMemory(units, classes + 1)) / 2));
  const sampleOf = (stream: number) => new CellSample({ most, offered, units, classes: classes + 1, seed, stream });
  const objects = sampleOf(0);
  const background = sampleOf(1);
  for await (const { features, target } of walk.images(...parts)) {
    for (const [cell, owner] of assignCells(target, grid).entries()) {
      if (owner === ignoredCell) continue;
      const own = features.subarray(cell * units, (cell + 1) * units);
      const weights = new Float32Array(classes + 1);
      if (owner === backgroundCell) {
        weights[classes] = 1;
        background.offer(own, weights);
        continue;
      }
      weights[classOf(target, owner, classes)] = 1;
      objects.offer(own, weights);
      await regression.add(own, encodeBox(target.boxes[owner] as TargetBox, cell, grid, target), 1);
    }
  }
  return [objects.read(), background.read()];
}

function classOf({ boxes }: BoxTarget, owner: number, classes: number): number {
  const category = (boxes[owner] as TargetBox).class;
  if (category >= 0 && category < classes) return category;
  throw new RangeError(`class ${String(category)} of a box is none of ${String(classes)} classes`);
}

/** What becomes of the detections of each detector in each image of a part. */
async function detect(
  grid: GridImages<BoxTarget>,
  walk: GridWalk<BoxTarget>,
  part: TaskPart,
  detectors: readonly Detector[],
  { classes, products }: { readonly classes: number; readonly products: MatrixProducts },
): Promise<readonly DetectionMatches[][]> {
  const classifiers = [...new Set(detectors.map(({ classifier }) => classifier))];
  const regressions = [...new Set(detectors.map(({ regression }) => regression))];
  const logits = new CellOutputs(products, classifiers);
  const numbers = new CellOutputs(products, regressions);
  const matches: DetectionMatches[][] = detectors.map(() => []);
  for await (const { features, target } of walk.images(part)) {
    const ofClassifiers = await logits.of(features);
    const ofRegressions = await numbers.of(features);
    let before = 0;
    const probabilities = classifiers.map((classifier) => {
      const outputs = classifier.classes.length;
      const own = objectProbabilities(ofClassifiers, logits.count, before, outputs, objectClasses(classifier, classes));
      before += outputs;
      return own;
    });
    const boxes = regressions.map((_, index) => readBoxes(ofRegressions, numbers.count, index, grid, target));
    detectors.forEach(({ classifier, regression }, index) => {
      const found = selectBoxes(
        probabilities[classifiers.indexOf(classifier)] as Float32Array,
        objectClasses(classifier, classes),
        boxes[regressions.indexOf(regression)] as Float64Array,
      );
      const named = found.classes.map((place) => classifier.classes[place] as number);
      matches[index]?.push(matchDetections({ ...found, classes: named }, truthOf(target)));
    });
  }
  return matches;
}

/** Classes of objects that a classifier knows: the background, where it knows it, is the last of its classes. */
function objectClasses({ classes: known }: CellClassifier, classes: number): number {
  return known.length - (known.at(-1) === classes ? 1 : 0);
}

/** Probability of each class of objects in each cell, of one of several classifiers whose logits stand together. */
function objectProbabilities(
  logits: Float32Array,
  count: number,
  before: number,
  outputs: number,
  objects: number,
): Float32Array {
  const cells = logits.length / count;
  const probabilities = new Float32Array(cells * objects);
  for (let cell = 0; cell < cells; cell++) {
    const own = logits.subarray(cell * count + before, cell * count + before + outputs);
    const largest = own.reduce((a, b) => Math.max(a, b), -Infinity);
    const sum = own.reduce((total, logit) => total + Math.exp(logit - largest), 0);
    for (let object = 0; object < objects; object++)
      probabilities[cell * objects + object] = Math.exp((own[object] as number) - largest) / sum;
  }
  return probabilities;
}

/** The box that one of several regressions, whose numbers stand together, tells from each cell. */
function readBoxes(
  numbers: Float32Array,
  count: number,
  regression: number,
  grid: GridImages<BoxTarget>,
  target: BoxTarget,
): Float64Array {
  const cells = numbers.length / count;
  const boxes = new Float64Array(cells * boxNumbers);
  for (let cell = 0; cell < cells; cell++)
    boxes.set(decodeBox(numbers, cell * count + regression * boxNumbers, cell, grid, target), cell * boxNumbers);
  return boxes;
}

function truthOf({ boxes }: BoxTarget): TrueBoxes {
  return {
    boxes: Float64Array.from(boxes.flatMap(({ x, y, width, height }) => [x, y, width, height])),
    classes: Int32Array.from(boxes, (box) => box.class),
    ignored: Uint8Array.from(boxes, ({ isIgnored }) => (isIgnored ? 1 : 0)),
  };
}
