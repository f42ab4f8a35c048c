import { significantBelow } from '@intermodel/numerics';

/** Level of the intervals. */
export const intervalLevel = 0.95;

/** Largest corrected p, or false-discovery rate, at which a relation is called supported. */
export const supportedBelow = significantBelow;

/** How p values are corrected for the number of tests, in words. */
export const corrections = {
  'benjamini-hochberg': 'q by Benjamini-Hochberg',
  'benjamini-yekutieli': 'q by Benjamini-Yekutieli',
  'max-t': 'family-wise p by the maximum statistic',
} as const;

/** Name of a correction. */
export type Correction = keyof typeof corrections;

/** Among which models scores are exchanged by the permutations, in words. */
export const permutationScopes = {
  all: 'among all models',
  families: 'among models of one family',
} as const;

/** Name of a scope of permutations. */
export type PermutationScope = keyof typeof permutationScopes;

/** What the rule asks for, in the order in which it is stated. */
export const criteria = ['correction', 'interval', 'sign'] as const;

/** Name of what the rule asks for. */
export type Criterion = (typeof criteria)[number];

/** What a relation is judged by; NaN where a statistic is undefined, which meets nothing. */
export interface JudgedRelation {
  /** Correlation. */
  readonly r: number;
  /** Its p, corrected as is asked for. */
  readonly corrected: number;
  /** Lower end of its interval. */
  readonly low: number;
  /** Upper end of its interval. */
  readonly high: number;
  /** Least correlation without any one family. */
  readonly lofoLow: number;
  /** Largest correlation without any one family. */
  readonly lofoHigh: number;
}

/**
 * The rule by which a relation is called **supported**, the only one there is: what of it the relation does not meet.
 *
 * - `correction`: its corrected p is at most 0.05;
 * - `interval`: its 95 % interval excludes 0;
 * - `sign`: it keeps its sign when any one family of models is left out.
 *
 * @returns names of the criteria that are not met; none: the relation is supported
 */
export function unmetCriteria({ r, corrected, low, high, lofoLow, lofoHigh }: JudgedRelation): readonly Criterion[] {
  const met: Readonly<Record<Criterion, boolean>> = {
    correction: corrected <= supportedBelow,
    interval: low * high > 0,
    sign: r * lofoLow > 0 && r * lofoHigh > 0,
  };
  return criteria.filter((criterion) => !met[criterion]);
}

/**
 * Says the rule of {@link unmetCriteria}.
 *
 * @param correction how p values are corrected
 * @param hasFamilies whether any family has several models; otherwise every model is its own
 */
export function supportRule(correction: Correction, hasFamilies: boolean): string {
  return `${corrections[correction]} is at most ${String(supportedBelow)}, the ${String(100 * intervalLevel)} % interval excludes 0, and the sign stays the same when any one ${hasFamilies ? 'family of models' : 'model'} is left out`;
}
