import { elementBytes, type ElementType } from '../../tensor.ts';
import { checkpointError } from '../checkpoint-error.ts';
import { partOf } from '../bytes/byte-source.ts';
import { pickleError, type PicklePlace } from '../pickle/pickle-error.ts';
import {
  itemsOf,
  numberOf,
  textOf,
  type PickleStorage,
  type PickleValue,
  type StorageBytes,
} from '../pickle/pickle-value.ts';

/** Types of values by the storages that torch keeps them in. */
const typeOfStorage: Readonly<Record<string, ElementType | 'bytes' | 'quantised'>> = {
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  FloatStorage: 'float32',
  DoubleStorage: 'float64',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  ShortStorage: 'int16',
  IntStorage: 'int32',
  LongStorage: 'int64',
  BoolStorage: 'bool',
  ComplexFloatStorage: 'complex64',
  ComplexDoubleStorage: 'complex128',
  UntypedStorage: 'bytes',
  _UntypedStorage: 'bytes',
  QInt8Storage: 'quantised',
  QUInt8Storage: 'quantised',
  QInt32Storage: 'quantised',
  QUInt4x2Storage: 'quantised',
  QUInt2x4Storage: 'quantised',
};

/** What values of a storage are; `bytes` where the tensors that use it say so. */
export function storageType(type: string): ElementType | 'bytes' | 'quantised' | undefined {
  return Object.hasOwn(typeOfStorage, type) ? typeOfStorage[type] : undefined;
}

/** Bytes that a value of a storage takes; quantised ones are never read. */
export function storageWidth(type: string): number {
  const values = storageType(type);
  return values === undefined || values === 'bytes' || values === 'quantised' ? 1 : elementBytes[values];
}

/** The storages that a file names; their bytes are found when all of the file is known. */
export class StoragePool {
  /** Storages by their keys. */
  readonly storages = new Map<string, PickleStorage>();
  readonly #find: (storage: PickleStorage) => StorageBytes;

  constructor(find: (storage: PickleStorage) => StorageBytes) {
    this.#find = find;
  }

  /**
   * Storage that a persistent id names: `('storage', class, key, device, number of values[, view])`, where a view is
   * `(key, first value, number of values)` of the older form; undefined for any other id.
   *
   * @throws InputError `CHECKPOINT_STORAGE` where one key has two meanings.
   */
  name(id: PickleValue, place: PicklePlace): PickleStorage | undefined {
    const [tag, type, keyValue, , countValue, view] = itemsOf(id) ?? [];
    const key = textOf(keyValue) ?? numberOf(keyValue)?.toString();
    const count = numberOf(countValue);
    if (textOf(tag) !== 'storage' || type?.kind !== 'global' || key === undefined) return undefined;
    const name = type.name.slice(type.name.lastIndexOf('.') + 1);
    if (!type.name.startsWith('torch.') || storageType(name) === undefined)
      throw pickleError(place, `keeps values in "${type.name}"`, {
        expected: 'a storage of torch, such as torch.FloatStorage',
        hint: 'Save the tensors as float16, bfloat16, float32, float64 or whole numbers.',
      });
    if (count === undefined || !(count >= 0) || !Number.isSafeInteger(count * 16))
      throw pickleError(place, `has a storage of ${String(count)} values`);
    const storage: PickleStorage = { kind: 'storage', key, type: name, count, start: 0, length: count, pool: this };
    const known = this.storages.get(key);
    if (known !== undefined && (known.type !== name || known.count !== count))
      throw checkpointError(
        'CHECKPOINT_STORAGE',
        `storage "${key}" is said to have ${String(known.count)} values of ${known.type}, and ${String(count)} of ${name}`,
        { file: place.source.file, expected: 'one type and size for each storage' },
      );
    if (known === undefined) this.storages.set(key, storage);
    return viewOf(storage, itemsOf(view), place);
  }

  /** Bytes of a storage, or of the view of it. @throws InputError `CHECKPOINT_STORAGE`. */
  bytesOf(storage: PickleStorage): StorageBytes {
    const { source, littleEndian } = this.#find(storage);
    const width = storageWidth(storage.type);
    return { source: partOf(source, storage.start * width, storage.length * width), littleEndian };
  }
}

function viewOf(storage: PickleStorage, view: readonly PickleValue[] | undefined, place: PicklePlace): PickleStorage {
  if (view === undefined) return storage;
  const start = numberOf(view[1]) ?? NaN;
  const length = numberOf(view[2]) ?? NaN;
  if (!(start >= 0 && length >= 0 && start + length <= storage.count))
    throw checkpointError(
      'CHECKPOINT_STORAGE',
      `a view of storage "${storage.key}" has values ${String(start)} to ${String(start + length)} of ${String(storage.count)}`,
      { file: place.source.file },
    );
  return { ...storage, start, length };
}
