import type { Tensor } from '../tensor.ts';

/** A kernel that sees more than one pixel, and that no rule of a family says to be expected. */
export interface SpatialTensor {
  /** Its name in the checkpoint. */
  readonly name: string;
  /** Sizes of its axes. */
  readonly shape: readonly number[];
}

/**
 * Finds kernels larger than 1 x 1 among tensors that are no part of a network. Behind such a head a network is often
 * another one: its last stages dilate, or more is built on it than a classifier. Copies of the network (a momentum
 * encoder, a teacher) are none: their names end in one of the network's, and their shapes are the same.
 *
 * @param others Tensors that are left out, by name.
 * @param network Tensors of the network, by their names without prefixes.
 */
export function spatialHeads(
  others: ReadonlyMap<string, Tensor>,
  network: ReadonlyMap<string, Tensor>,
): readonly SpatialTensor[] {
  return [...others].flatMap(([name, { shape }]) =>
    isSpatial(shape) && !isCopy(name, shape, network) ? [{ name, shape }] : [],
  );
}

/** Whether a kernel has more than one pixel: frameworks have rows and columns as the last two axes or as the first. */
function isSpatial(shape: readonly number[]): boolean {
  const [first = 1, second = 1, third = 1, fourth = 1] = shape;
  return shape.length === 4 && first * second > 1 && third * fourth > 1;
}

function isCopy(name: string, shape: readonly number[], network: ReadonlyMap<string, Tensor>): boolean {
  for (let at = 0; at >= 0; at = nextSegment(name, at)) {
    const original = network.get(name.slice(at));
    if (original?.shape.length === shape.length && shape.every((size, axis) => size === original.shape[axis]))
      return true;
  }
  return false;
}

/** Where the segment behind the next dot or slash begins; -1 behind the last. */
function nextSegment(name: string, from: number): number {
  const separator = name.slice(from).search(/[./]/u);
  return separator < 0 ? -1 : from + separator + 1;
}
