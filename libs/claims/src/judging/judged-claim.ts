import type { ClaimEvidence } from './gather-evidence.ts';
import type { Verdict } from './verdict.ts';

/** A claim with all that its verdict rests on. */
export interface JudgedClaim extends ClaimEvidence {
  /** What it is called. */
  readonly verdict: Verdict;
  /** Universes in which it could be asked, the study not among them. */
  readonly universes: number;
  /** Share of them in which it is so; NaN without any. */
  readonly universeShare: number;
  /** Median effect over them; NaN without any. */
  readonly universeEffect: number;
  /** Choice that moves it most; empty where none does. */
  readonly movedBy: string;
  /** Share of the variance of the effect that this choice explains; NaN where there is none. */
  readonly movedShare: number;
}
