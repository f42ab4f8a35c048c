import { pickle, type PicklePiece } from './write-pickle.ts';
import { zipBytes } from './write-zip.ts';

/** A tensor of float32 to be written. */
export interface WrittenTensor {
  /** Sizes of its axes. */
  readonly shape: readonly number[];
  /** Values in C order. */
  readonly values: Float32Array;
}

/** A tensor as torch pickles it, over a storage of float32. */
export function pickledTensor(
  key: string,
  shape: readonly number[],
  { values = shape.reduce((product, size) => product * size, 1), offset = 0, storage = 'FloatStorage' } = {},
): PicklePiece {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const id = pickle.tuple(
    pickle.text('storage'),
    pickle.global('torch', storage),
    pickle.text(key),
    pickle.text('cpu'),
    pickle.number(values),
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
