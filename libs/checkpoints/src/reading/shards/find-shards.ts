import { existsSync } from 'node:fs';
import path from 'node:path';
import { limits } from '../limits.ts';
import { checkpointError } from '../checkpoint-error.ts';
import { readShardIndex, type ShardSet } from './read-shard-index.ts';

/** How the files of a set are named: `model-00001-of-00002.safetensors`. */
const shardName = /^(.*)-(\d{5})-of-(\d{5})(\.[a-z]+)$/u;

/**
 * The set that a file is one of, by its name: as an index beside it tells, or all files that are numbered alike;
 * undefined for a file that stands alone.
 *
 * @throws InputError `CHECKPOINT_SHARDS` where some of them are missing.
 */
export function findShards(file: string): ShardSet | undefined {
  const [, stem = '', , total = '', suffix = ''] = shardName.exec(path.basename(file)) ?? [];
  const count = Number(total);
  if (stem === '' || count < 1 || count > limits.shards) return undefined;
  const folder = path.dirname(file);
  const index = path.join(folder, `${stem}${suffix}.index.json`);
  if (existsSync(index)) return readShardIndex(file, index);
  const shards = Array.from({ length: count }, (_, shard) =>
    path.join(folder, `${stem}-${String(shard + 1).padStart(5, '0')}-of-${total}${suffix}`),
  );
  requireShards(file, shards);
  return { file, index: undefined, shards, places: undefined };
}

/** Checks that all files of a set are there, and names those that are not. @throws InputError `CHECKPOINT_SHARDS`. */
export function requireShards(file: string, shards: readonly string[]): void {
  const missing = shards.filter((shard) => !existsSync(shard)).map((shard) => path.basename(shard));
  if (missing.length === 0) return;
  const shown = missing.slice(0, 5).join(', ') + (missing.length > 5 ? `, … (${String(missing.length)} in all)` : '');
  throw checkpointError('CHECKPOINT_SHARDS', `files of the set are missing: ${shown}`, {
    file,
    expected: 'all of them in one folder',
    hint: 'Download the missing files beside this one.',
  });
}
