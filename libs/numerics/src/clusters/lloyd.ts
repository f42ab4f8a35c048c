import type { Random } from '../random.ts';
import type { RowMatrix } from '../row-matrix.ts';

/** A partition of the rows of a matrix. */
export interface Partition {
  /** Cluster of each row, from 0; no cluster is empty. */
  readonly labels: Int32Array;
  /** Sum of the squared distances of the rows from the centres of their clusters. */
  readonly inertia: number;
}

/** Rounds after which a run of k-means ends in any case; it settles after a few. */
const mostRounds = 300;

/** Roundings that add up in a squared distance: beyond them, equal rows would change places without end. */
const roundings = 16;

/** Share of the inertia that a move must save: less is rounding, and might go round in circles. */
const leastSaving = 1e-12;

/**
 * One run of k-means: centres drawn by k-means++ (Arthur, Vassilvitskii 2007), Lloyd's rounds until no row changes,
 * then single rows moved as long as that lowers the inertia (Hartigan, Wong 1979), which escapes many of Lloyd's poor
 * optima.
 *
 * @param matrix rows to cluster, at least `k`
 * @param k clusters, at least 1
 * @param random source of the starting centres
 */
export function clusterOnce(matrix: RowMatrix, k: number, random: Random): Partition {
  const clusters = new Clusters(matrix, k);
  clusters.assign(drawCentres(matrix, k, random));
  for (let round = 0; round < mostRounds; round++) {
    clusters.centre();
    if (!clusters.assign(clusters.centres)) break;
  }
  for (let round = 0; round < mostRounds && clusters.moveSingles(); round++);
  return { labels: clusters.labels, inertia: clusters.inertia() };
}

/** Labels and centres under way. */
class Clusters {
  readonly labels: Int32Array;
  readonly centres: Float64Array;
  readonly #matrix: RowMatrix;
  readonly #k: number;
  readonly #sizes: Int32Array;
  /** What the squared distance of a usual row may be off by. */
  readonly #rounding: number;

  constructor(matrix: RowMatrix, k: number) {
    this.#matrix = matrix;
    this.#k = k;
    this.labels = new Int32Array(matrix.rows).fill(-1);
    this.centres = new Float64Array(k * matrix.columns);
    this.#sizes = new Int32Array(k);
    this.#rounding =
      (roundings * Number.EPSILON * matrix.values.reduce((sum, value) => sum + value * value, 0)) / matrix.rows;
  }

  /** Puts every row to its nearest centre; says whether any changed while there is something to gain. */
  assign(centres: Float64Array): boolean {
    const { rows } = this.#matrix;
    const before = this.labels.slice();
    const distances = new Float64Array(rows);
    this.#sizes.fill(0);
    for (let row = 0; row < rows; row++) {
      let [nearest, least] = [0, Infinity];
      for (let cluster = 0; cluster < this.#k; cluster++) {
        const distance = squaredDistance(this.#matrix, row, centres, cluster);
        if (distance < least) [nearest, least] = [cluster, distance];
      }
      this.labels[row] = nearest;
      distances[row] = least;
      this.#sizes[nearest] = (this.#sizes[nearest] as number) + 1;
    }
    for (let cluster = 0; cluster < this.#k; cluster++) if (this.#sizes[cluster] === 0) this.#fill(cluster, distances);
    // Equal rows would empty and fill clusters for ever where there are more of these than different rows.
    return (
      distances.some((distance) => distance > this.#rounding) && this.labels.some((label, row) => label !== before[row])
    );
  }

  /** Puts the centres into the middle of their rows. */
  centre(): void {
    const { values, rows, columns } = this.#matrix;
    this.centres.fill(0);
    for (let row = 0; row < rows; row++) {
      const start = (this.labels[row] as number) * columns;
      for (let column = 0; column < columns; column++)
        this.centres[start + column] =
          (this.centres[start + column] as number) + (values[row * columns + column] as number);
    }
    for (let index = 0; index < this.centres.length; index++)
      this.centres[index] = (this.centres[index] as number) / (this.#sizes[Math.floor(index / columns)] as number);
  }

  /** Goes over the rows once and moves each whose move lowers the inertia; says whether any was moved. */
  moveSingles(): boolean {
    this.centre();
    const limit = Math.max(leastSaving * this.inertia(), this.#rounding);
    let moved = false;
    for (let row = 0; row < this.#matrix.rows; row++) {
      const from = this.labels[row] as number;
      const size = this.#sizes[from] as number;
      if (size === 1) continue;
      const gain = (squaredDistance(this.#matrix, row, this.centres, from) * size) / (size - 1);
      for (let to = 0; to < this.#k; to++) {
        const others = this.#sizes[to] as number;
        if (
          to === from ||
          gain - (squaredDistance(this.#matrix, row, this.centres, to) * others) / (others + 1) <= limit
        )
          continue;
        this.#move(row, from, to);
        moved = true;
        break;
      }
    }
    return moved;
  }

  #move(row: number, from: number, to: number): void {
    const { values, columns } = this.#matrix;
    const left = (this.#sizes[from] as number) - 1;
    const joined = (this.#sizes[to] as number) + 1;
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column] as number;
      const [away, towards] = [from * columns + column, to * columns + column];
      this.centres[away] = (this.centres[away] as number) + ((this.centres[away] as number) - value) / left;
      this.centres[towards] = (this.centres[towards] as number) + (value - (this.centres[towards] as number)) / joined;
    }
    this.labels[row] = to;
    this.#sizes[from] = left;
    this.#sizes[to] = joined;
  }

  inertia(): number {
    this.centre();
    let sum = 0;
    for (let row = 0; row < this.#matrix.rows; row++)
      sum += squaredDistance(this.#matrix, row, this.centres, this.labels[row] as number);
    return sum;
  }

  /** Gives an empty cluster the row that lies farthest from its centre, among clusters that have rows to spare. */
  #fill(cluster: number, distances: Float64Array): void {
    let farthest = -1;
    distances.forEach((distance, row) => {
      if (
        (this.#sizes[this.labels[row] as number] as number) > 1 &&
        (farthest < 0 || distance > (distances[farthest] as number))
      )
        farthest = row;
    });
    const from = this.labels[farthest] as number;
    this.#sizes[from] = (this.#sizes[from] as number) - 1;
    this.labels[farthest] = cluster;
    this.#sizes[cluster] = 1;
    distances[farthest] = 0;
  }
}

function drawCentres(matrix: RowMatrix, k: number, random: Random): Float64Array {
  const { values, rows, columns } = matrix;
  const centres = new Float64Array(k * columns);
  const nearest = new Float64Array(rows).fill(Infinity);
  let row = random.below(rows);
  for (let cluster = 0; cluster < k; cluster++) {
    centres.set(values.subarray(row * columns, (row + 1) * columns), cluster * columns);
    let total = 0;
    for (let other = 0; other < rows; other++)
      total += nearest[other] = Math.min(nearest[other] as number, squaredDistance(matrix, other, centres, cluster));
    let left = random.uniform() * total;
    for (row = 0; row < rows - 1; row++) if ((left -= nearest[row] as number) < 0) break;
  }
  return centres;
}

function squaredDistance({ values, columns }: RowMatrix, row: number, centres: Float64Array, cluster: number): number {
  let sum = 0;
  for (let column = 0; column < columns; column++) {
    const difference = (values[row * columns + column] as number) - (centres[cluster * columns + column] as number);
    sum += difference * difference;
  }
  return sum;
}
