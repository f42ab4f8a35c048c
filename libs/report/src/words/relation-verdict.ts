import { decimals, listed, probabilityStatement } from '../page/number-text.ts';
import type { Relation, RelationRules } from '../tables/study.ts';

/** Corrected probabilities by the name of the correction: their symbol, and which number of a relation they are. */
const corrected = {
  'benjamini-hochberg': { symbol: 'q', of: 'q' },
  'benjamini-yekutieli': { symbol: 'q (Benjamini-Yekutieli)', of: 'qBy' },
  'max-t': { symbol: 'p (family)', of: 'pFamily' },
} as const satisfies Readonly<Record<string, { readonly symbol: string; readonly of: keyof Relation }>>;

function correctedBy({ correction }: RelationRules): (typeof corrected)[keyof typeof corrected] {
  return corrected[
    Object.hasOwn(corrected, correction) ? (correction as keyof typeof corrected) : 'benjamini-hochberg'
  ];
}

/** What of a relation its verdict is told from. */
export type JudgedRelation = Pick<
  Relation,
  'unmet' | 'q' | 'qBy' | 'pFamily' | 'low' | 'high' | 'lofoLow' | 'lofoHigh' | 'lofoWeakest' | 'pearson'
>;

/** Why a relation is not supported, one reason for each criterion that it does not meet. */
export function unmetReasons(relation: JudgedRelation, rules: RelationRules): readonly string[] {
  if (!Number.isFinite(relation.pearson)) return ['the correlation is undefined'];
  return relation.unmet.map((criterion) => {
    if (criterion === 'correction') {
      const { symbol, of } = correctedBy(rules);
      return Number.isFinite(relation[of])
        ? `${probabilityStatement(symbol, relation[of])} is above 0.05`
        : `${symbol} is undefined`;
    }
    if (criterion === 'interval')
      return Number.isFinite(relation.low) ? 'the interval includes 0' : 'the interval is undefined';
    if (criterion === 'sign') return signReason(relation, rules);
    return criterion;
  });
}

function signReason(
  { pearson, lofoLow, lofoHigh, lofoWeakest }: JudgedRelation,
  { hasFamilies }: RelationRules,
): string {
  if (!Number.isFinite(lofoLow)) return `without some ${hasFamilies ? 'family' : 'model'} too little is left`;
  return `without ${lofoWeakest} r is ${decimals(pearson > 0 ? lofoLow : lofoHigh, 2)}`;
}

/** How many relations lack what of the rule, in a sentence; nothing where all are supported. */
export function unmetSummary(relations: readonly Relation[], rules: RelationRules): string {
  const others = relations.filter(({ supported, pearson }) => !supported && Number.isFinite(pearson));
  if (others.length === 0) return '';
  const lacking = (criterion: string): number => others.filter(({ unmet }) => unmet.includes(criterion)).length;
  const { symbol } = correctedBy(rules);
  const parts = [
    ['correction', `${symbol} ≤ 0.05`],
    ['interval', 'an interval that excludes 0'],
    ['sign', `one sign without any one ${rules.hasFamilies ? 'family' : 'model'}`],
  ].flatMap(([criterion = '', words = '']) =>
    lacking(criterion) === 0 ? [] : [`${String(lacking(criterion))} lack ${words}`],
  );
  return `Of the ${String(others.length)} that are not, ${listed(parts)}${parts.length > 1 ? ' (one may lack several)' : ''}.`;
}

/** A range of correlations: "0.61 to 0.93". */
export function rangeWords(low: number, high: number): string {
  return Number.isFinite(low) ? `${decimals(low, 2)} to ${decimals(high, 2)}` : decimals(Number.NaN, 2);
}

/** A partial correlation with its p: "0.42 (p = 0.031)"; a dash where it is undefined. */
export function partialWords(partial: number, p: number): string {
  return Number.isFinite(partial)
    ? `${decimals(partial, 2)} (${probabilityStatement('p', p)})`
    : decimals(Number.NaN, 2);
}
