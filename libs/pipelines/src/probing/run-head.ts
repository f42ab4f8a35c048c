import type { BoxTask, ClassTask, PixelTask, PlaneTask, TaskData } from '@intermodel/data-loading';
import {
  probeDenseClasses,
  probeDetection,
  probeFewShot,
  probeManyShot,
  probeNeighbours,
  probePixels,
  rateTransferability,
  type FeatureRows,
  type HeadOutcome,
  type LabelledFeatures,
  type ProbeOutcome,
  type TaskKind,
  type TaskPart,
} from '@intermodel/transfer-probing';
import type { StudyBench } from '../graph/study-bench.ts';
import { boxTargets, gridImages, pixelTargets, planeTargets } from './grid-targets.ts';
import type { Probe } from './probe.ts';
import type { StoredFeatures } from './stored-features.ts';

/** What came of a head. */
export type HeadResult = HeadOutcome<ProbeOutcome>;

/** What a head works with. */
export interface HeadContext extends Probe {
  /** Features of the model. */
  readonly features: StoredFeatures;
  /** Scores that it gives the classes it was trained on; undefined: not known. */
  readonly classifier: StoredFeatures | undefined;
  /** Threads, signal and seed. */
  readonly bench: StudyBench;
  /** Is told of parts of the work that are done. */
  readonly onProgress: (done: number, total: number) => void;
}

/** Fits the head of a kind of task to features, and scores it. */
export async function runHead(context: HeadContext): Promise<HeadResult> {
  const { data } = context.task;
  return heads[context.kind](context, data);
}

type Head = (context: HeadContext, data: TaskData) => Promise<HeadResult>;

/** Heads by the kinds of tasks; the targets of a task fit its kind, as the study was checked. */
const heads: Readonly<Record<TaskKind, Head>> = {
  'many-shot': ofClasses((context, { classes, isMultiLabel }, { train, val, test }) =>
    probeManyShot({ ...headOptions(context), train, val, test, classes, isMultiLabel }),
  ),
  'few-shot': ofClasses((context, _, { train, val, test }) => {
    const { ways, shots, queries, episodes } = context.task.task;
    return probeFewShot({ ...headOptions(context), parts: [train, val, test], ways, shots, queries, episodes });
  }),
  neighbours: ofClasses((context, { classes }, { train, val, test }) =>
    probeNeighbours({ ...headOptions(context), bank: [train, val], test, classes }),
  ),
  transferability: ofClasses(async (context, { images }, { train, val }) => {
    const partOf = new Map(images.map(({ image, part }) => [image, part]));
    const scores = await context.classifier?.rows(partOf);
    const ratedPart = ({ features, labels }: LabelledFeatures, part: TaskPart) => ({
      features,
      classes: Int32Array.from(labels, ([only]) => only ?? -1),
      ...(scores === undefined ? {} : { sourceProbabilities: asProbabilities(scores[part]) }),
    });
    const { threads, seed, signal } = headOptions(context);
    const parts = [ratedPart(train, 'train'), ratedPart(val, 'val')];
    return plain(await rateTransferability({ parts, threads, seed, signal }));
  }),
  detection: async (context, data) => {
    const { images, classes } = data as BoxTask;
    const grid = await gridImages(context.features, images, boxTargets(context));
    return plain(
      await probeDetection(grid, { ...headOptions(context), cells: context.task.task.cells, classes: classes.length }),
    );
  },
  'dense-classes': async (context, data) => {
    const { images, vocabulary } = data as PlaneTask;
    const grid = await gridImages(context.features, images, planeTargets(context, data as PlaneTask));
    const { cells } = context.task.task;
    return plain(
      await probeDenseClasses(grid, { ...headOptions(context), cells, classes: vocabulary.concepts.length }),
    );
  },
  normals: (context, data) => pixels(context, data as PixelTask),
  depth: (context, data) => pixels(context, data as PixelTask),
};

async function pixels(context: HeadContext, data: PixelTask): Promise<HeadResult> {
  const grid = await gridImages(context.features, data.images, pixelTargets(context, data));
  return plain(await probePixels(grid, data.targets, headOptions(context)));
}

function headOptions({ task, bench, onProgress }: HeadContext) {
  const { threads } = bench.study.runtime;
  return {
    ...{ seed: bench.study.seed, replicates: task.task.replicates, threads, signal: bench.signal },
    onProgress,
  };
}

function plain(outcomes: readonly ProbeOutcome[]): HeadResult {
  return { outcomes, warnings: [] };
}

/** Pooled features of the images of each part, with their classes. */
type ClassParts = Readonly<Record<TaskPart, LabelledFeatures>>;

function ofClasses(head: (context: HeadContext, data: ClassTask, parts: ClassParts) => Promise<HeadResult>): Head {
  return async (context, data) => head(context, data as ClassTask, await classParts(context, data as ClassTask));
}

async function classParts({ features }: HeadContext, { images }: ClassTask): Promise<ClassParts> {
  const rows = await features.rows(new Map(images.map(({ image, part }) => [image, part])));
  const targetOf = new Map(images.map(({ image, target }) => [image, target]));
  const partOf = (part: TaskPart): LabelledFeatures => ({
    features: rows[part],
    labels: rows[part].images.map((image) => targetOf.get(image) ?? []),
    images: rows[part].images,
  });
  return { train: partOf('train'), val: partOf('val'), test: partOf('test') };
}

/** Rows as they are where each is a distribution already, else the softmax of each. */
function asProbabilities({ values, rows, columns }: FeatureRows): FeatureRows {
  const rowOf = (row: number) => values.subarray(row * columns, (row + 1) * columns);
  const isDistribution = (row: Float32Array) =>
    row.every((value) => value >= 0) && Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) < 1e-3;
  if (Array.from({ length: rows }, (_, row) => rowOf(row)).every(isDistribution)) return { values, rows, columns };
  const shares = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    const own = rowOf(row);
    const most = own.reduce((largest, value) => Math.max(largest, value), -Infinity);
    const powers = Float64Array.from(own, (value) => Math.exp(value - most));
    const sum = powers.reduce((total, power) => total + power, 0);
    shares.set(
      powers.map((power) => power / sum),
      row * columns,
    );
  }
  return { values: shares, rows, columns };
}
