import type { Claim } from '../vocabulary/claim.ts';
import type { ModelView } from './model-view.ts';

/** What becomes of a claim in a view. */
export interface ClaimOutcome {
  /** What the measure of its kind says; NaN where it is undefined. */
  readonly effect: number;
  /** Whether it is so. */
  readonly isSo: boolean;
}

/** How easily chance would make a claim so. */
export interface ClaimTest {
  /** p, 0..1. */
  readonly p: number;
  /** p corrected for what the claim was chosen from; absent: it is to be corrected for the claims beside it. */
  readonly corrected?: number;
  /** 95 % interval of the effect; absent: that of replicates. */
  readonly interval?: readonly [low: number, high: number];
}

/** The rule by which claims of a kind are judged; the same in a study, its replicates and universes. */
export interface ClaimRule<One extends Claim = Claim> {
  /** What the effect is. */
  readonly measure: string;
  /** Decides; undefined: the view lacks what the claim is about. */
  readonly ask: (claim: One, view: ModelView) => ClaimOutcome | undefined;
  /** A test of its own, in the study; absent or undefined: the share of replicates decides. */
  readonly test?: (claim: One, study: ModelView) => ClaimTest | undefined;
}

/** Whether a view has all of some models. */
export function hasModels(view: ModelView, models: readonly string[]): boolean {
  return models.every((model) => view.models.includes(model));
}
