import { ElevenPointPrecision } from '@intermodel/numerics';
import { openProducts } from '@intermodel/onnx';
import { InputError } from '@intermodel/streams';
import { resamplingDefaults, type ProbeOutcome, type ResamplingOptions } from '../probe-outcome.ts';
import { choosePenalty, fitByWay, penalties } from './choose-penalty.ts';
import {
  checkFeatures,
  nameClasses,
  requireImages,
  singleClasses,
  type HeadOutcome,
  type LabelledFeatures,
} from './labelled-features.ts';
import { openLogisticRegression, type LogisticFit } from './logistic-regression.ts';
import type { LogisticRows, LogisticTargets } from './logistic-targets.ts';
import { logits } from './logits.ts';
import { meanPerClass, rateSamples, weightedMean } from './sampled-accuracy.ts';

/** What {@link probeManyShot} takes. */
export interface ManyShotOptions extends ResamplingOptions {
  /** Images that the head is fitted on. */
  readonly train: LabelledFeatures;
  /** Images that C is chosen on; the head is then fitted on both. */
  readonly val: LabelledFeatures;
  /** Images that the scores come from. */
  readonly test: LabelledFeatures;
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** Whether images may have any number of classes. */
  readonly isMultiLabel: boolean;
  /** Values of C that are tried, rising. @default 45 from 1e-6 to 1e5 */
  readonly penalties?: readonly number[];
  /** Threads of a product of matrices. @default one a core */
  readonly threads?: number | undefined;
  /** Stops the work: its reason is thrown. @default never */
  readonly signal?: AbortSignal | undefined;
  /** Called with the fits done of all. @default nothing */
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
}

/** Multiplications of a gradient from which on C is chosen by products in float32. */
const narrowFrom = 1e8;

/**
 * Scores features by logistic regression: multinomial, or for several classes an image one of each class with one C.
 * C is chosen on the validation part (by accuracy or mean average precision; of equals the smallest), and the head
 * fitted again on training and validation. The test part gives the scores alone: `accuracy` and
 * `mean per-class accuracy`, or `11-point mAP`.
 *
 * While C is chosen of many features and classes, products of matrices are float32; the last fit ends in float64.
 * Test images of a class that no image of training or validation has count as wrong (mAP leaves such a class out), and
 * a warning says so.
 *
 * @throws InputError `PART_EMPTY`, `FEATURES_NOT_FINITE`, `PROBE_SEVERAL_CLASSES`, `PROBE_CLASSES` where training and
 * validation have fewer than two classes (or, of several labels, none that some images have and some have not).
 */
export async function probeManyShot(options: ManyShotOptions): Promise<HeadOutcome<ProbeOutcome>> {
  const { train, val, test, isMultiLabel } = options;
  requireImages(train, 'train', 'the head is fitted on');
  requireImages(val, 'val', 'C is chosen on');
  requireImages(test, 'test', 'scores come from');
  for (const part of [train, val, test]) checkFeatures(part);
  return isMultiLabel ? probeLabels(options) : probeClasses(options);
}

async function probeClasses(options: ManyShotOptions): Promise<HeadOutcome<ProbeOutcome>> {
  const { train, val, test, classes } = options;
  const [trainOf, valOf, testOf] = [singleClasses(train), singleClasses(val), singleClasses(test)];
  const inTrain = presentClasses(classes.length, trainOf);
  const inBoth = presentClasses(classes.length, trainOf, valOf);
  if (inBoth.length < 2) throw tooFewClasses();
  const warnings = [
    ...missing(valOf, inTrain, classes, 'validation', 'the training images'),
    ...missing(testOf, inBoth, classes, 'test', 'the images of training and validation'),
  ];
  const { fit, predict, close } = await fitHead(options, {
    first: classTargets(trainOf, inTrain),
    both: [classTargets(trainOf, inBoth), classTargets(valOf, inBoth)],
    rate: (scores) => rightShare(nearest(scores, inTrain), valOf),
  });
  const predicted = nearest(await predict(test), inBoth);
  await close();
  const right = Uint8Array.from(testOf, (label, row) => Number(predicted[row] === label));
  const { replicates = resamplingDefaults.replicates, seed = resamplingDefaults.seed } = options;
  const rate = (score: (weights: ArrayLike<number>) => number) =>
    rateSamples(right.length, { replicates, seed }, score);
  const outcome = outcomeOf(right.length, fit);
  return {
    outcomes: [
      { metric: 'accuracy', ...rate((weights) => weightedMean(right, weights)), ...outcome },
      {
        metric: 'mean per-class accuracy',
        ...rate((weights) => meanPerClass(right, testOf, classes.length, weights)),
        ...outcome,
      },
    ],
    warnings,
  };
}

async function probeLabels(options: ManyShotOptions): Promise<HeadOutcome<ProbeOutcome>> {
  const { train, val, test, classes } = options;
  const fitted = (parts: readonly LabelledFeatures[]) => {
    const rows = parts.reduce((sum, { features }) => sum + features.rows, 0);
    const counts = labelCounts(parts, classes.length);
    return Int32Array.from(counts.keys()).filter((label) => (counts[label] as number) % rows !== 0);
  };
  const inTrain = fitted([train]);
  const inBoth = fitted([train, val]);
  if (inTrain.length === 0 || inBoth.length === 0) throw tooFewClasses();
  const constant = [...classes.keys()].filter((label) => !inBoth.includes(label));
  const warnings =
    constant.length === 0
      ? []
      : [
          `All or none of the images of training and validation have ${nameClasses(constant, classes)}: the head cannot tell there, so that all images are rated the same.`,
        ];
  const precisionOf = ({ labels }: LabelledFeatures, scores: Float64Array, known: Int32Array) =>
    new ElevenPointPrecision(
      spread(scores, known, classes.length),
      labelTable(labels, Int32Array.from(classes.keys())),
      classes.length,
    );
  const { fit, predict, close } = await fitHead(options, {
    first: labelTargets(train, inTrain),
    both: [labelTargets(train, inBoth), labelTargets(val, inBoth)],
    rate: (scores) => precisionOf(val, scores, inTrain).score(),
  });
  const precision = precisionOf(test, await predict(test), inBoth);
  await close();
  const { replicates = resamplingDefaults.replicates, seed = resamplingDefaults.seed } = options;
  const n = test.features.rows;
  const rated = rateSamples(n, { replicates, seed }, (weights) => precision.score(weights));
  if (Number.isNaN(rated.score))
    throw new InputError('PROBE_CLASSES', 'no test image has a class', {
      expected: 'test images with classes',
      hint: 'Look at the labels of the test part.',
    });
  return { outcomes: [{ metric: '11-point mAP', ...rated, ...outcomeOf(n, fit) }], warnings };
}

interface HeadTargets {
  /** Targets of the training part. */
  readonly first: LogisticTargets;
  /** Targets of training and validation, for the last fit. */
  readonly both: readonly [LogisticTargets, LogisticTargets];
  /** Rates the logits of the validation part. */
  readonly rate: (scores: Float64Array) => number;
}

interface FittedHead {
  readonly fit: LogisticFit;
  readonly predict: (part: LabelledFeatures) => Promise<Float64Array>;
  readonly close: () => Promise<void>;
}

/** Chooses C, and fits on training and validation. */
async function fitHead(options: ManyShotOptions, { first, both, rate }: HeadTargets): Promise<FittedHead> {
  const { train, val, threads, signal, penalties: values = penalties, onProgress } = options;
  const products = openProducts({ threads });
  try {
    const { rows, columns } = train.features;
    const of = values.length + 1;
    const precision = rows * columns * first.classes >= narrowFrom ? 'float32' : 'float64';
    const chosen = await withRegression([{ features: train.features, targets: first }], options, (regression) =>
      choosePenalty(regression, {
        values,
        precision,
        rate: async (fit) => rate(await logits(fit, val.features, { products })),
        onProgress: (done) => onProgress?.(done, of),
      }),
    );
    signal?.throwIfAborted();
    const parts = [
      { features: train.features, targets: both[0] },
      { features: val.features, targets: both[1] },
    ];
    const fit = await withRegression(parts, options, (regression) =>
      fitByWay(regression, chosen.fit.C, { values, precision }),
    );
    onProgress?.(of, of);
    return {
      fit,
      predict: ({ features }) => logits(fit, features, { products }),
      close: () => products.close(),
    };
  } catch (error) {
    await products.close();
    throw error;
  }
}

async function withRegression<Result>(
  parts: readonly LogisticRows[],
  { threads, signal }: ManyShotOptions,
  use: (regression: Awaited<ReturnType<typeof openLogisticRegression>>) => Promise<Result>,
): Promise<Result> {
  const regression = await openLogisticRegression(parts, { threads, signal });
  try {
    return await use(regression);
  } finally {
    await regression.close();
  }
}

function outcomeOf(n: number, { C }: LogisticFit) {
  return { higherIsBetter: true, n, chosen: `C = ${String(C)}` } as const;
}

function tooFewClasses(): InputError {
  return new InputError('PROBE_CLASSES', 'images of training and validation do not differ in class', {
    expected: 'at least two classes',
    hint: 'Add training images of another class.',
  });
}

/** Classes that occur, ascending. */
function presentClasses(classes: number, ...parts: readonly Int32Array[]): Int32Array {
  const isThere = new Uint8Array(classes);
  for (const part of parts) for (const label of part) isThere[label] = 1;
  return Int32Array.from(isThere.keys()).filter((label) => isThere[label] === 1);
}

function missing(
  of: Int32Array,
  known: Int32Array,
  classes: readonly string[],
  part: string,
  where: string,
): readonly string[] {
  const unknown = of.filter((label) => !known.includes(label));
  if (unknown.length === 0) return [];
  const labels = [...new Set(unknown)].sort((a, b) => a - b);
  return [
    `${String(unknown.length)} of ${String(of.length)} ${part} images have classes that none of ${where} has, and count as wrong: ${nameClasses(labels, classes)}.`,
  ];
}

/** Targets as numbers among the known classes. */
function classTargets(of: Int32Array, known: Int32Array): LogisticTargets {
  return { kind: 'classes', classes: known.length, of: of.map((label) => known.indexOf(label)) };
}

function labelTargets({ labels }: LabelledFeatures, known: Int32Array): LogisticTargets {
  return { kind: 'labels', classes: known.length, present: labelTable(labels, known) };
}

function labelTable(labels: readonly (readonly number[])[], known: Int32Array): Uint8Array {
  const present = new Uint8Array(labels.length * known.length);
  labels.forEach((own, row) => {
    for (const label of own) {
      const place = known.indexOf(label);
      if (place >= 0) present[row * known.length + place] = 1;
    }
  });
  return present;
}

function labelCounts(parts: readonly LabelledFeatures[], classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (const { labels } of parts)
    for (const own of labels) for (const label of own) counts[label] = (counts[label] as number) + 1;
  return counts;
}

/** Scores of all classes; those of classes that the head does not know are 0. */
function spread(scores: Float64Array, known: Int32Array, classes: number): Float64Array {
  const rows = scores.length / known.length;
  const all = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++)
    known.forEach((label, place) => {
      all[row * classes + label] = scores[row * known.length + place] as number;
    });
  return all;
}

/** The class of the highest score, of equals the first. */
function nearest(scores: Float64Array, known: Int32Array): Int32Array {
  const rows = scores.length / known.length;
  return Int32Array.from({ length: rows }, (_, row) => {
    let best = 0;
    for (let place = 1; place < known.length; place++)
      if ((scores[row * known.length + place] as number) > (scores[row * known.length + best] as number)) best = place;
    return known[best] as number;
  });
}

function rightShare(predicted: Int32Array, of: Int32Array): number {
  let right = 0;
  predicted.forEach((label, row) => {
    right += Number(label === of[row]);
  });
  return right / of.length;
}
