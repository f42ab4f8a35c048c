import { hash } from 'node:crypto';
import { statSync } from 'node:fs';
import type { GraphStep, StepFamily, StepGraph, StepMaker } from '@intermodel/steps';
import type { Study } from '@intermodel/studies';
import type { OpenedStudy } from '../graph/open-study.ts';
import type { StudyBench } from '../graph/study-bench.ts';

/** Waves of a study, in their order: the steps of one are made of those before it. */
export const studyWaves = [
  'labels',
  'twins',
  'counts',
  'thresholds',
  'overlaps',
  'matches',
  'nulls',
  'replicates',
  'probes',
] as const;

/** A wave of a study. */
export type StudyWave = (typeof studyWaves)[number];

/** Waves of which each step is about one shard of images. */
const wavesOfShards: ReadonlySet<StudyWave> = new Set(['labels', 'counts', 'overlaps']);

/** Waves in which models are run: where no maps are kept, what is made of them runs the models again. */
export function wavesOfModels({ runtime: { secondPass, sketch } }: Pick<Study, 'runtime'>): StudyWave[] {
  return secondPass || sketch !== undefined ? ['counts', 'thresholds', 'overlaps', 'nulls', 'replicates'] : ['counts'];
}

/** Waves by the kinds of their steps; all other steps are made by the run that writes the output. */
const waveOfKind: Readonly<Record<string, StudyWave>> = {
  labels: 'labels',
  twin: 'twins',
  maps: 'counts',
  histogram: 'counts',
  top: 'counts',
  own: 'counts',
  features: 'counts',
  thresholds: 'thresholds',
  overlaps: 'overlaps',
  matches: 'matches',
  nulls: 'nulls',
  replicates: 'replicates',
  probe: 'probes',
};

/** Whether steps of a family are made by tasks; what is found out of the models each worker reads itself. */
export function isOfTasks({ kind, isKept }: StepFamily<StudyBench>): boolean {
  return isKept && waveOfKind[kind] !== undefined;
}

/** Steps that are made together, of one wave and of one model or of all. */
export interface StudyTask {
  /** Name of the task: the hash of the keys of its steps. */
  readonly key: string;
  /** Its wave. */
  readonly wave: StudyWave;
  /** Model that it is about; empty: all. */
  readonly model: string;
  /** Families of its steps, in the order of the graph. */
  readonly families: readonly StepFamily<StudyBench>[];
  /** Place of its first step in each family. */
  readonly from: number;
  /** Place behind the last one. */
  readonly to: number;
  /** Its steps, in the order of the graph: listed anew at each call. */
  readonly steps: readonly GraphStep<StudyBench>[];
  /** Images that are read, or of which counts are. */
  readonly images: number;
  /** What it costs beside others of its wave: images times the bytes of the model's files; without unit. */
  readonly cost: number;
}

/** How tasks are cut. */
export interface CutTasksOptions {
  /** Shards of images of one task, at least 1. @default 8 */
  readonly shardsPerTask?: number;
}

const shardsPerTaskDefault = 8;

/**
 * Cuts the steps of a study into tasks: labels, counts and overlaps by shards of images, the others by layers. The same
 * study and the same options give the same tasks on every machine, whatever is stored already.
 */
export function cutTasks(
  graph: StepGraph<StudyBench>,
  { shards, placed }: Pick<OpenedStudy, 'shards' | 'placed'>,
  { shardsPerTask = shardsPerTaskDefault }: CutTasksOptions = {},
): StudyTask[] {
  if (!Number.isInteger(shardsPerTask) || shardsPerTask < 1)
    throw new RangeError(`shardsPerTask must be a whole number of at least 1, got ${String(shardsPerTask)}`);
  const weights = new Map(
    placed.map(({ model, places }) => [
      model.name,
      [...(places[0]?.modelFiles.keys() ?? [])].reduce((sum, file) => sum + statSync(file).size, 0),
    ]),
  );
  // Images of the shards before each one.
  const before = [0];
  for (const { entries } of shards) before.push((before.at(-1) as number) + entries.length);
  const imagesOf = (from: number, to: number) => (before[to] as number) - (before[from] as number);
  return familiesTogether(graph).flatMap(({ wave, model, families }) => {
    const isOfShards = wavesOfShards.has(wave);
    const size = isOfShards ? shardsPerTask : Infinity;
    const count = Math.max(...families.map((family) => family.count));
    const weight = wave === 'labels' ? 1 : (weights.get(model) ?? 1);
    return Array.from({ length: isOfShards ? Math.ceil(count / size) : 1 }, (_, chunk): StudyTask => {
      const [from, to] = isOfShards ? [chunk * size, Math.min((chunk + 1) * size, count)] : [0, count];
      const images = extentOf(families[0], from, to) ?? (isOfShards ? imagesOf(from, to) : imagesOf(0, shards.length));
      return new CutTask({ wave, model, families, from, to, images, cost: images * weight });
    });
  });
}

/** Images that the steps of a family from one place to another go over; undefined where it does not say. */
function extentOf(family: StepFamily<StudyBench> | undefined, from: number, to: number): number | undefined {
  let images: number | undefined;
  for (let index = from; index < Math.min(to, family?.count ?? 0); index++) {
    const extent = family?.extentOf(index);
    if (extent !== undefined) images = (images ?? 0) + extent;
  }
  return images;
}

/** Families whose steps are made together. */
interface FamiliesTogether extends Pick<StudyTask, 'wave' | 'model'> {
  readonly families: StepFamily<StudyBench>[];
}

/** Families of one wave and model that one maker makes, in the order of the graph. */
function familiesTogether(graph: StepGraph<StudyBench>): FamiliesTogether[] {
  const makers = new Map<StepMaker<StudyBench>, number>();
  const together = new Map<string, FamiliesTogether>();
  for (const family of graph.kept) {
    const wave = waveOfKind[family.kind];
    if (wave === undefined) continue;
    const { maker, model } = family;
    const place = makers.get(maker) ?? makers.size;
    makers.set(maker, place);
    const name = JSON.stringify([wave, place, model]);
    const known = together.get(name);
    if (known === undefined) together.set(name, { wave, model, families: [family] });
    else known.families.push(family);
  }
  return [...together.values()];
}

/** A task as a range of shards: of a large study there are too many for lists of their steps. */
class CutTask implements StudyTask {
  readonly key: string;
  readonly wave: StudyWave;
  readonly model: string;
  readonly families: readonly StepFamily<StudyBench>[];
  readonly from: number;
  readonly to: number;
  readonly images: number;
  readonly cost: number;

  constructor({ wave, model, families, from, to, images, cost }: Omit<StudyTask, 'key' | 'steps'>) {
    this.wave = wave;
    this.model = model;
    this.families = families;
    this.from = from;
    this.to = to;
    this.images = images;
    this.cost = cost;
    this.key = hash('sha256', this.steps.map(({ key }) => key).join('\n'));
  }

  get steps(): readonly GraphStep<StudyBench>[] {
    const { from, to } = this;
    return this.families.flatMap((family) =>
      Array.from({ length: Math.min(to, family.count) - from }, (_, place) => family.at(from + place)),
    );
  }
}

/** Tells which task makes a step; undefined: none does. */
export function taskOfStep(tasks: readonly StudyTask[]): (step: GraphStep<StudyBench>) => StudyTask | undefined {
  const byFamily = new Map<StepFamily<StudyBench>, StudyTask[]>();
  for (const task of tasks)
    for (const family of task.families) {
      const known = byFamily.get(family);
      if (known === undefined) byFamily.set(family, [task]);
      else known.push(task);
    }
  return ({ family, index }) => byFamily.get(family)?.find(({ from, to }) => from <= index && index < to);
}

/**
 * The tasks of one of several parts, by longest processing time: each task in turn, the costliest first, goes to the
 * part that has least to do. The parts depend on nothing but the tasks.
 *
 * @param tasks all tasks of which parts are made
 * @param part which part, from 1
 * @param parts number of parts, at least 1
 */
export function tasksOfPart(tasks: readonly StudyTask[], part: number, parts: number): StudyTask[] {
  const loads = Array.from({ length: parts }, () => 0);
  const own: StudyTask[] = [];
  const sorted = tasks.toSorted((a, b) => b.cost - a.cost || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  for (const task of sorted) {
    const least = loads.indexOf(Math.min(...loads));
    loads[least] = (loads[least] as number) + task.cost;
    if (least === part - 1) own.push(task);
  }
  return own;
}
