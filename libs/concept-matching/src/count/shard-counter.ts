import {
  KeptMaps as MapStore,
  ThresholdSelection,
  TopActivations,
  type MapAllocator,
  type SelectionOptions,
  type SelectionState,
  type SurvivingMaps,
} from '@intermodel/numerics';
import type { ActivationShape, StrongestImageBatch, UnitHistogramBatch } from '@intermodel/schemas';
import { keptMapBatches, type KeptMaps, type MapBounds } from './kept-maps.ts';
import { strongestBatch, type StrongestOptions } from './strongest-images.ts';
import { boundsBatch, histogramBatch } from './unit-histograms.ts';

/** What is counted of one shard. */
export interface CountedShard {
  /** Counts under each of the presets, in their order. */
  readonly histograms: readonly UnitHistogramBatch[];
  /** Maps that may reach a threshold of any of them. */
  readonly kept: KeptMaps;
  /** Images of the shard that drive each unit most, where that was asked for. */
  readonly strongest: StrongestImageBatch | undefined;
  /** Milliseconds that finding these took. */
  readonly strongestMilliseconds: number;
}

/** Options of {@link ShardCounter}. */
export interface ShardCounterOptions {
  /** Model, layer and sizes. */
  readonly shape: ActivationShape;
  /** What thresholds are wanted of the layer, at least one; `maximumImages` is that of all shards together. */
  readonly selections: readonly SelectionOptions[];
  /** For each of the selections the seed of the shards that are known already (`ShardJoin`). @default none */
  readonly seeds?: readonly (SelectionState | undefined)[];
  /** Which images that drive units most are wanted. @default none */
  readonly strongest?: StrongestOptions | undefined;
  /** Gives the memory for the maps of a shard. @default memory that threads can share */
  readonly allocate?: MapAllocator | undefined;
}

/**
 * Counts a layer's activations shard by shard, in one forward pass: values above the bounds of the thresholds, and the
 * maps that may still matter. Bounds rise over all shards; what is given for a shard is exact above them.
 */
export class ShardCounter {
  readonly shape: ActivationShape;
  readonly #selections: readonly ThresholdSelection[];
  readonly #maps: MapStore;
  readonly #strongest: StrongestOptions | undefined;
  readonly #allocate: MapAllocator | undefined;
  #top: TopActivations | undefined;
  #topMilliseconds = 0;
  #images = 0;

  constructor({ shape, selections, seeds = [], strongest, allocate }: ShardCounterOptions) {
    this.shape = shape;
    this.#strongest = strongest;
    this.#allocate = allocate;
    this.#maps = new MapStore(shape.mapHeight * shape.mapWidth);
    this.#selections = selections.map((options, index) => {
      const seed = seeds[index];
      return seed === undefined ? new ThresholdSelection(options) : ThresholdSelection.afterShards(seed);
    });
  }

  /** Adds the next images of the shard: units x height x width values of each, which must stay as they are until it is taken. */
  add(images: readonly Float32Array[]): void {
    const [first, ...others] = this.#selections.map((selection) => selection.addAll(images));
    if (first === undefined) throw new RangeError('ShardCounter: no selection was given');
    const begun = performance.now();
    const { units, mapHeight, mapWidth } = this.shape;
    if (this.#strongest !== undefined)
      this.#top ??= new TopActivations({ units, mapSize: mapHeight * mapWidth, ...this.#strongest });
    // The greatest values are known of the count, so that no map is read twice.
    images.forEach((activations, index) => this.#top?.add(this.#images + index, activations, first[index]?.greatest));
    this.#topMilliseconds += performance.now() - begun;
    images.forEach((activations, index) => {
      const surviving = others.reduce(
        (sum, other) => union(sum, other[index] as SurvivingMaps),
        first[index] as SurvivingMaps,
      );
      this.#maps.add(this.#images++, noLabels, surviving, activations, true);
    });
  }

  /** Ends the shard and gives what was counted of it; the next image begins another one. */
  takeShard(): CountedShard {
    const states = this.#selections.map((selection) => selection.takeShard());
    const [first] = states;
    if (first === undefined) throw new RangeError('ShardCounter: no selection was given');
    const bounds = this.bounds();
    this.#maps.compact(bounds.bounds, bounds.keepEqual, this.#allocate);
    const { shape } = this;
    const { minima, maxima, faults } = first;
    const begun = performance.now();
    const strongest =
      this.#top === undefined || this.#strongest === undefined
        ? undefined
        : strongestBatch(shape, this.#strongest, this.#top);
    const counted = {
      histograms: states.map((state) => histogramBatch(shape, state)),
      kept: {
        units: boundsBatch({ shape, images: this.#images, ...bounds, minima, maxima, faults }),
        maps: keptMapBatches(shape, this.#maps.drain()),
      },
      strongest,
      strongestMilliseconds: this.#topMilliseconds + performance.now() - begun,
    };
    this.#images = 0;
    this.#top = undefined;
    this.#topMilliseconds = 0;
    return counted;
  }

  /** Bounds under which no map of any shard matters: those that all images so far prove. */
  bounds(): MapBounds {
    // Where zeros lie around maps, none is dropped under a bound below 0.
    const [first = new Float32Array(), ...others] = this.#selections.map((selection) =>
      selection.bounds().map((bound) => (selection.options.padding === 'zeros' && bound < 0 ? -Infinity : bound)),
    );
    for (const bounds of others)
      bounds.forEach((bound, unit) => (first[unit] = Math.min(first[unit] as number, bound)));
    return { bounds: first, keepEqual: this.#selections.some(({ options }) => options.compare === '>=') };
  }
}

const noLabels = new Uint16Array();

/** Maps that survive either way, with the looser of their upper bounds. */
function union(one: SurvivingMaps, other: SurvivingMaps): SurvivingMaps {
  const maxima = new Map<number, number>();
  for (const { units, maxima: bounds } of [one, other])
    units.forEach((unit, index) => maxima.set(unit, Math.max(maxima.get(unit) ?? -Infinity, bounds[index] as number)));
  const units = Uint32Array.from(maxima.keys()).sort();
  return { units, maxima: Float32Array.from(units, (unit) => maxima.get(unit) as number) };
}
