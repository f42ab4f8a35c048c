import type { CorrelatesClaim, NeedsClaim } from '../../vocabulary/claim.ts';
import type { ClaimRule } from '../claim-rule.ts';
import type { ModelView, ViewedRelation } from '../model-view.ts';

/** Scores go with a property of models, in the claimed direction and steadily. */
export const correlatesRule: ClaimRule<CorrelatesClaim> = {
  measure: "Pearson's correlation times the claimed sign",
  ask: (claim, view) => {
    const relation = view.relation(claim.predictor, claim.with);
    if (relation === undefined) return undefined;
    const effect = signOf(claim) * relation.r;
    return { effect, isSo: effect > 0 && relation.isSteady() };
  },
  test: (claim, study) => {
    const relation = study.relation(claim.predictor, claim.with);
    if (relation?.p === undefined) return undefined;
    const [low, high] = relation
      .interval()
      .map((end) => signOf(claim) * end)
      .toSorted((a, b) => a - b);
    return {
      p: relation.p,
      ...(relation.corrected === undefined ? {} : { corrected: relation.corrected }),
      interval: [low ?? Number.NaN, high ?? Number.NaN],
    };
  },
};

/**
 * Tasks need different kinds of concepts: of each score column the strongest steady relation to a summary of one
 * category of concepts tells which kind it needs, and two columns at least need different ones. The test is that of the
 * second best kind: both have to be there.
 */
export const needsRule: ClaimRule<NeedsClaim> = {
  measure: 'kinds of concepts that the strongest steady relations of tasks name',
  ask: ({ tasks }, view) => {
    const columns = tasks ?? view.columns;
    if (!columns.every((column) => view.columns.includes(column)) || columns.length === 0) return undefined;
    const kinds = new Set(columns.flatMap((column) => needOf(column, view)?.kind ?? []));
    return { effect: kinds.size, isSo: kinds.size > 1 };
  },
  test: ({ tasks }, study) => {
    const needs = (tasks ?? study.columns).flatMap((column) => needOf(column, study) ?? []);
    const second = (of: 'p' | 'corrected'): number => {
      const best = new Map<string, number>();
      for (const { kind, relation } of needs) best.set(kind, Math.min(best.get(kind) ?? 1, relation[of] ?? Number.NaN));
      return [...best.values()].toSorted((a, b) => a - b)[1] ?? 1;
    };
    return { p: second('p'), corrected: second('corrected') };
  },
};

/** The kind of concepts that a task needs; undefined where no relation says so. */
function needOf(
  column: string,
  view: ModelView,
): { readonly kind: string; readonly relation: ViewedRelation } | undefined {
  const found = view.predictors.flatMap((predictor) => {
    const kind = /^\w+:(.+)$/u.exec(predictor)?.[1];
    const relation = kind === undefined ? undefined : view.relation(predictor, column);
    return kind === undefined || relation === undefined || Number.isNaN(relation.r) ? [] : [{ kind, relation }];
  });
  return found
    .toSorted((a, b) => Math.abs(b.relation.r) - Math.abs(a.relation.r))
    .find(({ relation }) => relation.isSteady());
}

function signOf({ sign }: CorrelatesClaim): 1 | -1 {
  return sign === 'positive' ? 1 : -1;
}
