import type { SelectedThresholdBatch } from '@intermodel/schemas';
import type { DissectionPreset } from '../presets/dissection-presets.ts';

/** Of a layer or a method, what stands under and over its own threshold. */
export interface Nearby<Item> {
  /** Where a larger share is active. */
  readonly lower: Item;
  /** Where a smaller share is. */
  readonly upper: Item;
}

/** Thresholds of a layer between which those of replicates are looked for. */
export type NearbyThresholds = Nearby<SelectedThresholdBatch>;

/** Both of them, the lower first; none of nothing. */
export function bothNearby<Item>(nearby: Nearby<Item> | undefined): Item[] {
  return nearby === undefined ? [] : [nearby.lower, nearby.upper];
}

/** Presets with thresholds on either side: that of twice the share of active values, or less where that is too much, and that of half of it. */
export function nearbyPresets(preset: DissectionPreset): Nearby<DissectionPreset> {
  const share = 1 - preset.level;
  return {
    lower: { ...preset, level: Math.max(1 - 2 * share, preset.level / 2) },
    upper: { ...preset, level: 1 - share / 2 },
  };
}
