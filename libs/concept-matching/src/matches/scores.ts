import { areaOverUnion } from '@intermodel/numerics';
import { InputError, suggestName } from '@intermodel/streams';

/**
 * How well a unit detects a concept, from the four counts of the pair: pixels where the unit is active and the concept
 * labelled (I), where the unit is active (U), that carry the concept (C), and all (N). Where the definition divides by
 * 0 the score is 0. Only a score above 0 makes a match: each of these is above 0 only where unit and concept overlap.
 */
export interface MatchScore {
  /** Name in study files, headings and tables. */
  readonly name: MatchScoreName;
  /** What a reader sees. */
  readonly title: string;
  /** Definition, in words and in the letters above. */
  readonly definition: string;
  /** Least and most that it can be; a gate lies from 0 to the most. */
  readonly range: readonly [least: number, most: number];
  /** Gate that a match has to pass, unless another is asked for. */
  readonly gate: number;
  /**
   * The score of bare numbers, for loops over many pairs. Epsilon is what is added to the union, as some published
   * systems do; it counts for IoU and F1 alone, since the others have no union.
   */
  readonly of: (intersection: number, unitArea: number, conceptArea: number, pixels: number, epsilon: number) => number;
}

/** Name of a score. */
export type MatchScoreName = 'iou' | 'f1' | 'mcc' | 'lift' | 'precision' | 'recall' | 'kappa';

/** Gate of F1 that is that of IoU 0.04 (Bau et al. 2017), since F1 = 2 IoU / (1 + IoU). */
const f1Gate = (2 * 0.04) / 1.04;

/** Intersection over union, I / (U + C - I): the score of network dissection (Bau et al. 2017). */
const iou: MatchScore = {
  name: 'iou',
  title: 'IoU',
  definition: 'intersection over union, I / (U + C − I)',
  range: [0, 1],
  gate: 0.04,
  of: (intersection, unitArea, conceptArea, _pixels, epsilon) =>
    areaOverUnion(intersection, unitArea, conceptArea, epsilon),
};

/** F1 or Dice coefficient, 2 I / (U + C) (Dice 1945): the harmonic mean of precision and recall, ranks as IoU does. */
const f1: MatchScore = {
  name: 'f1',
  title: 'F1',
  definition: 'F1 (Dice), 2 I / (U + C)',
  range: [0, 1],
  gate: f1Gate,
  of: (intersection, unitArea, conceptArea, _pixels, epsilon) =>
    share(2 * intersection, unitArea + conceptArea + epsilon),
};

/**
 * Matthews correlation, (I N - U C) / sqrt(U (N - U) C (N - C)) (Matthews 1975): Pearson correlation of mask and label.
 * Its gate is that of F1, which it comes close to where both are rare.
 */
const mcc: MatchScore = {
  name: 'mcc',
  title: 'MCC',
  definition: 'Matthews correlation, (I N − U C) / √(U (N − U) C (N − C))',
  range: [-1, 1],
  gate: f1Gate,
  of: (intersection, unitArea, conceptArea, pixels) => {
    // In this order the root of two equal factors is exact.
    const spread = Math.sqrt(unitArea * (pixels - unitArea) * (conceptArea * (pixels - conceptArea)));
    const score = share(aboveChance(intersection, unitArea, conceptArea, pixels), spread);
    return Math.min(1, Math.max(-1, score));
  },
};

/**
 * Lift, I N / (U C) (Brin et al. 1997): how many times as often unit and concept go together as by chance. Above 1 they
 * do so more often; its gate asks for twice as often.
 */
const lift: MatchScore = {
  name: 'lift',
  title: 'lift',
  definition: 'lift, I N / (U C)',
  range: [0, Infinity],
  gate: 2,
  of: (intersection, unitArea, conceptArea, pixels) => share(intersection * pixels, unitArea * conceptArea),
};

/** Precision, I / U: how much of where the unit is active carries the concept. Its gate asks for half of it. */
const precision: MatchScore = {
  name: 'precision',
  title: 'precision',
  definition: 'precision, I / U',
  range: [0, 1],
  gate: 0.5,
  of: (intersection, unitArea) => share(intersection, unitArea),
};

/** Recall, I / C: how much of the concept the unit is active on. Its gate asks for half of it. */
const recall: MatchScore = {
  name: 'recall',
  title: 'recall',
  definition: 'recall, I / C',
  range: [0, 1],
  gate: 0.5,
  of: (intersection, _unitArea, conceptArea) => share(intersection, conceptArea),
};

/**
 * Cohen's kappa, 2 (I N - U C) / (U (N - C) + C (N - U)) (Cohen 1960): agreement of mask and label beyond chance. Its
 * gate is that of F1, which it comes close to where both are rare.
 */
const kappa: MatchScore = {
  name: 'kappa',
  title: 'kappa',
  definition: 'Cohen’s kappa, 2 (I N − U C) / (U (N − C) + C (N − U))',
  range: [-1, 1],
  gate: f1Gate,
  of: (intersection, unitArea, conceptArea, pixels) => {
    const disagreement = unitArea * (pixels - conceptArea) + conceptArea * (pixels - unitArea);
    const score = share(2 * aboveChance(intersection, unitArea, conceptArea, pixels), disagreement);
    return Math.min(1, Math.max(-1, score));
  },
};

/** All scores by name, the usual one first. */
export const matchScores: Readonly<Record<MatchScoreName, MatchScore>> = {
  iou,
  f1,
  mcc,
  lift,
  precision,
  recall,
  kappa,
};

/** Score of a name. @throws InputError `SCORE_UNKNOWN` that lists them */
export function matchScore(name: string): MatchScore {
  if (Object.hasOwn(matchScores, name)) return matchScores[name as MatchScoreName];
  throw new InputError('SCORE_UNKNOWN', `there is no score "${name}"`, {
    expected: 'a score of a unit and a concept',
    hint: suggestName(name, Object.keys(matchScores)),
  });
}

/**
 * I N - U C, as the difference of the two diagonals of the 2 x 2 table, which is exact where mask and label are much the
 * same. Above 0 only where there is more overlap than by chance, also beyond 2^53, since rounding never turns an order
 * round.
 */
function aboveChance(intersection: number, unitArea: number, conceptArea: number, pixels: number): number {
  const neither = pixels - unitArea - conceptArea + intersection;
  return intersection * neither - (unitArea - intersection) * (conceptArea - intersection);
}

/** A gate that a score can pass, from 0 to the most it can be. @throws InputError `GATE_RANGE` */
export function checkGate(gate: number, { title, range }: MatchScore): number {
  if (gate >= 0 && gate <= range[1]) return gate;
  throw new InputError('GATE_RANGE', `${String(gate)} is no gate of ${title}`, {
    expected: `a number from 0 to ${String(range[1])}`,
    hint: 'Give a share, not per cent.',
  });
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
