import { counted, percent, significant, whole } from '../page/number-text.ts';
import type { Claim, Claims } from '../tables/claims.ts';
import { choiceTitle } from './choice-words.ts';

/** Heading of the section, on the page and in Markdown. */
export const claimsTitle = 'Claims';

/** By which rule claims hold or fail; the same for all of them. Words between `**` are stressed. */
export const claimRule =
  'A claim **holds** where it is so in the study as it was made, its q is at most 0.05, and it is so in at least 90\u00a0% of universes. It **fails** where it is not so in the study, and is so in at most 10\u00a0% of universes and 5\u00a0% of replicates. Everything else is **undecided**.';

/** What replicates and universes are. */
export const claimTerms =
  'Replicates draw units or images anew: they tell what chance does. Universes make other choices that are as defensible, such as another gate or other weights: they tell what the author’s choices do.';

/** Verdicts in the order in which they are counted. */
export const verdicts = ['holds', 'undecided', 'fails'] as const;

/** A verdict that can be drawn; one that is not known counts as undecided. */
export type Verdict = (typeof verdicts)[number];

/** The verdict of a claim. */
export function verdictOf({ verdict }: Pick<Claim, 'verdict'>): Verdict {
  return verdicts.find((each) => each === verdict) ?? 'undecided';
}

/** How many claims have each verdict: "1 of 3 claims holds, 1 is undecided and 1 fails." */
export function verdictCounts(claims: Claims['claims']): string {
  const [holds, undecided, fails] = verdicts.map(
    (verdict) => claims.filter((claim) => verdictOf(claim) === verdict).length,
  ) as [number, number, number];
  return `${String(holds)} of ${counted(claims.length, 'claim')} ${holds === 1 ? 'holds' : 'hold'}, ${String(undecided)} ${undecided === 1 ? 'is' : 'are'} undecided and ${String(fails)} ${fails === 1 ? 'fails' : 'fail'}.`;
}

/** An effect with its interval: "0.35 (95 % interval 0.15 to 0.55)". */
export function effectWords({ effect, interval: [low, high] }: Pick<Claim, 'effect' | 'interval'>): string {
  const interval =
    Number.isFinite(low) && Number.isFinite(high) ? ` (95 % interval ${significant(low)} to ${significant(high)})` : '';
  return `${significant(effect)}${interval}`;
}

/**
 * A share of several: "94 % of 200", "89.9 % of 1 000"; a dash where there are none. Rounded to whole percent, it would
 * seem to meet a rule that it does not.
 */
export function shareWords(share: number, of: number): string {
  if (!(of > 0) || !Number.isFinite(share)) return '–';
  const isWhole = Math.abs(share * 100 - Math.round(share * 100)) < 1e-9;
  return `${percent(share, isWhole ? 0 : 1)} of ${whole(of)}`;
}

/** What moves a claim most: "gate (61 % of the variance)"; a dash where nothing does. */
export function movedWords({ movedBy, movedShare }: Pick<Claim, 'movedBy' | 'movedShare'>): string {
  if (movedBy === '' || !Number.isFinite(movedShare)) return '–';
  return `${choiceTitle(movedBy)} (${percent(movedShare, 0)} of the variance)`;
}
