import {
  restateShape,
  statedShape,
  type DissectionPreset,
  type KeptMaps,
  type OnImages,
} from '@intermodel/concept-matching';
import { MachineError } from '@intermodel/streams';
import type { RecordBatch, TypeMap } from 'apache-arrow';
import type { ImageShard } from '@intermodel/data-loading';
import { countAgain, mapsAgain } from './count-pass.ts';
import type { DissectionStep } from './dissect-events.ts';
import type { GroupContext } from './group-context.ts';
import type { ShardLabels } from './shard-labels.ts';
import type { StoredLayer } from './stored-layer.ts';

/** A layer under one preset. */
export interface LayerJob {
  /** The layer. */
  readonly layer: StoredLayer;
  /** The preset. */
  readonly preset: DissectionPreset;
  /** Labels of the shards. */
  readonly labels: ShardLabels;
}

/** Kept maps of a shard; where they are not stored (any more), the shard is run again. */
export async function keptMaps(
  context: GroupContext,
  { layer, preset }: LayerJob,
  shard: ImageShard,
): Promise<KeptMaps> {
  if (!context.keeps) return mapsAgain(context, layer, shard, preset);
  const kept = await layer.kept(shard);
  if (kept !== undefined) return kept;
  await countAgain(context, layer, [shard]);
  const again = await layer.kept(shard);
  if (again === undefined) throw storeBroken(layer);
  return again;
}

/** Tells of the images that are done, and stops between two shards once the signal is aborted. */
export function progressOf(
  { onEvent, signal }: GroupContext,
  { layer }: LayerJob,
  step: DissectionStep['step'],
): OnImages {
  return (done, total) => {
    signal.throwIfAborted();
    onEvent({ kind: 'progress', step, models: [layer.place.model.name], done: Math.min(done, total), total });
  };
}

/** A stored table under the name of the model and the label grid that are asked for. */
export function restated<T extends TypeMap>(layer: StoredLayer, table: RecordBatch<T>): RecordBatch<T> {
  const shape = statedShape(table.schema);
  return shape === undefined ? table : restateShape(table, layer.shapeHere(shape));
}

/** Error for a store that does not give back what was written. */
export function storeBroken({ place }: StoredLayer): MachineError {
  return new MachineError(
    'STORE_BROKEN',
    `what was stored of ${place.model.name} cannot be read back, or does not suffice after it was made again`,
    { column: place.layer, hint: 'Check the disk of the store, or give another folder.' },
  );
}
