import type { MeasuredRun } from '@intermodel/inputs';
import { estimateKeptBytes } from '@intermodel/numerics';
import type { Study } from '@intermodel/studies';
import type { StudyTask, StudyWave } from './study-tasks.ts';

/** What a task is likely to take. */
export interface TaskEstimate {
  /** Seconds on a machine like the one that asks; undefined: no task of its wave and model was timed, and no run measured. */
  readonly seconds: number | undefined;
  /** Memory in bytes that a process needs for it; undefined as the seconds. */
  readonly memoryBytes: number | undefined;
  /** Bytes that it leaves in the store; undefined as the seconds. */
  readonly storedBytes: number | undefined;
}

/** What is known of tasks that were done: of their wave and model, for each image. */
export interface KnownPace {
  /** Milliseconds for each image; undefined: none was timed. */
  readonly milliseconds?: number | undefined;
  /** Bytes in the store for each image; undefined: none is stored. */
  readonly bytes?: number | undefined;
}

/** What estimates go by. */
export interface EstimateOptions {
  /** The study. */
  readonly study: Pick<Study, 'data' | 'gallery' | 'runtime'>;
  /** Shards of images. */
  readonly shards: number;
  /** Images of the study. */
  readonly images: number;
  /** What done tasks tell. */
  readonly paceOf: (task: StudyTask) => KnownPace;
  /** What a run of one image takes; undefined: it was not measured. */
  readonly runOf: (model: string) => MeasuredRun | undefined;
}

const mebibyte = 2 ** 20;

/** A process with libraries, threads and images on their way, before it has opened a model: at most 0.25 GiB measured, and more after many tasks. */
const processBytes = 384 * mebibyte;

/** Of what a measured run took in its process, Node and the runtime without a model. */
const bareRunBytes = 64 * mebibyte;

/** Milliseconds for an image beside inference, of processors as of 2020: a whole order is as much as is meant. */
const usualMilliseconds: Readonly<Record<StudyWave, number>> = {
  labels: 8,
  twins: 1,
  counts: 3,
  thresholds: 1.5,
  overlaps: 3,
  matches: 0.1,
  nulls: 10,
  replicates: 5,
  probes: 50,
};

/** Bytes for an image's labels as they are stored, and for each unit of a shard or layer. */
const usualBytes = {
  labels: 1024,
  overlaps: 64,
  thresholds: 24,
  matches: 150,
  nulls: 1700,
  replicates: 4000,
  probes: 0,
} as const;

/** Bytes of the scores of a head on a task with their replicates: at most 12 scores of 2,000. */
const probeBytes = 200_000;

/** Most bytes of the counts of one unit in one shard: bins beyond these are seldom met. */
const histogramBytes = 8192;

/**
 * Tells what tasks are likely to take: by what tasks of the same wave and model took, else by a measured run. Memory is
 * an upper bound in most cases, since whoever asks a batch system for less loses the task.
 */
export function estimateTask(task: StudyTask, options: EstimateOptions): TaskEstimate {
  const { wave, model, images } = task;
  const known = options.paceOf(task);
  const run = wave === 'labels' ? undefined : options.runOf(model);
  const milliseconds =
    known.milliseconds ??
    (wave === 'counts' || wave === 'twins'
      ? run === undefined
        ? undefined
        : run.milliseconds + usualMilliseconds[wave]
      : usualMilliseconds[wave]);
  const perImage = known.bytes;
  return {
    seconds: milliseconds === undefined ? undefined : (milliseconds * images) / 1000,
    memoryBytes: memoryOf(task, run, options),
    storedBytes: perImage === undefined ? usualStoredBytes(wave, images, run, options) : Math.round(perImage * images),
  };
}

function memoryOf(
  { wave, images }: StudyTask,
  run: MeasuredRun | undefined,
  options: EstimateOptions,
): number | undefined {
  if (wave === 'labels' || wave === 'matches') return processBytes;
  if (run === undefined) return undefined;
  // All images of a twin are run together.
  if (wave === 'twins') return Math.round(processBytes + images * Math.max(0, run.memoryBytes - bareRunBytes));
  const { keptMapsMegabytes } = options.study.runtime;
  if (wave === 'probes') return processBytes + featureBytes(run, images) + headBytes;
  const held = processBytes + keptMapsMegabytes * mebibyte + shardBytes(run, options);
  // Models of some size run in two copies side by side, which share nothing.
  return Math.round(wave === 'counts' ? held + 2 * Math.max(0, run.memoryBytes - bareRunBytes) : held);
}

/** Most bytes that heads on grids hold of the cells that they are fitted on, with what follows from these. */
const headBytes = 512 * mebibyte;

/** Bytes of the pooled features of the images of a task, and of a copy. */
function featureBytes({ putOut }: MeasuredRun, images: number): number {
  let units = 0;
  for (const layer of putOut.values()) units += layer.units;
  return 2 * 4 * units * images;
}

/** Bytes of all maps of a shard. */
function shardBytes({ putOut }: MeasuredRun, { study }: EstimateOptions): number {
  let values = 0;
  for (const { units, mapSize } of putOut.values()) values += units * (mapSize + 2);
  return values * 4 * study.runtime.imagesPerShard;
}

function usualStoredBytes(
  wave: StudyWave,
  images: number,
  run: MeasuredRun | undefined,
  { study, shards, images: all }: EstimateOptions,
): number | undefined {
  if (wave === 'labels') return images * usualBytes.labels;
  if (wave === 'probes') return probeBytes;
  // A twin is stored as a whole model, whose size a run does not tell.
  if (run === undefined || wave === 'twins') return undefined;
  const ownShards = Math.max(1, Math.round((shards * images) / Math.max(1, all)));
  const inShard = images / ownShards;
  const { secondPass, sketch } = study.runtime;
  let bytes = 0;
  for (const { units, mapSize } of run.putOut.values()) {
    if (wave === 'counts') {
      if (!secondPass && sketch === undefined) bytes += estimateKeptBytes({ images, units, mapSize }).likely;
      const strongest = study.gallery.units === 0 ? 0 : Math.min(study.gallery.images, inShard) * (mapSize * 4 + 16);
      bytes += ownShards * units * (strongest + Math.min(histogramBytes, inShard * 10));
    } else if (wave === 'overlaps') bytes += ownShards * units * usualBytes.overlaps;
    else bytes += units * usualBytes[wave];
  }
  return Math.round(bytes);
}
