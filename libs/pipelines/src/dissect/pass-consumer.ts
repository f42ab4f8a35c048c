import type { LayerPlace } from '@intermodel/inputs';
import type { ImageShard, LoadedImages } from '@intermodel/data-loading';
import type { ActivationBatch } from '@intermodel/schemas';
import { defer, map, type Observable, type OperatorFunction } from 'rxjs';

/** A shard to run, and the layers that are wanted of it; none where only its labels are. */
export interface PassTask {
  /** Images. */
  readonly shard: ImageShard;
  /** Layers. */
  readonly places: readonly LayerPlace[];
}

/** A batch of images that was loaded and run. */
export interface InferredBatch {
  /** Images and labels, and the images that were passed over. */
  readonly loaded: LoadedImages;
  /** Activations by layer. */
  readonly activations: ReadonlyMap<LayerPlace, ActivationBatch>;
}

/** A shard that is being run; its batches come in order, and end with it. */
export interface PassShard {
  /** What is run. */
  readonly task: PassTask;
  /** Its batches. */
  readonly batches: Observable<InferredBatch>;
}

/** Stores what was made of a shard, which took so many milliseconds of the pass. */
export type StoreShard = (milliseconds: number) => Promise<void>;

/** Takes what a pass brings; several take the same batches. */
export interface PassConsumer {
  /** What messages call it. */
  readonly name: string;
  /** Layer whose running counts as its cost; undefined: it takes labels alone. */
  readonly place: LayerPlace | undefined;
  /** Whether it takes a shard. */
  readonly wants: (task: PassTask) => boolean;
  /** Makes one thing to be stored of each shard, as soon as its batches end. */
  readonly stage: OperatorFunction<PassShard, StoreShard>;
}

/** What is made of the activations of a layer, shard by shard. */
export interface LayerConsumer<Made> {
  /** What messages call it. */
  readonly name: string;
  /** Shards that it takes. @default all that its layer is run for */
  readonly shards?: ReadonlySet<ImageShard>;
  /** Makes one thing of each shard. */
  readonly stage: OperatorFunction<Observable<ActivationBatch>, Made>;
  /** Is told of each shard that begins. */
  readonly begin?: (shard: ImageShard) => void;
  /** Stores what was made of a shard, which took so many milliseconds of the pass. */
  readonly store: (shard: ImageShard, made: Made, milliseconds: number) => Promise<void>;
}

/** Takes the activations of one layer from a pass. */
export function layerConsumer<Made>(
  place: LayerPlace,
  { name, shards: own, stage, begin, store }: LayerConsumer<Made>,
): PassConsumer {
  return {
    name,
    place,
    wants: ({ shard, places }) => places.includes(place) && (own === undefined || own.has(shard)),
    stage: (shards) =>
      defer(() => {
        const begun: ImageShard[] = [];
        return shards.pipe(
          map(({ task: { shard }, batches }) => {
            begin?.(shard);
            begun.push(shard);
            return batches.pipe(map(({ activations }) => activations.get(place) as ActivationBatch));
          }),
          stage,
          map(
            (made, index): StoreShard =>
              (milliseconds) =>
                store(begun[index] as ImageShard, made, milliseconds),
          ),
        );
      }),
  };
}
