import type { Checkpoint } from '../../checkpoint.ts';
import { checkpointError } from '../checkpoint-error.ts';
import { partOf, type ByteSource } from '../bytes/byte-source.ts';
import { allowList } from '../pickle/allow-list.ts';
import { checkpointOf } from '../pickle/checkpoint-of.ts';
import { itemsOf, numberOf, textOf, type PickleStorage } from '../pickle/pickle-value.ts';
import { readPickle } from '../pickle/read-pickle.ts';
import { StoragePool, storageType, storageWidth } from './storages.ts';

/** First bytes of what torch (0.1.10 to 1.5) saved: its magic number as a pickle of protocol 2. */
export const legacyMagic = Uint8Array.of(
  0x80,
  2,
  0x8a,
  10,
  0x6c,
  0xfc,
  0x9c,
  0x46,
  0xf9,
  0x20,
  0x6a,
  0xa8,
  0x50,
  0x19,
  0x2e,
);

/** Version of the form, which never changed. */
const protocol = 1001;

/**
 * Reads the older form of torch: five pickles one after another (magic number, version, facts of the machine, the
 * object, the keys of its storages), then each storage: number of values, and values. They are little-endian on all
 * machines.
 *
 * @throws InputError `CHECKPOINT_…`
 */
export function readTorchLegacy(source: ByteSource): Checkpoint {
  const { file } = source;
  const found = new Map<string, ByteSource>();
  const pool = new StoragePool((storage) => {
    const values = found.get(storage.key);
    if (values !== undefined) return { source: values, littleEndian: true };
    throw checkpointError('CHECKPOINT_STORAGE', `storage "${storage.key}" is not among those of the file`, { file });
  });
  const constructors = allowList(pool);
  const magic = readPickle(source, 0, constructors);
  const version = readPickle(source, magic.end, constructors);
  if (numberOf(version.value) !== protocol)
    throw checkpointError(
      'CHECKPOINT_PICKLE',
      `is of version ${String(numberOf(version.value))} of torch's older form`,
      {
        file,
        expected: String(protocol),
      },
    );
  const machine = readPickle(source, version.end, constructors);
  const object = readPickle(source, machine.end, constructors);
  const keys = readPickle(source, object.end, constructors);
  let position = keys.end;
  for (const value of itemsOf(keys.value) ?? []) {
    const key = textOf(value) ?? String(numberOf(value));
    const storage = pool.storages.get(key);
    if (storage === undefined || found.has(key))
      throw checkpointError(
        'CHECKPOINT_STORAGE',
        `storage "${key}" ${storage === undefined ? 'belongs to no tensor' : 'is there twice'}`,
        { file },
      );
    const bytes = storageBytes(source, position, storage);
    found.set(key, bytes);
    position += countBytes + bytes.length;
  }
  return checkpointOf({ file, container: 'torch-legacy', files: [file] }, object);
}

/** Bytes of the number of values before a storage. */
const countBytes = 8;

function storageBytes(source: ByteSource, position: number, storage: PickleStorage): ByteSource {
  const { file } = source;
  const counted = partOf(source, position, countBytes).read(0, countBytes);
  const count = new DataView(counted.buffer, counted.byteOffset).getBigInt64(0, true);
  // Storages without a type are counted in bytes, and so are ours.
  if (count !== BigInt(storage.count))
    throw checkpointError(
      'CHECKPOINT_STORAGE',
      `storage "${storage.key}" at byte ${String(position)} has ${String(count)} values`,
      { file, expected: `${String(storage.count)} values${storageType(storage.type) === 'bytes' ? ' (bytes)' : ''}` },
    );
  return partOf(source, position + countBytes, storage.count * storageWidth(storage.type));
}
