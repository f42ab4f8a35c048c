import { type PlainTree, type PlainWeight } from '@intermodel/testing';
import type { Checkpoint, CheckpointValue, Container } from '../checkpoint.ts';
import type { Tensor } from '../tensor.ts';

/** A checkpoint as it would be read from a file, of what a spec has made. */
export function plainCheckpoint(root: PlainTree, container: Container = 'torch-zip', file = 'weights.pth'): Checkpoint {
  return { file, container, files: [file], root: plainValue(root), placeholders: [], metadata: new Map() };
}

/** A value of a checkpoint; tuples are objects of some class. */
export function plainValue(tree: PlainTree): CheckpointValue {
  if (Array.isArray(tree))
    return { kind: 'placeholder', global: 'byol.State', parts: (tree as readonly PlainTree[]).map(plainValue) };
  if (tree instanceof Map)
    return {
      kind: 'dictionary',
      entries: new Map([...(tree as ReadonlyMap<string, PlainTree>)].map(([key, child]) => [key, plainValue(child)])),
    };
  return { kind: 'tensor', tensor: plainTensor(tree as PlainWeight) };
}

/** A tensor of float32 values, said to lie in a file. */
export function plainTensor({ shape, values }: PlainWeight): Tensor {
  const length = 4 * shape.reduce((product, size) => product * size, 1);
  return {
    type: 'float32',
    shape,
    span: { file: 'weights.pth', offset: 64, length },
    read: () => new Uint8Array(values().buffer),
  };
}

/** The values of a tensor of float32. */
export function valuesOf(tensor: Tensor | undefined): readonly number[] {
  return [...new Float32Array((tensor?.read() ?? new Uint8Array()).buffer)];
}
