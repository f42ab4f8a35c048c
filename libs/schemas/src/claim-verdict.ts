import { Bool, Float64, Int32, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `ClaimVerdict`: whether what is claimed of models is so, and how sure that is. */
export const claimVerdictColumns = {
  claim: new Utf8(),
  kind: new Utf8(),
  statement: new Utf8(),
  source: new Utf8(),
  verdict: new Utf8(),
  isSo: new Bool(),
  measure: new Utf8(),
  effect: new Float64(),
  low: new Float64(),
  high: new Float64(),
  replicates: new Int32(),
  replicateShare: new Float64(),
  p: new Float64(),
  q: new Float64(),
  universes: new Int32(),
  universeShare: new Float64(),
  universeEffect: new Float64(),
  movedBy: new Utf8(),
  movedShare: new Float64(),
  sentence: new Utf8(),
} as const satisfies TypeMap;

/** Types of the columns of `ClaimVerdict`. */
export type ClaimVerdictColumns = typeof claimVerdictColumns;

/** A batch of verdicts on claims. */
export type ClaimVerdictBatch = WireBatch<ClaimVerdictColumns>;

/**
 * Schema of `ClaimVerdict`, one row a claim: its `statement` in words, and the `verdict` (`holds`, `undecided`,
 * `fails`) with the `sentence` that says why. `isSo` tells whether it is so in the study as it was made; `effect` is
 * what `measure` names, with its 95 % interval; `replicateShare` the share (0..1) of bootstrap replicates in which it is
 * so; `p` how easily chance would make it so, `q` with regard to all that it was chosen from. Of `universes` (other
 * defensible choices under which it can be asked) it is so in `universeShare`, with the median `universeEffect`; the
 * choice `movedBy` explains `movedShare` of the variance of the effect over them. Null where something is undefined.
 */
export const claimVerdictSchema = wireSchema('ClaimVerdict', 1, claimVerdictColumns, {
  nullable: ['effect', 'low', 'high', 'replicateShare', 'p', 'q', 'universeShare', 'universeEffect', 'movedShare'],
});
