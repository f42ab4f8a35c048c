import type { LabelPlanesBatch, OverlapCountBatch, SelectedThresholdBatch } from '@intermodel/schemas';
import { boundedMap } from '@intermodel/streams';
import { defer, type OperatorFunction } from 'rxjs';
import { keptImages, type KeptMaps } from '../count/kept-maps.ts';
import { coversThresholds } from '../count/recount-shard.ts';
import { indexConcepts, type Concept } from '../presets/concept-index.ts';
import { dissectionPresets, type DissectionPreset } from '../presets/dissection-presets.ts';
import { overlapOptions } from '../presets/kernel-options.ts';
import { UnitThreads } from '../threads/unit-threads.ts';
import { shardsUnderWay } from '../thresholds/select-thresholds.ts';
import { readSelectedThresholds } from '../thresholds/selected-thresholds.ts';
import { readLabelPlanes } from './label-planes.ts';
import { overlapCounts } from './overlap-counts.ts';

/** A shard of images as the tally takes it; both are asked for when its turn comes. */
export interface LabelledShard {
  /** Gives the maps that were kept of it, those that cover the thresholds. */
  readonly kept: () => Promise<KeptMaps>;
  /** Gives the labels of its images. */
  readonly labels: () => Promise<LabelPlanesBatch>;
}

/** Options of {@link tallyOverlaps}. */
export interface TallyOverlapsOptions {
  /** Thresholds of the layer. */
  readonly thresholds: SelectedThresholdBatch;
  /** Concepts that the labels can bear. */
  readonly vocabulary: readonly Concept[];
  /** Number of pixels that nobody judged; the preset says what becomes of them. @default none */
  readonly ignore?: number;
  /** Comparison, upsampling and scope of areas. @default dissect-2020 */
  readonly preset?: DissectionPreset;
  /** Threads that count. @default the calling one */
  readonly threads?: UnitThreads;
}

/** Defaults of {@link tallyOverlaps}. */
export const tallyOverlapsDefaults = {
  ignore: 0,
  preset: dissectionPresets['dissect-2020'],
} as const satisfies Partial<TallyOverlapsOptions>;

/**
 * Counts, shard by shard and in their order, the pixels where units are active and concepts labelled. Counts are
 * integers and add up, see {@link mergeOverlaps}.
 *
 * @throws BatchSchemaError for other tables, layers or grids; RangeError where the maps of a shard do not cover the thresholds
 * @example
 * shards$.pipe(tallyOverlaps({ thresholds, vocabulary, preset }), mergeOverlaps())
 */
export function tallyOverlaps(options: TallyOverlapsOptions): OperatorFunction<LabelledShard, OverlapCountBatch> {
  const {
    thresholds,
    vocabulary,
    ignore = tallyOverlapsDefaults.ignore,
    preset = tallyOverlapsDefaults.preset,
    threads = new UnitThreads(1),
  } = options;
  const index = indexConcepts(vocabulary);
  return (shards) =>
    defer(() => {
      const { shape, thresholds: values } = readSelectedThresholds('tallyOverlaps', thresholds);
      let opened: Promise<void> | undefined;
      const tally = async ({ kept, labels }: LabelledShard): Promise<OverlapCountBatch> => {
        const own = readLabelPlanes('tallyOverlaps', await labels(), shape).labels;
        const maps = await kept();
        if (!coversThresholds(maps, thresholds, preset))
          throw new RangeError('tallyOverlaps: maps were dropped that reach these thresholds');
        await (opened ??= threads.open(overlapOptions(shape, preset, index, ignore), values));
        const images = new Map(keptImages(maps.maps).map((image) => [image.image, image]));
        const none = {
          labels: new Uint16Array(),
          units: new Uint32Array(),
          maxima: new Float32Array(),
          maps: new Float32Array(),
        };
        // Images count for the areas of concepts, too, where no map of them was kept.
        const state = await threads.tally(
          own,
          own.map((_, image) => images.get(image) ?? { image, ...none }),
        );
        return overlapCounts({ shape, state });
      };
      return shards.pipe(boundedMap((shard) => tally(shard), shardsUnderWay));
    });
}
