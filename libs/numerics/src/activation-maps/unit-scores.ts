/** Counts of one unit and one concept. */
export interface PairCounts {
  /** Pixels where the unit is active and the concept is labelled. */
  readonly intersection: number;
  /** Pixels where the unit is active. */
  readonly unitArea: number;
  /** Pixels that carry the concept. */
  readonly conceptArea: number;
}

/**
 * Intersection over union. 0 where nothing is active and nothing labelled (0/0).
 *
 * @param counts pixels of unit, concept and both
 * @param epsilon what is added to the union, as some published systems do
 */
export function intersectionOverUnion(counts: PairCounts, epsilon = 0): number {
  const { intersection, unitArea, conceptArea } = counts;
  const union = unitArea + conceptArea - intersection + epsilon;
  return union > 0 ? intersection / union : 0;
}

/**
 * Information quality ratio: mutual information of mask and label over their joint entropy, 0 where nothing varies
 * (Bau et al. 2019, `score_tally_stats`).
 *
 * @param counts pixels of unit, concept and both
 * @param pixels all pixels that the counts are taken from
 */
export function informationQuality(counts: PairCounts, pixels: number): number {
  const { intersection, unitArea, conceptArea } = counts;
  const cells = [intersection, unitArea - intersection, conceptArea - intersection, pixels - unitArea - conceptArea + intersection].map((cell) => cell / pixels);
  const [unit, concept] = [unitArea / pixels, conceptArea / pixels];
  const expected = [unit * concept, unit * (1 - concept), (1 - unit) * concept, (1 - unit) * (1 - concept)];
  let [information, entropy] = [0, 0];
  cells.forEach((share, index) => {
    if (!(share > 0)) return;
    information += share * Math.log(share / (expected[index] as number));
    entropy -= share * Math.log(share);
  });
  return entropy > 0 ? information / entropy : 0;
}
