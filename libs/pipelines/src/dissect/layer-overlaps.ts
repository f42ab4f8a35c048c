import {
  coversThresholds,
  overlapOptions,
  packOverlaps,
  unpackOverlaps,
  type DissectionPreset,
} from '@intermodel/concept-matching';
import { allMaps, OverlapTally, type CombinedLabels, type OverlapState } from '@intermodel/numerics';
import type { PassTask } from './forward-pass.ts';
import type { GroupContext } from './group-context.ts';
import type { ImageShard } from '@intermodel/data-loading';
import { keptMaps, shardsUnderWay, type LayerThresholds, type ThresholdTask } from './layer-thresholds.ts';
import { passAgain } from './pass-again.ts';
import type { ShardLabels } from './shard-labels.ts';
import { shardProgress } from './shard-progress.ts';

/** A layer whose overlaps are wanted under a preset. */
export interface OverlapTask extends ThresholdTask {
  /** Its thresholds. */
  readonly thresholds: LayerThresholds;
  /** Labels of the shards. */
  readonly labels: ShardLabels;
}

/** Counts the overlaps of a layer over all shards: from what is stored, and of the other shards from the kept maps. */
export async function countOverlaps(
  context: GroupContext,
  task: OverlapTask,
  shards: readonly ImageShard[],
): Promise<OverlapState> {
  const { maps, preset, thresholds } = task;
  const tell = shardProgress(
    context,
    'overlaps',
    maps.place.model.name,
    shards.reduce((sum, { entries }) => sum + entries.length, 0),
  );
  const opened = maps.keeps
    ? once(() =>
        context
          .threads()
          .open(overlapOptions(thresholds.shape, preset, context.concepts, context.ignore), thresholds.thresholds),
      )
    : undefined;
  let whole: OverlapTally | undefined;
  const underWay: Promise<void>[] = [];
  try {
    for (const shard of shards) {
      const stored = await readOverlaps(context, task, shard);
      if (underWay.length === shardsUnderWay) await underWay.shift();
      const { counted } =
        stored === undefined
          ? await beginShard(context, task, shard, opened, underWay.at(-1))
          : { counted: Promise.resolve(stored) };
      const merged = counted.then((state) => {
        tell(shard.entries.length);
        if (whole === undefined) whole = OverlapTally.fromState(state);
        else whole.merge(state);
      });
      merged.catch(() => undefined);
      underWay.push(merged);
    }
    await Promise.all(underWay);
  } finally {
    // Nothing is stored any more once an error is told.
    await Promise.allSettled(underWay);
  }
  return (whole ?? openTally(context, preset, thresholds)).toState();
}

/** Counts the overlaps of shards where no maps are kept: by one more pass, for all tasks together. */
export async function streamOverlaps(
  context: GroupContext,
  tasks: readonly OverlapTask[],
  shards: readonly ImageShard[],
): Promise<void> {
  const missing = new Map<ImageShard, OverlapTask[]>();
  for (const shard of shards) {
    const open: OverlapTask[] = [];
    for (const task of tasks)
      if (!(await context.steps.has(context.describe.overlaps(shard, task.maps.place, task.preset)))) open.push(task);
    if (open.length > 0) missing.set(shard, open);
  }
  const tell = context.shards.begin(missing.size);
  const tallies = new Map<
    OverlapTask,
    { readonly tally: OverlapTally; readonly labels: readonly CombinedLabels[]; images: number }
  >();
  const labelsOf = new Map<string, readonly CombinedLabels[]>();
  for (const [shard, open] of missing) {
    for (const { labels } of open) labelsOf.set(labels.key(shard), (await labels.read(shard)).labels);
    const times = new Map<OverlapTask, number>();
    const pass: PassTask = { shard, places: [...new Set(open.map(({ maps }) => maps.place))] };
    let skipped = 0;
    await context.pass.run([pass], {
      activations: (_, place, { units }, images) => {
        for (const task of open) {
          if (task.maps.place !== place) continue;
          let own = tallies.get(task);
          if (own === undefined)
            tallies.set(
              task,
              (own = {
                tally: openTally(context, task.preset, task.thresholds),
                labels: labelsOf.get(task.labels.key(shard)) ?? [],
                images: 0,
              }),
            );
          for (const values of images)
            own.tally.add(own.labels[own.images++] as CombinedLabels, allMaps(units, values));
        }
      },
      endShard: (_, passedOver, { places }) => {
        skipped = passedOver.length;
        for (const task of open)
          times.set(
            task,
            (places.get(task.maps.place) ?? 0) / open.filter(({ maps }) => maps.place === task.maps.place).length,
          );
        return undefined;
      },
    });
    for (const [task, { tally }] of tallies)
      await storeOverlaps(context, task, shard, tally.toState(), times.get(task));
    await context.steps.settled();
    tell(pass, skipped, []);
    tallies.clear();
    labelsOf.clear();
  }
}

async function readOverlaps(
  { steps, describe }: GroupContext,
  { maps, preset }: OverlapTask,
  shard: ImageShard,
): Promise<OverlapState | undefined> {
  const bytes = await steps.read(describe.overlaps(shard, maps.place, preset), 'state');
  return bytes === undefined ? undefined : unpackOverlaps(bytes);
}

/** Brings what is needed of a shard, and begins to count it, after the shard before. */
async function beginShard(
  context: GroupContext,
  task: OverlapTask,
  shard: ImageShard,
  opened: (() => Promise<void>) | undefined,
  before: Promise<void> | undefined,
): Promise<{ readonly counted: Promise<OverlapState> }> {
  const { maps, preset, thresholds, labels } = task;
  const { padding } = preset.upsampling;
  if (opened === undefined) {
    await streamOverlaps(context, [task], [shard]);
    return { counted: Promise.resolve((await readOverlaps(context, task, shard)) as OverlapState) };
  }
  let kept = await keptMaps(context, maps, shard);
  if (!coversThresholds(kept, thresholds.thresholds, { padding, equalIsActive: preset.compare === '>=' })) {
    await passAgain(context, maps, [shard]);
    kept = await keptMaps(context, maps, shard);
  }
  context.steps.begin(context.describe.overlaps(shard, maps.place, preset));
  const { labels: combined } = await labels.read(shard);
  await opened();
  const count = async () => {
    const tallied = context.threads().tally(combined, kept.images);
    tallied.catch(() => undefined);
    await before;
    const begun = performance.now();
    const state = await tallied;
    await storeOverlaps(context, task, shard, state, performance.now() - begun);
    return state;
  };
  return { counted: count() };
}

async function storeOverlaps(
  { steps, describe }: GroupContext,
  { maps, preset }: OverlapTask,
  shard: ImageShard,
  state: OverlapState,
  milliseconds?: number,
): Promise<void> {
  await steps.writeBeside(describe.overlaps(shard, maps.place, preset), { state: packOverlaps(state) }, milliseconds);
}

function openTally(
  { concepts, ignore }: GroupContext,
  preset: DissectionPreset,
  { shape, thresholds }: LayerThresholds,
): OverlapTally {
  return new OverlapTally(overlapOptions(shape, preset, concepts, ignore), thresholds);
}

/** Calls a function at the first call, and waits for that at every one. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}
