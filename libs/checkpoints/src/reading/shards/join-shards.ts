import path from 'node:path';
import type { Checkpoint, CheckpointValue } from '../../checkpoint.ts';
import { checkpointError } from '../checkpoint-error.ts';
import type { ShardSet } from './read-shard-index.ts';

/**
 * Joins the files of a set into one dictionary, in the order of the files: what its index names, or all of it.
 *
 * @throws InputError `CHECKPOINT_SHARDS` where a tensor is not in the file that the index tells, or in two files.
 */
export function joinShards({ file, index, places }: ShardSet, shards: readonly Checkpoint[]): Checkpoint {
  const entries = new Map<string, CheckpointValue>();
  const metadata = new Map<string, string>();
  for (const shard of shards) {
    const name = path.basename(shard.file);
    if (shard.root.kind !== 'dictionary')
      throw checkpointError('CHECKPOINT_SHARDS', 'holds no dictionary of tensors', { file: shard.file });
    for (const [key, text] of shard.metadata) metadata.set(key, text);
    for (const [key, value] of shard.root.entries) {
      if (places !== undefined && places.get(key) !== name) continue;
      if (entries.has(key))
        throw checkpointError('CHECKPOINT_SHARDS', 'is in two files of the set', { file: shard.file, tensor: key });
      entries.set(key, value);
    }
  }
  const lost = [...(places?.keys() ?? [])].find((key) => !entries.has(key));
  if (lost !== undefined)
    throw checkpointError('CHECKPOINT_SHARDS', `is not in "${places?.get(lost) ?? ''}", where the index has it`, {
      file,
      tensor: lost,
      hint: 'Download the files of the set again, all of one version.',
    });
  return {
    file,
    container: shards[0]?.container ?? 'safetensors',
    files: [...(index === undefined ? [] : [index]), ...shards.map((shard) => shard.file)],
    root: { kind: 'dictionary', entries },
    placeholders: [...new Set(shards.flatMap(({ placeholders }) => placeholders))].sort(),
    metadata,
  };
}
