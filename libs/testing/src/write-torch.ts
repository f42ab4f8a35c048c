import { pickle, type PicklePiece } from './write-pickle.ts';
import { zipBytes } from './write-zip.ts';

/** A tensor of float32 to be written. */
export interface WrittenTensor {
  /** Sizes of its axes. */
  readonly shape: readonly number[];
  /** Values in C order. */
  readonly values: Float32Array;
}

/** Options of {@link pickledTensor}. */
export interface PickledTensorOptions {
  /** Values of the storage. @default those of the tensor */
  readonly values?: number;
  /** First value. @default 0 */
  readonly offset?: number;
  /** Class of the storage. @default 'FloatStorage' */
  readonly storage?: string;
  /** A part of the storage, by its first value and number of values, as the older form of torch has it. @default none */
  readonly view?: readonly [start: number, length: number];
}

/** A tensor as torch pickles it, over a storage. */
export function pickledTensor(
  key: string,
  shape: readonly number[],
  {
    values = shape.reduce((product, size) => product * size, 1),
    offset = 0,
    storage = 'FloatStorage',
    view,
  }: PickledTensorOptions = {},
): PicklePiece {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const id = pickle.tuple(
    pickle.text('storage'),
    pickle.global('torch', storage),
    pickle.text(key),
    pickle.text('cpu'),
    pickle.number(values),
    ...(view === undefined ? [] : [pickle.tuple(pickle.text('view'), ...view.map((number) => pickle.number(number)))]),
  );
  return pickle.call(
    pickle.global('torch._utils', '_rebuild_tensor_v2'),
    pickle.persistent(id),
    pickle.number(offset),
    pickle.tuple(...shape.map((size) => pickle.number(size))),
    pickle.tuple(...strides.map((stride) => pickle.number(stride))),
    pickle.truth(false),
    pickle.none,
  );
}

/** A pickle and storages of values of four bytes as torch saved them until 1.5. */
export function torchLegacyOf(value: PicklePiece, storages: readonly (readonly [string, Uint8Array])[]): Buffer {
  const magic = Buffer.from('8002 8a0a 6cfc9c46f9206aa85019 2e'.replaceAll(' ', ''), 'hex');
  const parts = storages.map(([, content]) => {
    const count = Buffer.alloc(8);
    count.writeBigInt64LE(BigInt(content.length / 4));
    return Buffer.concat([count, content]);
  });
  const pickles = [pickle.number(1001), pickle.dictionary([['little_endian', pickle.truth(true)]]), value];
  const keys = pickle.list(...storages.map(([key]) => pickle.text(key)));
  return Buffer.concat([magic, ...[...pickles, keys].map((piece) => pickle.whole(piece)), ...parts]);
}

/** A pickle and storages as `torch.save` packs them. */
export function torchZipOf(value: PicklePiece, storages: ReadonlyMap<string, Uint8Array>, deflated = false): Buffer {
  const entries = [...storages].map(([key, content]) => ({ name: `archive/data/${key}`, content, deflated }));
  return zipBytes([{ name: 'archive/data.pkl', content: pickle.whole(value), deflated }, ...entries]);
}

/** A state_dict as `torch.save` writes it, each tensor with a storage of its own. */
export function torchZipBytes(tensors: Readonly<Record<string, WrittenTensor>>): Buffer {
  const named = Object.entries(tensors);
  const value = pickle.dictionary(named.map(([name, { shape }], index) => [name, pickledTensor(String(index), shape)]));
  const storages = named.map(([, { values }], index): [string, Uint8Array] => [
    String(index),
    new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  ]);
  return torchZipOf(value, new Map(storages));
}
