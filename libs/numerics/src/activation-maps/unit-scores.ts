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
  return areaOverUnion(counts.intersection, counts.unitArea, counts.conceptArea, epsilon);
}

/** {@link intersectionOverUnion} of bare numbers, for loops over many pairs. */
export function areaOverUnion(intersection: number, unitArea: number, conceptArea: number, epsilon: number): number {
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
  const [unit, concept] = [unitArea / pixels, conceptArea / pixels];
  const both = intersection / pixels;
  const unitAlone = (unitArea - intersection) / pixels;
  const conceptAlone = (conceptArea - intersection) / pixels;
  const neither = (pixels - unitArea - conceptArea + intersection) / pixels;
  const information =
    0 +
    surprise(both, unit * concept) +
    surprise(unitAlone, unit * (1 - concept)) +
    surprise(conceptAlone, (1 - unit) * concept) +
    surprise(neither, (1 - unit) * (1 - concept));
  const entropy = 0 - surprise(both, 1) - surprise(unitAlone, 1) - surprise(conceptAlone, 1) - surprise(neither, 1);
  return entropy > 0 ? information / entropy : 0;
}

function surprise(share: number, expected: number): number {
  return share > 0 ? share * Math.log(share / expected) : 0;
}

/** Whether a value passes a limit, which it has to exceed or (`>=`) to reach; NaN never does. */
export function passesLimit(value: number, comparison: '>' | '>=', limit: number): boolean {
  return comparison === '>' ? value > limit : value >= limit;
}

/** Ways to say which units match their concept. */
export const matchRules = ['gate', 'significant', 'both'] as const;

/** What makes a match: a score that passes the gate, one that is better than chance, or both. */
export type MatchRule = (typeof matchRules)[number];

/** Largest false-discovery rate at which a match, or a relation, is called significant. */
export const significantBelow = 0.05;

/** What a unit must pass to match its concept. */
export interface MatchGate {
  /** The gate. */
  readonly gate: number;
  /** By which comparison a score must pass it. */
  readonly compareGate: '>' | '>=';
  /** What makes a match. @default 'gate' */
  readonly match?: MatchRule;
}

/**
 * Whether a unit matches its concept, by the score of the two and the false-discovery rate `q` of the unit (NaN: not
 * tested, and so not significant). A score of 0 (no concept) and NaN (never active) never do.
 */
export function isMatch(score: number, q: number, { gate, compareGate, match = 'gate' }: MatchGate): boolean {
  if (match !== 'significant' && !scorePasses(score, compareGate, gate)) return false;
  return match === 'gate' || (score > 0 && q <= significantBelow);
}

/**
 * Whether the score of a unit and a concept passes a gate, which it has to exceed or (`>=`) to reach. A score of 0 (no
 * concept) and NaN (never active) pass none.
 */
export function scorePasses(score: number, comparison: '>' | '>=', gate: number): boolean {
  return score > 0 && passesLimit(score, comparison, gate);
}
