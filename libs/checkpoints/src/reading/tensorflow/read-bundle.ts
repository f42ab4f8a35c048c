import type { Checkpoint, CheckpointValue } from '../../checkpoint.ts';
import { partOf, type ByteSource } from '../bytes/byte-source.ts';
import { stridedTensor } from '../bytes/strided-tensor.ts';
import { checkpointError, truncatedError } from '../checkpoint-error.ts';
import { limits } from '../limits.ts';
import { elementBytes } from '../../tensor.ts';
import { readBundleEntry, readBundleHeader, type BundleEntry, type BundleHeader } from './bundle-messages.ts';
import { readTable, tableError } from './read-table.ts';

/** The files of a TensorFlow checkpoint, be it in a folder or in an archive. */
export interface BundleFiles {
  /** Path that was named, for messages. */
  readonly file: string;
  /** The `.index` file. */
  readonly index: ByteSource;
  /** Name of both without `.index` and `.data-…`. */
  readonly prefix: string;
  /** Opens a file with values by its name; undefined where it is not there. */
  readonly open: (name: string) => ByteSource | undefined;
}

/** Name of a file with values. */
export function dataName(prefix: string, shard: number, shards: number): string {
  return `${prefix}.data-${String(shard).padStart(5, '0')}-of-${String(shards).padStart(5, '0')}`;
}

/**
 * Reads the index of a TensorFlow checkpoint: names, types, shapes and places of variables. They are one dictionary by
 * their names, which are paths with slashes.
 *
 * @throws InputError `CHECKPOINT_TENSORFLOW`, `CHECKPOINT_SHARDS`, `CHECKPOINT_TRUNCATED`, `CHECKPOINT_TENSOR_KIND`.
 */
export function readBundle(files: BundleFiles): Checkpoint {
  const { file, index } = files;
  const entries = new Map<string, CheckpointValue>();
  let header: BundleHeader | undefined;
  let shards: readonly ByteSource[] = [];
  for (const { key, value } of readTable(index)) {
    if (header === undefined) {
      header = key.length === 0 ? readBundleHeader(value) : undefined;
      if (header === undefined) throw tableError(index, 'has no head');
      shards = openShards(files, header);
      continue;
    }
    const name = Buffer.from(key).toString('utf8');
    const entry = readBundleEntry(value);
    if (entry === undefined) throw tableError(index, `says nothing of "${name}"`);
    entries.set(name, variableOf(index, shards[entry.shard], name, entry, header));
  }
  if (header === undefined) throw tableError(index, 'is empty');
  return {
    file,
    container: 'tensorflow',
    files: [...new Set([index, ...shards].map((source) => source.file))],
    root: { kind: 'dictionary', entries },
    placeholders: [],
    metadata: new Map(),
  };
}

function openShards({ index, prefix, open }: BundleFiles, { shards: count }: BundleHeader): ByteSource[] {
  if (!(count >= 1 && count <= limits.shards)) throw tableError(index, `tells of ${String(count)} files with values`);
  const names = Array.from({ length: count }, (_, shard) => dataName(prefix, shard, count));
  const sources = names.map((name) => open(name));
  const missing = names.filter((_, shard) => sources[shard] === undefined);
  if (missing.length > 0)
    throw checkpointError('CHECKPOINT_SHARDS', `the values are not there: ${missing.slice(0, 5).join(', ')}`, {
      file: index.file,
      hint: 'Put all files of the checkpoint into one folder, under the names that they were saved with.',
    });
  return sources.filter((source) => source !== undefined);
}

function variableOf(
  { file }: ByteSource,
  data: ByteSource | undefined,
  name: string,
  { type, typeNumber, shape, offset, bytes, sliced }: BundleEntry,
  { littleEndian }: BundleHeader,
): CheckpointValue {
  // Texts (7) and the like are records of how the variables hang together.
  if (type === undefined && !isQuantised(typeNumber))
    return { kind: 'placeholder', global: `tensorflow.${String(typeNumber)}`, parts: [] };
  const refuse = (problem: string, expected: string, hint: string) =>
    checkpointError('CHECKPOINT_TENSOR_KIND', problem, { file, tensor: name, expected, hint });
  if (type === undefined)
    throw refuse(
      'is quantised',
      'variables of floating-point or whole numbers',
      'Take the checkpoint before it was quantised.',
    );
  if (sliced)
    throw refuse(
      'is kept in slices',
      'whole variables',
      'Load the checkpoint with TensorFlow and save it without partitions.',
    );
  if (data === undefined) throw tableError({ file }, `puts "${name}" into a file that is not there`);
  const needed = shape.reduce((product, size) => product * size, elementBytes[type]);
  if (needed !== bytes)
    throw tableError({ file }, `gives "${name}" ${String(bytes)} bytes for shape [${shape.join(', ')}]`);
  if (!(offset >= 0) || offset + bytes > data.length)
    throw truncatedError(data.file, offset + bytes, data.length, `variable "${name}"`);
  return {
    kind: 'tensor',
    tensor: stridedTensor({
      type,
      shape,
      strides: undefined,
      offset: 0,
      source: partOf(data, offset, bytes),
      littleEndian,
      name,
    }),
  };
}

/** Numbers of the quantised types. */
function isQuantised(type: number): boolean {
  return [11, 12, 13, 15, 16].includes(type);
}
