import type { MapAllocator } from '@intermodel/numerics';
import type { ActivationBatch } from '@intermodel/schemas';
import { concatMap, defer, reduce, type Observable, type OperatorFunction } from 'rxjs';
import { dissectionPresets, type DissectionPreset } from '../presets/dissection-presets.ts';
import { selectionOptions } from '../presets/kernel-options.ts';
import type { MapBounds } from './kept-maps.ts';
import type { KnownCounts } from './known-counts.ts';
import { readActivations, readShape } from './read-activations.ts';
import { ShardCounter, type CountedShard } from './shard-counter.ts';
import type { StrongestOptions } from './strongest-images.ts';

/** Options of {@link countShards}. */
export interface CountShardsOptions {
  /** Presets whose thresholds are wanted; maps that may reach any of them are kept. @default dissect-2020 */
  readonly presets?: readonly DissectionPreset[];
  /** Most images that all shards together can bring; the better it is known, the fewer maps are kept. @default Infinity */
  readonly maximumImages?: number;
  /** Counts of shards that are known already, by preset: they bound the thresholds from the start. @default none */
  readonly others?: readonly KnownCounts[];
  /** Which images that drive units most are wanted besides. @default none */
  readonly strongest?: StrongestOptions | undefined;
  /** Gives the memory for the maps of a shard. @default memory that threads can share */
  readonly allocate?: MapAllocator;
  /** Is told, after each shard, the bounds that all images so far prove. @default nobody */
  readonly onBounds?: (bounds: () => MapBounds) => void;
}

/** Defaults of {@link countShards}. */
export const countShardsDefaults = {
  presets: [dissectionPresets['dissect-2020']],
  maximumImages: Infinity,
} as const satisfies CountShardsOptions;

/**
 * Counts the activations of one layer shard by shard: each observable of the source is a shard of images, of which one
 * message comes when it completes, with the counts under each preset and the maps that may still matter. A shard
 * without a batch gives none.
 *
 * Bounds of the thresholds rise from shard to shard; what is given of a shard is exact above the bounds that it states.
 *
 * @throws BatchSchemaError for a batch of another table, layer or size
 * @example
 * activations$.pipe(windowCount(8), countShards({ maximumImages: 1000 }))
 */
export function countShards(
  options: CountShardsOptions = {},
): OperatorFunction<Observable<ActivationBatch>, CountedShard> {
  const {
    presets = countShardsDefaults.presets,
    maximumImages = countShardsDefaults.maximumImages,
    others = [],
    strongest,
    allocate,
    onBounds,
  } = options;
  return (shards) =>
    defer(() => {
      let counter: ShardCounter | undefined;
      const add = (batch: ActivationBatch): ShardCounter => {
        const shape = readShape('countShards', batch, counter?.shape);
        counter ??= new ShardCounter({
          ...{
            shape,
            strongest,
            allocate,
            selections: presets.map((preset) => selectionOptions(shape, preset, maximumImages)),
          },
          seeds: others.map((known) => known.seed(maximumImages)),
        });
        onBounds?.(() => (counter as ShardCounter).bounds());
        counter.add(Array.from(readActivations(batch, shape), ({ activations }) => activations));
        return counter;
      };
      return shards.pipe(
        concatMap((shard) =>
          shard.pipe(
            reduce((_: ShardCounter | undefined, batch) => add(batch), undefined),
            concatMap((counted) => (counted === undefined ? [] : [counted.takeShard()])),
          ),
        ),
      );
    });
}
