import {
  compactImages,
  countStaying,
  KeptMaps,
  ThresholdSelection,
  type KeptImage,
  type MapAllocator,
  type SelectionOptions,
  type SelectionState,
  type SurvivingMaps,
} from '@intermodel/numerics';
import type { ActivationShape } from '@intermodel/schemas';
import type { MapBounds } from './kept-map-store.ts';

/** Maps of one shard of images that may still matter, and what must be known of those that were dropped. */
export interface KeptShard extends MapBounds {
  /** Model, layer and sizes. */
  readonly shape: ActivationShape;
  /** Images that were counted, numbered within the shard; they bear no labels. */
  readonly images: readonly KeptImage[];
  /** Least finite activation of each unit over the shard, Infinity without any. */
  readonly minima: Float32Array;
  /** Greatest finite activation of each unit. */
  readonly maxima: Float32Array;
  /** Maps of each unit with a value that is not finite, which are dropped. */
  readonly faults: Uint32Array;
}

/** What is counted of one shard. */
export interface CountedShard {
  /** Counts under each of the selections, in their order. */
  readonly histograms: readonly SelectionState[];
  /** Maps that may reach a threshold of any of them. */
  readonly kept: KeptShard;
}

/** Options of {@link ShardCounter}. */
export interface ShardCounterOptions {
  /** Model, layer and sizes. */
  readonly shape: ActivationShape;
  /** What thresholds are wanted of the layer, at least one; `maximumImages` is that of all shards together. */
  readonly selections: readonly SelectionOptions[];
  /**
   * For each of the selections the seed of the shards that are known already (`ShardJoin`): they bound the thresholds
   * from the start. @default none
   */
  readonly seeds?: readonly (SelectionState | undefined)[];
}

/**
 * Counts a layer's activations shard by shard, in one forward pass: values above the bounds of the thresholds, and the
 * maps that may still matter. Bounds rise over all shards; what is given for a shard is exact above them.
 */
export class ShardCounter {
  readonly shape: ActivationShape;
  readonly #selections: readonly ThresholdSelection[];
  readonly #maps: KeptMaps;
  #images = 0;

  constructor({ shape, selections, seeds = [] }: ShardCounterOptions) {
    this.shape = shape;
    this.#maps = new KeptMaps(shape.mapHeight * shape.mapWidth);
    this.#selections = selections.map((options, index) => {
      const seed = seeds[index];
      return seed === undefined ? new ThresholdSelection(options) : ThresholdSelection.afterShards(seed);
    });
  }

  /** Images added to the shard under way. */
  get images(): number {
    return this.#images;
  }

  /**
   * Adds the next images of the shard: units x height x width values of each, which must stay as they are until the
   * shard is taken.
   *
   * @returns for each image the greatest value of each unit's map, NaN where a value is not finite
   */
  add(images: readonly Float32Array[]): readonly Float32Array[] {
    const [first, ...others] = this.#selections.map((selection) => selection.addAll(images));
    if (first === undefined) throw new RangeError('ShardCounter: no selection was given');
    images.forEach((activations, index) => {
      const surviving = others.reduce(
        (sum, other) => union(sum, other[index] as SurvivingMaps),
        first[index] as SurvivingMaps,
      );
      this.#maps.add(this.#images++, noLabels, surviving, activations, true);
    });
    return first.map(({ greatest }) => greatest);
  }

  /**
   * Ends the shard and gives what was counted of it, the maps in memory from `allocate`; the next image begins another
   * one.
   */
  takeShard(allocate?: MapAllocator): CountedShard {
    const histograms = this.#selections.map((selection) => selection.takeShard());
    const bounds = this.bounds();
    this.#maps.compact(bounds.bounds, bounds.keepEqual, allocate);
    this.#images = 0;
    const [first] = histograms;
    if (first === undefined) throw new RangeError('ShardCounter: no selection was given');
    const { minima, maxima, faults } = first;
    return { histograms, kept: { shape: this.shape, ...bounds, minima, maxima, faults, images: this.#maps.drain() } };
  }

  /** Bounds under which no map of any shard matters: those that all images so far prove. */
  bounds(): MapBounds {
    // Where zeros lie around maps, none is dropped under a bound below 0.
    const [first = new Float32Array(), ...others] = this.#selections.map((selection) =>
      selection.bounds().map((bound) => (selection.options.padding === 'zeros' && bound < 0 ? -Infinity : bound)),
    );
    for (const bounds of others)
      bounds.forEach((bound, unit) => (first[unit] = Math.min(first[unit] as number, bound)));
    return { bounds: first, keepEqual: this.#selections.some(({ options }) => options.keepEqual) };
  }
}

const noLabels = new Uint16Array();

/** Options of {@link shrinkShard}. */
export interface ShrinkShardOptions {
  /**
   * Share of the maps that must go for it to be worth the copy, 0 to 1; else the shard is given as it is. @default 0
   */
  readonly worthwhile?: number;
  /** Gives the memory for the maps that stay. @default memory that threads can share */
  readonly allocate?: MapAllocator;
}

/** A shard without the maps that lie under bounds which were proven since it was counted. */
export function shrinkShard(
  shard: KeptShard,
  { bounds, keepEqual }: MapBounds,
  { worthwhile = 0, allocate }: ShrinkShardOptions = {},
): KeptShard {
  const raised = shard.bounds.map((bound, unit) => Math.max(bound, bounds[unit] as number));
  const { images } = shard;
  const maps = images.reduce((sum, { units }) => sum + units.length, 0);
  if (countStaying(images, raised, keepEqual) > maps * (1 - worthwhile)) return shard;
  return {
    ...shard,
    bounds: raised,
    keepEqual: shard.keepEqual && keepEqual,
    images: compactImages(images, shard.shape.mapHeight * shard.shape.mapWidth, raised, keepEqual, allocate),
  };
}

/** Maps that survive either way, with the looser of their upper bounds. */
function union(one: SurvivingMaps, other: SurvivingMaps): SurvivingMaps {
  const maxima = new Map<number, number>();
  for (const { units, maxima: bounds } of [one, other])
    units.forEach((unit, index) => maxima.set(unit, Math.max(maxima.get(unit) ?? -Infinity, bounds[index] as number)));
  const units = Uint32Array.from(maxima.keys()).sort();
  return { units, maxima: Float32Array.from(units, (unit) => maxima.get(unit) as number) };
}
