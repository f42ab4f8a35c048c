import type { Tensor } from './tensor.ts';

/** Kinds of files that checkpoints come in. */
export type Container =
  | 'torch-zip'
  | 'torch-legacy'
  | 'torchscript'
  | 'safetensors'
  | 'npz'
  | 'npy'
  | 'pickle'
  | 'flax-msgpack'
  | 'tensorflow';

/** What a checkpoint holds: a tree whose leaves are tensors and plain values. It may have circles, as pickles may. */
export type CheckpointValue =
  | { readonly kind: 'tensor'; readonly tensor: Tensor }
  | { readonly kind: 'dictionary'; readonly entries: ReadonlyMap<string, CheckpointValue> }
  | { readonly kind: 'list'; readonly items: readonly CheckpointValue[] }
  | { readonly kind: 'plain'; readonly value: string | number | bigint | boolean | null }
  /** An object of a class, or a call of a function, that is not run: what it would have been made of stands in `parts`. */
  | { readonly kind: 'placeholder'; readonly global: string; readonly parts: readonly CheckpointValue[] };

/** A checkpoint as it was read: names, shapes and places; no weights, and nothing of it was run. */
export interface Checkpoint {
  /** Path of the file that was named. */
  readonly file: string;
  /** Kind of the file, by its content. */
  readonly container: Container;
  /** All files that its bytes lie in: the one named, and the shards of a set. */
  readonly files: readonly string[];
  /** What it holds. */
  readonly root: CheckpointValue;
  /** Classes and functions that stand in it as placeholders, such as `omegaconf.dictconfig.DictConfig`: sorted. */
  readonly placeholders: readonly string[];
  /** Texts that the container keeps beside the tensors (`__metadata__` of safetensors). */
  readonly metadata: ReadonlyMap<string, string>;
}
