import path from 'node:path';
import { checkpointError } from '../checkpoint-error.ts';
import { limits } from '../limits.ts';
import { fileSource } from '../bytes/byte-source.ts';
import { repeatedKey } from '../safetensors/repeated-key.ts';

/** A set of files whose tensors are one checkpoint. */
export interface ShardSet {
  /** Path that was named, for messages. */
  readonly file: string;
  /** Path of the index that tells of it, where there is one. */
  readonly index: string | undefined;
  /** Paths of its files. */
  readonly shards: readonly string[];
  /** Name of the file that each tensor lies in, by its name; undefined where no index tells, and all are meant. */
  readonly places: ReadonlyMap<string, string> | undefined;
}

/**
 * Reads the index of a set, such as `model.safetensors.index.json`: which file each tensor lies in.
 *
 * @throws InputError `CHECKPOINT_SHARDS`, `CHECKPOINT_DUPLICATE_KEY`.
 */
export function readShardIndex(file: string, index: string): ShardSet {
  const bent = (problem: string, cause?: unknown) =>
    checkpointError('CHECKPOINT_SHARDS', `the index ${problem}`, {
      file: index,
      expected: 'for example {"weight_map": {"conv1.weight": "model-00001-of-00002.safetensors"}}',
      cause,
    });
  const source = fileSource(index);
  if (source.length > limits.indexBytes) throw bent(`has more than ${String(limits.indexBytes)} bytes`);
  const text = Buffer.from(source.read(0, source.length))
    .toString('utf8')
    .replace(/^\uFEFF/u, '');
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw bent(`is no JSON (${(cause as Error).message.slice(0, 200)})`, cause);
  }
  const map = isRecord(content) ? content['weight_map'] : undefined;
  if (!isRecord(map)) throw bent('has no "weight_map"');
  const places = new Map<string, string>();
  for (const [name, shard] of Object.entries(map)) {
    // A path could make its user read any file.
    if (typeof shard !== 'string' || !/^[^/\\\0]+$/u.test(shard) || shard === '..' || shard === '.')
      throw checkpointError('CHECKPOINT_SHARDS', `the index puts it into ${JSON.stringify(shard)}`, {
        file: index,
        tensor: name,
        expected: 'the name of a file in the folder of the index',
        hint: 'Do not trust the index, or correct it.',
      });
    places.set(name, shard);
  }
  const repeated = repeatedKey(text, 2);
  if (repeated !== undefined)
    throw checkpointError('CHECKPOINT_DUPLICATE_KEY', 'the index has the name twice', {
      file: index,
      tensor: repeated,
    });
  const names = [...new Set(places.values())].sort();
  if (names.length === 0 || names.length > limits.shards) throw bent(`names ${String(names.length)} files`);
  return { file, index, shards: names.map((name) => path.join(path.dirname(index), name)), places };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
