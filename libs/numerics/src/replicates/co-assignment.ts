/** Counts in how many partitions of the same rows each pair of rows stands in one cluster. */
export class CoAssignment {
  readonly #rows: number;
  readonly #together: Int32Array;
  #partitions = 0;

  /** @param rows rows of each partition */
  constructor(rows: number) {
    this.#rows = rows;
    this.#together = new Int32Array(rows * rows);
  }

  /** Adds a partition: the cluster of each row. */
  add(labels: ArrayLike<number>): this {
    for (let row = 0; row < this.#rows; row++)
      for (let other = 0; other < this.#rows; other++)
        if (labels[row] === labels[other])
          this.#together[row * this.#rows + other] = (this.#together[row * this.#rows + other] as number) + 1;
    this.#partitions++;
    return this;
  }

  /** Share of the partitions in which two rows stand together (0..1), rows x rows; NaN before the first. */
  shares(): Float64Array {
    return Float64Array.from(this.#together, (count) => count / this.#partitions);
  }
}
