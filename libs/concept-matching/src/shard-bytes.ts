import {
  packState,
  unpackState,
  type CombinedLabels,
  type OverlapState,
  type SelectionState,
} from '@intermodel/numerics';
import { readArrowBytes } from '@intermodel/streams';
import { RecordBatchStreamWriter, type RecordBatch } from 'apache-arrow';
import type { KeptShard } from './count-shards.ts';
import { fromKeptBatch, keptMapSchema, toKeptBatch, type KeptMapColumns } from './kept-map-batches.ts';

/** Bytes of a kept shard. */
export interface KeptShardBytes {
  /** Sizes, bounds, least and greatest activations of the units. */
  readonly units: Uint8Array;
  /** Arrow IPC stream, one row an image: its number, the units that were kept, their upper bounds and maps. */
  readonly maps: Uint8Array;
}

/** Images of one record batch. */
const imagesAtOnce = 16;

/** Packs a kept shard for a file: what is known of its units, and the maps piece by piece. */
export function packKeptShard({ images, ...units }: KeptShard): {
  readonly units: Uint8Array;
  readonly maps: AsyncIterable<Uint8Array>;
} {
  return { units: packState(units), maps: mapPieces(images, units.shape.mapHeight * units.shape.mapWidth) };
}

/** Kept shard of its bytes; the maps are views into them. */
export function unpackKeptShard({ units, maps }: KeptShardBytes): KeptShard {
  const images = readArrowBytes(maps, 'maps of a stored step').batches.flatMap((batch) => [
    ...fromKeptBatch(batch as unknown as RecordBatch<KeptMapColumns>),
  ]);
  return { ...(unpackState(units) as Omit<KeptShard, 'images'>), images };
}

/** Pieces of one stream of several batches; large ones are the maps themselves, not copies. */
function mapPieces(images: KeptShard['images'], mapSize: number): AsyncIterable<Uint8Array> {
  const schema = keptMapSchema(mapSize);
  const writer = new RecordBatchStreamWriter<KeptMapColumns>();
  writer.reset(undefined, schema);
  for (let first = 0; first < images.length; first += imagesAtOnce)
    writer.write(toKeptBatch(schema, images.slice(first, first + imagesAtOnce)));
  writer.finish();
  return writer;
}

/** Packs counts of a selection. */
export function packSelection(state: SelectionState): Uint8Array {
  return packState(state);
}

/** Counts that {@link packSelection} packed. */
export function unpackSelection(bytes: Uint8Array): SelectionState {
  return unpackState(bytes) as SelectionState;
}

/** Packs overlaps; of the intersections, most of which are 0 in a shard, only the others. */
export function packOverlaps({ intersections, ...state }: OverlapState): Uint8Array {
  let filled = 0;
  for (let pair = 0; pair < intersections.length; pair++) if (intersections[pair] !== 0) filled++;
  const [pairs, counts] = [new Uint32Array(filled), new Float64Array(filled)];
  let entry = 0;
  for (let pair = 0; pair < intersections.length; pair++) {
    if (intersections[pair] === 0) continue;
    pairs[entry] = pair;
    counts[entry++] = intersections[pair] as number;
  }
  return packState({ ...state, pairs, counts });
}

/** Overlaps that {@link packOverlaps} packed. */
export function unpackOverlaps(bytes: Uint8Array): OverlapState {
  const { pairs, counts, ...state } = unpackState(bytes) as Omit<OverlapState, 'intersections'> & {
    readonly pairs: Uint32Array;
    readonly counts: Float64Array;
  };
  const intersections = new Float64Array(state.options.units * state.options.concepts.length);
  pairs.forEach((pair, index) => {
    intersections[pair] = counts[index] as number;
  });
  return { ...state, intersections };
}

/** Combined labels of images, with their names. */
export interface LabelledShard {
  /** Names of the images that were counted, in order. */
  readonly images: readonly string[];
  /** Labels of each. */
  readonly labels: readonly CombinedLabels[];
}

/** Packs the labels of a shard. */
export function packLabels({ images, labels }: LabelledShard): Uint8Array {
  const values = new Uint16Array(labels.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const one of labels) {
    values.set(one, at);
    at += one.length;
  }
  return packState({ images, lengths: Uint32Array.from(labels, ({ length }) => length), values });
}

/** Labels that {@link packLabels} packed. */
export function unpackLabels(bytes: Uint8Array): LabelledShard {
  const { images, lengths, values } = unpackState(bytes) as {
    readonly images: readonly string[];
    readonly lengths: Uint32Array;
    readonly values: Uint16Array;
  };
  let at = 0;
  return { images, labels: Array.from(lengths, (length) => values.subarray(at, (at += length))) };
}
