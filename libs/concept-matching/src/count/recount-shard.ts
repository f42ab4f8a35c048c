import { boundsToBins, ThresholdSelection, type KeptImage, type UpsamplingPadding } from '@intermodel/numerics';
import type { SelectedThresholdBatch, UnitHistogramBatch } from '@intermodel/schemas';
import type { DissectionPreset } from '../presets/dissection-presets.ts';
import { selectionOptions } from '../presets/kernel-options.ts';
import { readSelectedThresholds } from '../thresholds/selected-thresholds.ts';
import { keptImages, type KeptMaps } from './kept-maps.ts';
import { histogramBatch, readBounds, type ShardBounds } from './unit-histograms.ts';

/** Stands in for a map that was dropped: lower than any bound, so that nothing of it is counted. */
const dropped = -(2 ** 125);

/**
 * Counts a shard anew under another preset from the maps that were kept of it, without the model. What was dropped
 * stays unknown: the counts are exact above the bounds of their time, which selecting thresholds checks.
 */
export function recountShard(kept: KeptMaps, preset: DissectionPreset): UnitHistogramBatch {
  const bounds = readBounds(kept.units);
  const { shape, images, minima, maxima, faults } = bounds;
  const options = selectionOptions(shape, preset, Infinity);
  const empty = new ThresholdSelection(options).toState();
  const selection = ThresholdSelection.fromState({
    ...empty,
    boundBins: boundsToBins(highestDropped(bounds, options.padding)),
  });
  const size = shape.mapHeight * shape.mapWidth;
  const whole = new Float32Array(shape.units * size).fill(dropped);
  const own = keptImages(kept.maps);
  for (const { units, maps } of own) {
    whole.fill(dropped);
    units.forEach((unit, index) => {
      whole.set(maps.subarray(index * size, (index + 1) * size), unit * size);
    });
    selection.add(whole);
  }
  // Images of which no map was kept count too.
  whole.fill(dropped);
  for (let image = own.length; image < images; image++) selection.add(whole);
  return histogramBatch(shape, { ...selection.takeShard(), minima, maxima, faults });
}

/** Upper bounds of the maps of a kept image that hold under a selection, as a copy: where zeros lie around a map, they are at least 0. */
export function boundMaxima({ maxima }: Pick<KeptImage, 'maxima'>, zerosAround: boolean): Float32Array {
  const bounds = maxima.slice();
  if (zerosAround)
    for (let index = 0; index < bounds.length; index++) if ((bounds[index] as number) < 0) bounds[index] = 0;
  return bounds;
}

/** Whether every map that can be active under these thresholds was kept of a shard. */
export function coversThresholds(
  { units }: Pick<KeptMaps, 'units'>,
  thresholds: SelectedThresholdBatch,
  preset: Pick<DissectionPreset, 'padding' | 'compare'>,
): boolean {
  return boundsCover(readBounds(units), thresholds, preset);
}

/** What decides which maps of a shard were kept. */
export type KeepingBounds = Pick<ShardBounds, 'bounds' | 'keepEqual'>;

/** The bounds of a shard in memory of their own, as many shards are held at a time. */
export function keepingBounds({ units }: Pick<KeptMaps, 'units'>): KeepingBounds {
  const { bounds, keepEqual } = readBounds(units);
  return { bounds: bounds.slice(), keepEqual };
}

/** As {@link coversThresholds}, by the bounds alone. */
export function boundsCover(
  bounds: KeepingBounds,
  thresholds: SelectedThresholdBatch,
  { padding, compare }: Pick<DissectionPreset, 'padding' | 'compare'>,
): boolean {
  const values = readSelectedThresholds('coversThresholds', thresholds).thresholds;
  return highestDropped(bounds, padding).every((bound, unit) => {
    const threshold = values[unit] as number;
    return (
      Number.isNaN(threshold) || bound < threshold || (bound === threshold && (bounds.keepEqual || compare === '>'))
    );
  });
}

/** Greatest values that the dropped maps of each unit can come to once they are upsampled. */
function highestDropped({ bounds }: Pick<ShardBounds, 'bounds'>, padding: UpsamplingPadding): Float32Array {
  // Where zeros lie around a map, values up to 0 may come of one that is negative.
  return padding === 'zeros' ? bounds.map((bound) => (bound > -Infinity ? Math.max(bound, 0) : bound)) : bounds;
}
