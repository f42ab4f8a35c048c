import type { Interval } from './uncertainty.ts';

/** Whether what is claimed of models is so, and how sure that is. */
export interface Claim {
  /** Identifier, such as `nearest-a-b`. */
  readonly claim: string;
  /** What it is about, such as `nearer`. */
  readonly kind: string;
  /** The claim in words. */
  readonly statement: string;
  /** Who claims it; '' where nothing is said. */
  readonly source: string;
  /** `holds`, `undecided` or `fails`. */
  readonly verdict: string;
  /** Whether it is so in the study as it was made. */
  readonly isSo: boolean;
  /** What the effect is, in words. */
  readonly measure: string;
  /** How far it is so in the study; NaN where that is undefined. */
  readonly effect: number;
  /** Interval of the effect; NaN likewise. */
  readonly interval: Interval;
  /** Bootstrap replicates; 0 where nothing was resampled. */
  readonly replicates: number;
  /** Share (0..1) of them in which it is so, NaN where there are none. */
  readonly replicateShare: number;
  /** How easily chance would make it so; NaN where that was not tested. */
  readonly p: number;
  /** The same with regard to all that the claim was chosen from. */
  readonly q: number;
  /** Universes in which it was asked; 0 where there are none. */
  readonly universes: number;
  /** Share (0..1) of them in which it is so, NaN where there are none. */
  readonly universeShare: number;
  /** Median of the effect over them. */
  readonly universeEffect: number;
  /** Choice that moves it most; '' where there is none. */
  readonly movedBy: string;
  /** Share (0..1) of the variance over universes that this choice explains. */
  readonly movedShare: number;
  /** Why the verdict is as it is. */
  readonly sentence: string;
}

/** A choice with what was chosen in each universe. */
export interface UniverseChoice {
  /** Name of the choice, such as `gate`. */
  readonly choice: string;
  /** What was chosen, by index of the universe. */
  readonly values: readonly (string | number | boolean)[];
}

/** What becomes of a claim in every universe, by index of the universe. */
export interface ClaimCurve {
  /** Effects, NaN where they are undefined. */
  readonly effects: Float64Array;
  /** Whether it is so; undefined where it cannot be asked. */
  readonly isSo: readonly (boolean | undefined)[];
  /** Share (0..1) of the variance of the effect that each choice explains, by name of the choice. */
  readonly shares: ReadonlyMap<string, number>;
}

/** Universes: combinations of defensible choices. */
export interface Universes {
  /** Their numbers, ascending. */
  readonly numbers: readonly number[];
  /** Index of the study as it was made, -1 where it is not among them. */
  readonly study: number;
  /** Choices in the order of the table. */
  readonly choices: readonly UniverseChoice[];
  /** What becomes of claims, by claim; a claim that was asked in none is missing. */
  readonly curves: ReadonlyMap<string, ClaimCurve>;
}

/** What is claimed of models. */
export interface Claims {
  /** Claims in the order of their table. */
  readonly claims: readonly Claim[];
  /** Universes in which they were asked, if there are any. */
  readonly universes?: Universes;
}
