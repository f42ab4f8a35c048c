import type { Tensor } from '../../tensor.ts';

/** Sizes of axes; undefined for any. */
export type ExpectedShape = readonly (number | undefined)[];

/** Weights by name; of each the shape. */
export type Weights = ReadonlyMap<string, Pick<Tensor, 'shape'>>;

/** Names and shapes that a network has, as far as those weights tell that are there. */
export class ExpectedWeights {
  /** Weights without which there is no network. */
  readonly required = new Map<string, ExpectedShape>();
  /** Weights that it may have besides. */
  readonly optional = new Map<string, ExpectedShape>();

  private readonly weights: Weights;

  constructor(weights: Weights) {
    this.weights = weights;
  }

  /** Whether a weight of this name, or one that begins with it where it ends in a dot, is there. */
  has(name: string): boolean {
    if (!name.endsWith('.')) return this.weights.has(name);
    for (const other of this.weights.keys()) if (other.startsWith(name)) return true;
    return false;
  }

  /** Size of an axis of a weight; undefined where it is not there. */
  size(name: string, axis: number): number | undefined {
    return this.weights.get(name)?.shape[axis];
  }

  /** How many are numbered below a prefix, from 0, such as 12 for `blocks.` up to `blocks.11`. */
  count(prefix: string): number {
    let count = 0;
    for (const name of this.weights.keys()) {
      if (!name.startsWith(prefix)) continue;
      const number = /^\d{1,4}(?=\.)/u.exec(name.slice(prefix.length));
      if (number !== null) count = Math.max(count, Number(number[0]) + 1);
    }
    return count;
  }

  /** A weight without which there is no network. */
  require(name: string, shape: ExpectedShape): void {
    this.required.set(name, shape);
  }

  /** A weight that the network may have. */
  allow(name: string, shape: ExpectedShape): void {
    this.optional.set(name, shape);
  }

  /** Weights that are there together, or not at all. */
  allowTogether(shapes: Readonly<Record<string, ExpectedShape>>): void {
    const isThere = Object.keys(shapes).some((name) => this.has(name));
    for (const [name, shape] of Object.entries(shapes))
      if (isThere) this.require(name, shape);
      else this.allow(name, shape);
  }

  /** Scale and shift of a layer normalisation, or of a layer with a bias of the same size. */
  norm(name: string, size: number | undefined): void {
    this.require(`${name}.weight`, [size]);
    this.require(`${name}.bias`, [size]);
  }

  /** A batch normalisation. */
  batchNorm(name: string, size: number | undefined): void {
    this.norm(name, size);
    this.require(`${name}.running_mean`, [size]);
    this.require(`${name}.running_var`, [size]);
  }

  /** A layer of weights and biases. */
  layer(name: string, shape: ExpectedShape): void {
    this.require(`${name}.weight`, shape);
    this.require(`${name}.bias`, [shape[0]]);
  }

  /** A classifier that may be there. */
  head(name: string, inputs: number | undefined): void {
    const classes = this.size(`${name}.weight`, 0);
    if (this.has(`${name}.weight`)) this.require(`${name}.weight`, [classes, inputs]);
    this.allow(`${name}.bias`, [classes]);
  }
}
