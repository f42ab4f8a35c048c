import type { ActivationBatch, SelectedThresholdBatch } from '@intermodel/schemas';
import { map, windowCount, type OperatorFunction } from 'rxjs';
import { countShards, countShardsDefaults } from './count/count-shards.ts';
import { dissectionPresets, type DissectionPreset } from './presets/dissection-presets.ts';
import { selectThresholds } from './thresholds/select-thresholds.ts';

/** Options of {@link estimateThresholds}. */
export interface EstimateThresholdsOptions {
  /** Level, rule, comparison and upsampling. @default dissect-2020 */
  readonly preset?: DissectionPreset;
  /** Most images that the stream can bring; the better it is known, the fewer maps are kept. @default Infinity */
  readonly maximumImages?: number;
}

/** Defaults of {@link estimateThresholds}. */
export const estimateThresholdsDefaults = {
  preset: dissectionPresets['dissect-2020'],
  maximumImages: countShardsDefaults.maximumImages,
} as const satisfies EstimateThresholdsOptions;

/** Batches of a shard: its maps are kept as one piece. */
export const batchesPerShard = 8;

/**
 * Finds the exact threshold of every unit over a stream of one layer's activations, with the maps that may still matter
 * in memory: one batch when the source completes, none for a stream without batches. For embedding into a pipeline of
 * one's own; runs that are stored compose the same stages.
 *
 * @example
 * activations$.pipe(estimateThresholds({ maximumImages: 1000 }))
 */
export function estimateThresholds(
  options: EstimateThresholdsOptions = {},
): OperatorFunction<ActivationBatch, SelectedThresholdBatch> {
  const { preset = estimateThresholdsDefaults.preset, maximumImages = estimateThresholdsDefaults.maximumImages } =
    options;
  return (activations) =>
    activations.pipe(
      windowCount(batchesPerShard),
      countShards({ presets: [preset], maximumImages }),
      map(({ histograms: [histogram], kept }) => ({
        histogram: histogram as NonNullable<typeof histogram>,
        kept: () => Promise.resolve(kept),
      })),
      selectThresholds({ preset }),
    );
}
