import { checkpointError } from '../checkpoint-error.ts';
import { partOf, type ByteSource } from '../bytes/byte-source.ts';
import type { Constructors, PickleResult } from '../pickle/pickle-machine.ts';
import { itemsOf, numberOf, textOf, type PickleStorage } from '../pickle/pickle-value.ts';
import { readPickle } from '../pickle/read-pickle.ts';
import { StoragePool, storageType, storageWidth } from './storages.ts';

/** Version of the form, which never changed. */
const protocol = 1001;

/**
 * Reads the older form of torch: five pickles one after another (magic number, version, facts of the machine, the
 * object, the keys of its storages), then each storage: number of values, and values. They are little-endian on all
 * machines.
 *
 * @param source the file
 * @param allow gives what its pickles may make, over its storages
 * @throws InputError `CHECKPOINT_…`
 */
export function readTorchLegacy(source: ByteSource, allow: (pool: StoragePool) => Constructors): PickleResult {
  const { file } = source;
  const found = new Map<string, ByteSource>();
  const pool = new StoragePool((storage) => {
    const values = found.get(storage.key);
    if (values !== undefined) return { source: values, littleEndian: true };
    throw checkpointError('CHECKPOINT_STORAGE', `storage "${storage.key}" is not among those of the file`, { file });
  });
  const constructors = allow(pool);
  const magic = readPickle(source, 0, constructors);
  const version = readPickle(source, magic.end, constructors);
  const told = numberOf(version.value);
  if (told !== protocol)
    throw checkpointError('CHECKPOINT_PICKLE', `is of version ${String(told)} of torch's older form`, {
      file,
      expected: String(protocol),
    });
  const machine = readPickle(source, version.end, constructors);
  const object = readPickle(source, machine.end, constructors);
  const keys = readPickle(source, object.end, constructors);
  let position = keys.end;
  for (const value of itemsOf(keys.value) ?? []) {
    const key = textOf(value) ?? String(numberOf(value));
    const storage = pool.storages.get(key);
    if (storage === undefined || found.has(key)) {
      const fault = storage === undefined ? 'belongs to no tensor' : 'is there twice';
      throw checkpointError('CHECKPOINT_STORAGE', `storage "${key}" ${fault}`, { file });
    }
    const bytes = storageBytes(source, position, storage);
    found.set(key, bytes);
    position += countBytes + bytes.length;
  }
  return object;
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
