import { wordClaims, type Claim, type ModelView, type StatedClaim } from '@intermodel/claims';
import type { TaskRelationBatch } from '@intermodel/schemas';

/** Most relations that a study claims of itself. */
const mostRelations = 5;

/** What a study that brings no claims finds: the same things that its report tells. */
export const ownSource = 'this study';

/**
 * The claims that follow from a study itself: how many categories of models there are, and which; models that are each
 * other's nearest; the strongest supported relations, or the strongest at all where none is; that tasks need different
 * kinds of concepts.
 *
 * @param study the study as it was made
 * @param clusters its number of categories
 * @param relations its relations to scores. @default none
 */
export function ownClaims(study: ModelView, clusters: number, relations?: TaskRelationBatch): readonly Claim[] {
  const claims: StatedClaim[] = [
    { kind: 'categories', number: clusters },
    ...categoryClaims(study),
    ...nearestClaims(study),
    ...relationClaims(relations),
    ...(study.columns.length > 1 ? [{ kind: 'needs' } as const] : []),
  ];
  return wordClaims(claims, ownSource);
}

function categoryClaims(study: ModelView): readonly StatedClaim[] {
  const labels = study.categories();
  return [...new Set(labels)].flatMap((label): StatedClaim[] => {
    const models = study.models.filter((_, row) => labels[row] === label);
    return models.length < 2 || models.length === study.models.length ? [] : [{ kind: 'category', models }];
  });
}

function nearestClaims(study: ModelView): readonly StatedClaim[] {
  if (study.models.length < 3) return [];
  const nearest = new Map(
    study.models.map((model) => [
      model,
      study.models
        .filter((other) => other !== model)
        .reduce((best, other) => (study.distance(model, other) < study.distance(model, best) ? other : best)),
    ]),
  );
  return study.models.flatMap((model, row): StatedClaim[] => {
    const other = nearest.get(model) as string;
    return nearest.get(other) === model && study.models.indexOf(other) > row
      ? [{ kind: 'nearer', models: [model, other] }]
      : [];
  });
}

function relationClaims(relations: TaskRelationBatch | undefined): readonly StatedClaim[] {
  const rows = [...(relations?.toArray() ?? [])]
    .filter(({ pearson }) => !Number.isNaN(pearson))
    .toSorted((a, b) => Math.abs(b.pearson) - Math.abs(a.pearson));
  const supported = rows.filter(({ supported: is }) => is).slice(0, mostRelations);
  return (supported.length > 0 ? supported : rows.slice(0, 1)).map(({ predictor, column, pearson }): StatedClaim => ({
    kind: 'correlates',
    predictor,
    with: column,
    sign: pearson > 0 ? 'positive' : 'negative',
  }));
}
