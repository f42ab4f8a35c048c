import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { PlainWeight, PlainWeights } from './draw-weights.ts';
import type { PlainTree, PublishedCheckpoint } from './published-checkpoints.ts';
import { pickle, type PicklePiece } from './write-pickle.ts';
import { tensorBundle } from './write-tensor-bundle.ts';
import { pickledTensor, torchZipOf } from './write-torch.ts';
import { zipBytes } from './write-zip.ts';

/**
 * Writes a checkpoint in the container in which it is published.
 *
 * @param published what it holds, and where
 * @param file path: with `.zip` a TensorFlow checkpoint is packed, with `.index` its data is written beside
 */
export function writePublished(published: PublishedCheckpoint, file: string): void {
  const { container, root, file: name } = published;
  mkdirSync(path.dirname(file), { recursive: true });
  if (container === 'torch') writeFileSync(file, torchBytes(root));
  else if (container === 'pickle') writeFileSync(file, pickle.whole(arrays(root)));
  else writeBundle(root as PlainWeights, file, name);
}

function writeBundle(weights: PlainWeights, file: string, name: string): void {
  const { index, data } = tensorBundle(weights);
  const shard = 'data-00000-of-00001';
  if (file.endsWith('.zip')) {
    const entries = [
      { name: `${name}.index`, content: index },
      { name: `${name}.${shard}`, content: data },
    ];
    writeFileSync(file, zipBytes(entries.map((entry) => ({ ...entry, deflated: true }))));
    return;
  }
  writeFileSync(file, index);
  writeFileSync(file.replace(/index$/u, shard), data);
}

function isWeight(tree: PlainTree): tree is PlainWeight {
  return 'shape' in tree;
}

/** A tree with a piece for each weight. */
function pieces(tree: PlainTree, leaf: (weight: PlainWeight) => PicklePiece): PicklePiece {
  if (isWeight(tree)) return leaf(tree);
  if (tree instanceof Map)
    return pickle.dictionary(
      [...(tree as ReadonlyMap<string, PlainTree>)].map(([key, value]) => [key, pieces(value, leaf)]),
    );
  return pickle.tuple(...(tree as readonly PlainTree[]).map((value) => pieces(value, leaf)));
}

function torchBytes(root: PlainTree): Buffer {
  const storages = new Map<string, Uint8Array>();
  const value = pieces(root, ({ shape, values }) => {
    const key = String(storages.size);
    storages.set(key, new Uint8Array(values().buffer));
    return pickledTensor(key, shape);
  });
  return torchZipOf(value, storages);
}

/** Arrays as NumPy pickles them. */
function arrays(root: PlainTree): PicklePiece {
  const numbers = (...values: readonly number[]) => pickle.tuple(...values.map((value) => pickle.number(value)));
  const type = pickle.build(
    pickle.call(pickle.global('numpy', 'dtype'), pickle.text('f4'), pickle.truth(false), pickle.truth(true)),
    pickle.tuple(
      pickle.number(3),
      pickle.text('<'),
      pickle.none,
      pickle.none,
      pickle.none,
      pickle.number(-1),
      pickle.number(-1),
      pickle.number(0),
    ),
  );
  return pieces(root, ({ shape, values }) =>
    pickle.build(
      pickle.call(
        pickle.global('numpy.core.multiarray', '_reconstruct'),
        pickle.global('numpy', 'ndarray'),
        numbers(0),
        pickle.bytes(Buffer.from('b')),
      ),
      pickle.tuple(
        pickle.number(1),
        numbers(...shape),
        type,
        pickle.truth(false),
        pickle.bytes(new Uint8Array(values().buffer)),
      ),
    ),
  );
}
