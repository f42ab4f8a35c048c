import { InputError, nearestName } from '@intermodel/errors';
import type { WrittenAttribute, WrittenNode } from '@intermodel/onnx';
import type { Tensor } from '../tensor.ts';
import { checkFloats } from './weight-values.ts';

/** A constant of a graph that is drawn up: weights as they are, or values that are made when they are written. */
export type DraftConstant =
  | { readonly dims: readonly number[]; readonly weight: Tensor }
  | { readonly dims: readonly number[]; readonly integers: readonly number[] }
  | { readonly dims: readonly number[]; readonly floats: () => Float32Array };

/** A tensor of a graph that may be dissected. */
export interface DraftLayer {
  /** Its name. */
  readonly name: string;
  /** Whether it holds maps (images x units x height x width) or tokens (images x tokens x units). */
  readonly kind: 'map' | 'tokens';
  /** Number of units. */
  readonly units: number;
}

/** A graph that is drawn up node by node, from weights that are taken by name; no values are read. */
export class GraphDraft {
  readonly nodes: WrittenNode[] = [];
  readonly constants = new Map<string, DraftConstant>();
  readonly layers: DraftLayer[] = [];
  /** Weights that the network has a place for. */
  readonly taken = new Set<string>();
  readonly #weights: ReadonlyMap<string, Tensor>;

  constructor(weights: ReadonlyMap<string, Tensor>) {
    this.#weights = weights;
  }

  /** Whether there are weights of a name. */
  has(name: string): boolean {
    return this.#weights.has(name);
  }

  /** Sizes of the axes of weights, as they are. @throws InputError `NETWORK_WEIGHT_MISSING`. */
  shape(name: string): readonly number[] {
    return this.#find(name).shape;
  }

  /** Sizes of the axes of the weights of a convolution. @throws InputError `NETWORK_WEIGHT_SHAPE` and others. */
  kernel(name: string): { readonly filters: number; readonly perGroup: number; readonly size: readonly number[] } {
    const [filters = 0, perGroup = 0, ...size] = this.#check(name, [undefined, undefined, undefined, undefined]).shape;
    return { filters, perGroup, size };
  }

  /**
   * Takes weights as a constant of the graph, under their own name.
   *
   * @param name their name
   * @param shape sizes that their axes have to have; undefined = any
   * @throws InputError `NETWORK_WEIGHT_MISSING`, `NETWORK_WEIGHT_SHAPE`, `NETWORK_WEIGHT_TYPE`.
   */
  weight(name: string, shape: readonly (number | undefined)[]): string {
    const weight = this.#check(name, shape);
    checkFloats(name, weight);
    this.taken.add(name);
    this.constants.set(name, { dims: weight.shape, weight });
    return name;
  }

  /** Takes weights whose values the maker of the graph reads, for constants that are computed. */
  values(name: string, shape: readonly (number | undefined)[] | undefined): Tensor {
    const weight = shape === undefined ? this.#find(name) : this.#check(name, shape);
    checkFloats(name, weight);
    this.taken.add(name);
    return weight;
  }

  /** Says that weights have a place in the network, though nothing that is built reads them. */
  pass(name: string): void {
    if (this.has(name)) this.taken.add(name);
  }

  /** A constant of whole numbers, such as the axes of a reshape. */
  integers(name: string, values: readonly number[], dims: readonly number[] = [values.length]): string {
    this.constants.set(name, { dims, integers: values });
    return name;
  }

  /** A constant whose values are computed when they are written. */
  floats(name: string, dims: readonly number[], floats: () => Float32Array): string {
    this.constants.set(name, { dims, floats });
    return name;
  }

  /** Adds a node with one output, which both bear the name given. */
  add(
    operator: string,
    inputs: readonly string[],
    name: string,
    attributes: Readonly<Record<string, WrittenAttribute>> = {},
    domain = '',
  ): string {
    this.nodes.push({ operator, domain, name, inputs, outputs: [name], attributes });
    return name;
  }

  /** Adds a node that cuts the last axis into parts of the same size, which bear the names given. */
  split(input: string, name: string, parts: readonly string[], size: number): readonly string[] {
    const sizes = this.integers(
      `${name}.sizes`,
      parts.map(() => size),
    );
    this.nodes.push({ operator: 'Split', name, inputs: [input, sizes], outputs: parts, attributes: { axis: -1 } });
    return parts;
  }

  /** Says that a tensor may be dissected. */
  layer(name: string, kind: DraftLayer['kind'], units: number): string {
    this.layers.push({ name, kind, units });
    return name;
  }

  /** Numbers that follow a prefix in names of weights, sorted: the indices of blocks. */
  indices(prefix: string): number[] {
    const found = new Set<number>();
    for (const name of this.#weights.keys()) {
      const index = name.startsWith(prefix) ? /^\d+(?=\.)/u.exec(name.slice(prefix.length))?.[0] : undefined;
      if (index !== undefined) found.add(Number(index));
    }
    return [...found].sort((one, other) => one - other);
  }

  /**
   * Number of blocks under a prefix, at least one: by the highest index, so that a block between two others, or the
   * first, is missed by its weights.
   */
  blockCount(prefix: string): number {
    return (this.indices(prefix).at(-1) ?? 0) + 1;
  }

  /** Names of weights for which the network has no place. */
  unused(): string[] {
    // Counts of batches are kept by batch normalisation, and used in training only.
    return [...this.#weights.keys()].filter((name) => !this.taken.has(name) && !name.endsWith('.num_batches_tracked'));
  }

  #check(name: string, shape: readonly (number | undefined)[]): Tensor {
    const weight = this.#find(name);
    const fits =
      weight.shape.length === shape.length &&
      weight.shape.every((size) => size > 0) &&
      shape.every((size, axis) => (size ?? weight.shape[axis]) === weight.shape[axis]);
    if (fits) return weight;
    throw new InputError('NETWORK_WEIGHT_SHAPE', `the weights have the shape ${shapeText(weight.shape)}`, {
      column: name,
      columnIs: 'tensor',
      expected: shapeText(shape),
      hint: 'Check that all weights are those of one network, and that its architecture and its facts are the right ones.',
    });
  }

  #find(name: string): Tensor {
    const weight = this.#weights.get(name);
    if (weight !== undefined) return weight;
    const nearest = this.#nearest(name);
    throw new InputError('NETWORK_WEIGHT_MISSING', 'the network needs these weights, and they are not there', {
      column: name,
      columnIs: 'tensor',
      hint: `Check the architecture and the map of names${nearest === undefined ? '' : `; the nearest name that is there is "${nearest}"`}.`,
    });
  }

  /** The nearest name that nothing has taken: of the same block, or of the same stage, or of all. */
  #nearest(name: string): string | undefined {
    const free = [...this.#weights.keys()].filter((each) => !this.taken.has(each));
    const segments = name.split('.');
    for (let count = segments.length - 1; count >= 0; count--) {
      const prefix = segments
        .slice(0, count)
        .map((segment) => `${segment}.`)
        .join('');
      const nearest = nearestName(
        name,
        free.filter((each) => each.startsWith(prefix)),
      );
      if (nearest !== undefined) return nearest;
    }
    return undefined;
  }
}

function shapeText(shape: readonly (number | undefined)[]): string {
  return shape.length === 0 ? 'of a single value' : shape.map((size) => size ?? 'any').join(' x ');
}
