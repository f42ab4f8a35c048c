import {
  coversThresholds,
  ThresholdSketches,
  type DissectionPreset,
  type KeptShard,
} from '@intermodel/concept-matching';
import {
  allMaps,
  packState,
  ShardJoin,
  ThresholdSelection,
  unpackState,
  type SelectedThresholds,
  type SelectionState,
} from '@intermodel/numerics';
import type { ActivationShape } from '@intermodel/schemas';
import { MachineError } from '@intermodel/streams';
import type { GroupContext } from './group-context.ts';
import type { ImageShard } from '@intermodel/data-loading';
import type { LayerMaps } from './layer-maps.ts';
import { passAgain } from './pass-again.ts';
import { shardProgress } from './shard-progress.ts';

/** Thresholds of a layer under a preset. */
export interface LayerThresholds extends Pick<SelectedThresholds, 'thresholds' | 'conditions'> {
  /** Model, layer and sizes. */
  readonly shape: ActivationShape;
}

/** A layer whose thresholds are wanted under a preset. */
export interface ThresholdTask {
  /** The layer. */
  readonly maps: LayerMaps;
  /** The preset. */
  readonly preset: DissectionPreset;
}

/** Attempts to get maps that cover the thresholds: the second is made under bounds that these very counts prove. */
const attempts = 3;

/** Shards that threads are given before they are through with the first of them, so that they never wait for one. */
export const shardsUnderWay = 3;

/** Reads the stored thresholds of a layer; undefined where there are none. */
export async function readThresholds(
  { steps, describe }: GroupContext,
  { maps, preset }: ThresholdTask,
): Promise<LayerThresholds | undefined> {
  const bytes = await steps.read(describe.thresholds(maps.place, preset), 'state');
  if (bytes === undefined) return undefined;
  const state = unpackState(bytes) as LayerThresholds;
  return { ...state, shape: maps.shapeHere(state.shape) };
}

/**
 * Finds the thresholds of a layer from its counts and kept maps, and stores them. Shards whose maps do not suffice any
 * more are run again.
 */
export async function selectThresholds(
  context: GroupContext,
  task: ThresholdTask,
  shards: readonly ImageShard[],
): Promise<LayerThresholds> {
  const { maps, preset } = task;
  const begun = performance.now();
  context.steps.begin(context.describe.thresholds(maps.place, preset));
  for (let attempt = 0; attempt < attempts; attempt++) {
    const threads = context.threads();
    let round = await threads.select(await joinCounts(context, task, shards));
    const tell = shardProgress(
      context,
      'thresholds',
      maps.place.model.name,
      (round === 'gather' ? 1 : 2) * imagesOf(shards),
    );
    while (round !== 'done') {
      const refining: Promise<void>[] = [];
      for (const shard of shards) {
        const { images } = await keptMaps(context, maps, shard);
        if (refining.length === shardsUnderWay) await refining.shift();
        const refined = threads.refine(images).then(() => {
          tell(images.length);
        });
        refined.catch(() => undefined);
        refining.push(refined);
      }
      await Promise.all(refining);
      round = await threads.advance();
    }
    const selected = await threads.thresholds();
    const uncovered: ImageShard[] = [];
    let shape: ActivationShape | undefined;
    for (const shard of shards) {
      const kept = await keptMaps(context, maps, shard);
      shape = kept.shape;
      if (
        !coversThresholds(kept, selected.thresholds, {
          padding: preset.upsampling.padding,
          equalIsActive: preset.compare === '>=',
        })
      )
        uncovered.push(shard);
    }
    if (uncovered.length === 0 && shape !== undefined)
      return storeThresholds(context, task, { ...selected, shape }, performance.now() - begun);
    await passAgain(context, maps, uncovered);
  }
  throw storeBroken(maps);
}

/** Kept maps of a shard; where they are not stored any more, the shard is run again. */
export async function keptMaps(context: GroupContext, maps: LayerMaps, shard: ImageShard): Promise<KeptShard> {
  const kept = await maps.kept(shard);
  if (kept !== undefined) return kept;
  await passAgain(context, maps, [shard]);
  const again = await maps.kept(shard);
  if (again === undefined) throw storeBroken(maps);
  return again;
}

/** Finds thresholds where no maps are kept: by further passes over all images, for all tasks together. */
export async function streamThresholds(
  context: GroupContext,
  tasks: readonly ThresholdTask[],
  shards: readonly ImageShard[],
): Promise<void> {
  const { sketch } = context.study.runtime;
  const shapes = new Map<ThresholdTask, ActivationShape>();
  const times = new Map<ThresholdTask, number>();
  const pass = async (
    open: readonly ThresholdTask[],
    take: (task: ThresholdTask, shape: ActivationShape, images: readonly Float32Array[]) => void,
  ) => {
    const places = [...new Set(open.map(({ maps }) => maps.place))];
    await context.pass.run(
      shards.map((shard) => ({ shard, places })),
      {
        activations: (_, place, shape, images) => {
          for (const task of open) {
            if (task.maps.place !== place) continue;
            shapes.set(task, shape);
            take(task, shape, images);
          }
        },
        endShard: (_, __, { places: shares }) => {
          for (const task of open)
            times.set(
              task,
              (times.get(task) ?? 0) +
                (shares.get(task.maps.place) ?? 0) / open.filter(({ maps }) => maps.place === task.maps.place).length,
            );
          return undefined;
        },
      },
    );
  };
  const store = async (task: ThresholdTask, selected: Pick<SelectedThresholds, 'thresholds' | 'conditions'>) => {
    await storeThresholds(context, task, { ...selected, shape: shapes.get(task) as ActivationShape }, times.get(task));
  };
  if (sketch !== undefined) {
    const sketches = new Map<ThresholdTask, ThresholdSketches>();
    await pass(tasks, (task, shape, images) => {
      const own = sketches.get(task) ?? new ThresholdSketches(shape, task.preset, sketch);
      sketches.set(task, own);
      for (const values of images) own.add(values);
    });
    for (const [task, own] of sketches) await store(task, own.thresholds());
    await context.steps.settled();
    return;
  }
  const selections = new Map<ThresholdTask, ThresholdSelection>();
  for (const task of tasks) selections.set(task, ThresholdSelection.fromState(await joinCounts(context, task, shards)));
  // Some gather in one round, others count in two.
  const unfinished = () => tasks.filter((task) => selections.get(task)?.round !== 'done');
  for (let open = unfinished(); open.length > 0; open = unfinished()) {
    await pass(open, (task, { units }, images) => {
      selections.get(task)?.refineAll(images.map((values) => allMaps(units, values)));
    });
    for (const task of open) selections.get(task)?.advance();
  }
  for (const [task, selection] of selections) await store(task, selection.thresholds());
  await context.steps.settled();
}

/** Joins the counts of all shards; those that were counted under bounds which do not hold any more are run again. */
async function joinCounts(
  context: GroupContext,
  { maps, preset }: ThresholdTask,
  shards: readonly ImageShard[],
): Promise<SelectionState> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const join = new ShardJoin();
    for (const shard of shards) {
      let state = await maps.histogram(shard, preset);
      if (state === undefined) {
        await passAgain(context, maps, [shard]);
        state = await maps.histogram(shard, preset);
      }
      if (state === undefined) throw storeBroken(maps);
      join.add(state);
    }
    const { state, short } = join.finish();
    if (short.length === 0) return state;
    await passAgain(
      context,
      maps,
      short.map((index) => shards[index] as ImageShard),
    );
  }
  throw storeBroken(maps);
}

async function storeThresholds(
  { steps, describe }: GroupContext,
  { maps, preset }: ThresholdTask,
  { thresholds, conditions, shape }: LayerThresholds,
  milliseconds?: number,
): Promise<LayerThresholds> {
  await steps.writeBeside(
    describe.thresholds(maps.place, preset),
    { state: packState({ thresholds, conditions, shape }) },
    milliseconds,
  );
  return { thresholds, conditions, shape };
}

function imagesOf(shards: readonly ImageShard[]): number {
  return shards.reduce((sum, { entries }) => sum + entries.length, 0);
}

function storeBroken({ place }: LayerMaps): MachineError {
  return new MachineError(
    'STORE_BROKEN',
    `what was stored of ${place.model.name} cannot be read back, or does not suffice after it was made again`,
    { column: place.layer, hint: 'Check the disk of the store, or give another folder.' },
  );
}
