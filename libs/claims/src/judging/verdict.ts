import { significantBelow } from '@intermodel/numerics';

/** What a claim is called. */
export type Verdict = 'holds' | 'undecided' | 'fails';

/** What a verdict is made of; NaN where something is not known. */
export interface VerdictGrounds {
  /** Whether it can be asked of the study at all. @default true */
  readonly isAsked?: boolean;
  /** Whether it is so in the study as it was made. */
  readonly isSo: boolean;
  /** p with regard to all that it was chosen from. */
  readonly q: number;
  /** Share of bootstrap replicates in which it is so. */
  readonly replicateShare: number;
  /** Share of universes in which it is so. */
  readonly universeShare: number;
}

/** Shares that the rule asks for. */
export const verdictShares = { universesFor: 0.9, universesAgainst: 0.1, replicatesAgainst: 0.05 } as const;

/**
 * The rule by which claims are called, the only one there is.
 *
 * - **holds**: so in the study as it was made, q at most 0.05, and so in at least 90 % of universes;
 * - **fails**: not so in the study, and so in at most 10 % of universes and 5 % of replicates;
 * - **undecided**: everything else, and what cannot be asked of the study.
 *
 * A share that is not known (no universes, no replicates) asks for nothing; an unknown q lets nothing hold.
 */
export function verdictOf({ isAsked = true, isSo, q, replicateShare, universeShare }: VerdictGrounds): Verdict {
  const { universesFor, universesAgainst, replicatesAgainst } = verdictShares;
  if (!isAsked) return 'undecided';
  if (isSo) return q <= significantBelow && !(universeShare < universesFor) ? 'holds' : 'undecided';
  return universeShare > universesAgainst || replicateShare > replicatesAgainst ? 'undecided' : 'fails';
}
