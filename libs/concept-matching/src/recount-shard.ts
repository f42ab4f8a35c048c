import {
  boundsToBins,
  ThresholdSelection,
  type KeptImage,
  type SelectionOptions,
  type SelectionState,
  type UpsamplingPadding,
} from '@intermodel/numerics';
import type { KeptShard } from './count-shards.ts';

/** Stands in for a map that was dropped: lower than any bound, so that nothing of it is counted. */
const dropped = -(2 ** 125);

/**
 * Counts a shard anew under another selection from the maps that were kept of it, without the model. What was dropped
 * stays unknown: the counts are exact above the bounds of their time, which `ShardJoin` checks.
 */
export function recountShard(kept: KeptShard, options: SelectionOptions): SelectionState {
  const { shape, images, minima, maxima, faults } = kept;
  const empty = new ThresholdSelection({ ...options, maximumImages: Infinity }).toState();
  const selection = ThresholdSelection.fromState({
    ...empty,
    boundBins: boundsToBins(highestDropped(kept, options.padding ?? 'zeros')),
  });
  const size = shape.mapHeight * shape.mapWidth;
  const whole = new Float32Array(shape.units * size);
  for (const { units, maps } of images) {
    whole.fill(dropped);
    units.forEach((unit, index) => {
      whole.set(maps.subarray(index * size, (index + 1) * size), unit * size);
    });
    selection.add(whole);
  }
  return { ...selection.takeShard(), minima, maxima, faults };
}

/**
 * Upper bounds of the maps of a kept image that hold under a selection, as a copy: where zeros lie around a map, they
 * are at least 0.
 */
export function boundMaxima({ maxima }: Pick<KeptImage, 'maxima'>, zerosAround: boolean): Float32Array {
  const bounds = maxima.slice();
  if (zerosAround)
    for (let index = 0; index < bounds.length; index++) if ((bounds[index] as number) < 0) bounds[index] = 0;
  return bounds;
}

/** Whether every map that can be active under these thresholds was kept of a shard. */
export function coversThresholds(
  kept: KeptShard,
  thresholds: Float32Array,
  { padding, equalIsActive }: { readonly padding: UpsamplingPadding; readonly equalIsActive: boolean },
): boolean {
  return highestDropped(kept, padding).every((bound, unit) => {
    const threshold = thresholds[unit] as number;
    return Number.isNaN(threshold) || bound < threshold || (bound === threshold && (kept.keepEqual || !equalIsActive));
  });
}

/** Greatest values that the dropped maps of each unit can come to once they are upsampled. */
function highestDropped({ bounds }: KeptShard, padding: UpsamplingPadding): Float32Array {
  // Where zeros lie around a map, values up to 0 may come of one that is negative.
  return padding === 'zeros' ? bounds.map((bound) => (bound > -Infinity ? Math.max(bound, 0) : bound)) : bounds;
}
