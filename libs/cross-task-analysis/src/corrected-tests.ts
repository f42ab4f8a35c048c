import { benjaminiHochberg, benjaminiYekutieli, type CorrelationTests } from '@intermodel/numerics';
import type { Correction } from './support-rule.ts';

/** What the p values of a table become when they are corrected for their number. */
export interface CorrectedTests {
  /** False-discovery rates by Benjamini and Hochberg. */
  readonly q: Float64Array;
  /** False-discovery rates by Benjamini and Yekutieli. */
  readonly qBy: Float64Array;
  /** Those of the correction that decides. */
  readonly corrected: Float64Array;
}

/** Corrects all tests of a table. */
export function correctTests({ p, pFamily }: CorrelationTests, correction: Correction): CorrectedTests {
  const q = benjaminiHochberg(p);
  const qBy = benjaminiYekutieli(p);
  const all = { 'benjamini-hochberg': q, 'benjamini-yekutieli': qBy, 'max-t': pFamily };
  return { q, qBy, corrected: all[correction] };
}
