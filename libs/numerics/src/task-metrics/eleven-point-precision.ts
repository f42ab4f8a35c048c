/** Recalls at which precision is read: 0, 0.1, ..., 1. */
const recallPoints = 11;

interface RankedLabel {
  /** Rows, those of the highest score first. */
  readonly rows: Int32Array;
  /** Whether a row is the last of those with its score. */
  readonly ends: Uint8Array;
  /** Whether each of the rows has the label. */
  readonly hits: Uint8Array;
}

/**
 * Mean over labels of the 11-point average precision of PASCAL VOC 2007, over any sample of rows. Scores are sorted
 * once.
 *
 * Precision is read at the recalls 0, 0.1, ..., 1, as the highest that is reached at that recall or a higher one. Rows of
 * the same score come together, so that their order decides nothing.
 */
export class ElevenPointPrecision {
  readonly #labels: readonly RankedLabel[];

  /**
   * @param scores how sure it is that each row has each label: rows x labels
   * @param present 1 where a row has a label, else 0: rows x labels
   * @param labels number of labels
   */
  constructor(scores: Float64Array, present: Uint8Array, labels: number) {
    const rows = labels === 0 ? 0 : scores.length / labels;
    this.#labels = Array.from({ length: labels }, (_, label) => {
      const own = Float64Array.from({ length: rows }, (_each, row) => scores[row * labels + label] as number);
      const order = Int32Array.from(own.keys()).sort((a, b) => (own[b] as number) - (own[a] as number) || a - b);
      return {
        rows: order,
        ends: Uint8Array.from(order, (row, place) => Number(own[row] !== own[order[place + 1] ?? -1])),
        hits: Uint8Array.from(order, (row) => present[row * labels + label] as number),
      };
    });
  }

  /**
   * Mean over the labels that some row has; NaN where there is none.
   *
   * @param weights how often each row counts, whole numbers; without weights, each once
   */
  score(weights?: ArrayLike<number>): number {
    let sum = 0;
    let counted = 0;
    for (const label of this.#labels) {
      const precision = precisionOf(label, weights);
      if (Number.isNaN(precision)) continue;
      sum += precision;
      counted++;
    }
    return counted === 0 ? NaN : sum / counted;
  }
}

function precisionOf({ rows, ends, hits }: RankedLabel, weights: ArrayLike<number> | undefined): number {
  const weightAt = (place: number) => (weights === undefined ? 1 : (weights[rows[place] as number] as number));
  let total = 0;
  for (let place = 0; place < rows.length; place++) total += (hits[place] as number) * weightAt(place);
  if (total === 0) return NaN;
  const best = new Float64Array(recallPoints);
  let found = 0;
  let passed = 0;
  for (let place = 0; place < rows.length; place++) {
    const weight = weightAt(place);
    passed += weight;
    found += (hits[place] as number) * weight;
    if (ends[place] === 0 || passed === 0) continue;
    // The highest of the recalls that is reached; whole numbers leave nothing to rounding.
    const point = Math.floor(((recallPoints - 1) * found) / total);
    best[point] = Math.max(best[point] as number, found / passed);
  }
  let sum = 0;
  let highest = 0;
  for (let point = recallPoints - 1; point >= 0; point--) {
    highest = Math.max(highest, best[point] as number);
    sum += highest;
  }
  return sum / recallPoints;
}
