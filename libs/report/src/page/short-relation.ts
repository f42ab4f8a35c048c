import type { Relation } from '../tables/study.ts';
import type { ShortRelation } from './page-data.ts';

/** A relation without what it is of. */
export type RelationNumbers = Omit<Relation, 'predictor' | 'column'>;

/** Digits that are kept of a number. */
const digits = 4;

/** A relation as the page carries it: rounded to what can be seen, null for what is undefined. */
export function shortRelation(relation: RelationNumbers): ShortRelation {
  return [
    relation.n,
    short(relation.pearson),
    short(relation.low),
    short(relation.high),
    short(relation.spearman),
    short(relation.p),
    short(relation.pFamily),
    short(relation.q),
    relation.supported ? 1 : 0,
    short(relation.qBy),
    short(relation.looLow),
    short(relation.looHigh),
    short(relation.lofoLow),
    short(relation.lofoHigh),
    relation.lofoWeakest,
    short(relation.partialUnits),
    short(relation.partialUnitsP),
    short(relation.partialScore),
    short(relation.partialScoreP),
    relation.unmet.join(' '),
  ];
}

/** The numbers of a relation that the page carries, by their names. */
export function relationNumbers(relation: ShortRelation): RelationNumbers {
  const [n, pearson, low, high, spearman, p, pFamily, q, supported, qBy, looLow, looHigh, lofoLow, lofoHigh] = relation;
  const [, , , , , , , , , , , , , , lofoWeakest, units, unitsP, score, scoreP, unmet] = relation;
  return {
    n,
    pearson: long(pearson),
    low: long(low),
    high: long(high),
    spearman: long(spearman),
    p: long(p),
    pFamily: long(pFamily),
    q: long(q),
    qBy: long(qBy),
    looLow: long(looLow),
    looHigh: long(looHigh),
    lofoLow: long(lofoLow),
    lofoHigh: long(lofoHigh),
    lofoWeakest,
    partialUnits: long(units),
    partialUnitsP: long(unitsP),
    partialScore: long(score),
    partialScoreP: long(scoreP),
    unmet: unmet.split(' ').filter((criterion) => criterion !== ''),
    supported: supported === 1,
  };
}

function short(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : null;
}

function long(value: number | null): number {
  return value ?? Number.NaN;
}
