import { ShardJoin } from '@intermodel/numerics';
import type { ActivationShape, SelectedThresholdBatch, UnitHistogramBatch } from '@intermodel/schemas';
import { boundedMap } from '@intermodel/streams';
import { defer, filter, from, lastValueFrom, reduce, switchMap, type OperatorFunction } from 'rxjs';
import { keptImages, type KeptMaps } from '../count/kept-maps.ts';
import { boundsCover, keepingBounds, type KeepingBounds } from '../count/recount-shard.ts';
import { histogramState } from '../count/unit-histograms.ts';
import { dissectionPresets, type DissectionPreset } from '../presets/dissection-presets.ts';
import { UnitThreads } from '../threads/unit-threads.ts';
import { selectedThresholds } from './selected-thresholds.ts';

/** A shard of images as the selection takes it: its counts, and its maps once they are asked for. */
export interface ShardCounts {
  /** Counts of the shard under the preset. */
  readonly histogram: UnitHistogramBatch;
  /** Gives the maps that were kept of it; asked for once in every round. */
  readonly kept: () => Promise<KeptMaps>;
}

/** How far a stage has come that goes through shards several times. */
export type OnImages = (done: number, total: number) => void;

/** Options of {@link selectThresholds}. */
export interface SelectThresholdsOptions {
  /** Level, rule, comparison and upsampling. @default dissect-2020 */
  readonly preset?: DissectionPreset;
  /** Threads that count. @default the calling one */
  readonly threads?: UnitThreads;
  /** Is told of the images of each shard that is done, over all rounds. @default nobody */
  readonly onImages?: OnImages;
}

/** Defaults of {@link selectThresholds}. */
export const selectThresholdsDefaults = {
  preset: dissectionPresets['dissect-2020'],
} as const satisfies SelectThresholdsOptions;

/**
 * Shards dropped maps that matter now, since bounds rested on other images: count them again, and select anew. Thrown
 * by {@link selectThresholds}; the operator can be subscribed to again once that is done.
 */
export class ShardsFallShort extends Error {
  /** These shards, by their place in the source. */
  readonly shards: readonly number[];

  constructor(shards: readonly number[]) {
    super(`the maps that were kept of ${String(shards.length)} shards do not suffice`);
    this.name = 'ShardsFallShort';
    this.shards = shards;
  }
}

/** Shards whose maps are under way at a time, so that threads never wait for one. */
export const shardsUnderWay = 3;

/**
 * Finds the exact threshold of every unit of a layer from the counts of all shards and the maps that were kept: one
 * batch when the source completes. Counts tell in which bin a threshold lies; its values are gathered from the maps in
 * one more round, or counted in two. Neither the cut into shards nor their order changes the result.
 *
 * @throws BatchSchemaError for another table or layer; {@link ShardsFallShort}
 * @example
 * from(counted).pipe(selectThresholds({ preset }))
 */
export function selectThresholds({
  preset = selectThresholdsDefaults.preset,
  threads = new UnitThreads(1),
  onImages,
}: SelectThresholdsOptions = {}): OperatorFunction<ShardCounts, SelectedThresholdBatch> {
  return (counts) =>
    defer(() =>
      counts.pipe(
        reduce((joined, shard) => joined.add(shard), new JoinedCounts()),
        filter(({ shape }) => shape !== undefined),
        switchMap((joined) => select(joined, preset, threads, onImages)),
      ),
    );
}

/** Counts of all shards, added up as they come; of each shard no more is held than how to get its maps. */
class JoinedCounts {
  readonly join = new ShardJoin();
  readonly shards: { readonly images: number; readonly kept: ShardCounts['kept'] }[] = [];
  shape: ActivationShape | undefined;

  add({ histogram, kept }: ShardCounts): this {
    const { shape, state } = histogramState('selectThresholds', histogram);
    this.shape ??= shape;
    this.join.add(state);
    this.shards.push({ images: state.images, kept });
    return this;
  }
}

async function select(
  { join, shards, shape }: JoinedCounts,
  preset: DissectionPreset,
  threads: UnitThreads,
  onImages: OnImages = () => undefined,
): Promise<SelectedThresholdBatch> {
  const { state, short } = join.finish();
  if (short.length > 0 || shape === undefined) throw new ShardsFallShort(short);
  let round = await threads.select(state);
  const total = (round === 'gather' ? 1 : 2) * state.images;
  const bounds: KeepingBounds[] = [];
  let done = 0;
  onImages(done, total);
  while (round !== 'done') {
    const refined = from(shards).pipe(
      boundedMap(async ({ images, kept }, index) => {
        const own = await kept();
        bounds[index] = keepingBounds(own);
        await threads.refine(keptImages(own.maps));
        done += images;
        onImages(done, total);
      }, shardsUnderWay),
    );
    await lastValueFrom(refined, { defaultValue: undefined });
    round = await threads.advance();
  }
  const selected = selectedThresholds({ shape, ...(await threads.thresholds()) });
  const uncovered = [...shards.keys()].filter((index) => {
    const own = bounds[index];
    return own !== undefined && !boundsCover(own, selected, preset);
  });
  if (uncovered.length > 0) throw new ShardsFallShort(uncovered);
  return selected;
}
