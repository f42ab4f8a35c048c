/** Where a value of a rank lies in a histogram of digits. */
export interface RankedDigit {
  /** The digit, that is the bin. */
  readonly digit: number;
  /** Rank of the value within the bin, from above, from 1. */
  readonly rank: number;
}

/**
 * Bin in which the value of a rank from above falls.
 *
 * @param histogram counts by rising digit
 * @param wanted the rank, from 1
 * @param lowest bin that is taken where the counts above it end first
 */
export function findDigit(histogram: ArrayLike<number>, wanted: number, lowest: number): RankedDigit {
  let rank = wanted;
  for (let digit = histogram.length - 1; digit > lowest; digit--) {
    const count = histogram[digit] as number;
    if (count >= rank) return { digit, rank };
    rank -= count;
  }
  return { digit: lowest, rank };
}
