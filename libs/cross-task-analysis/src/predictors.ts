import { type EmbeddingPointBatch, type ProfileSummaryBatch } from '@intermodel/schemas';
import { column, readLists, readNumbers, readStrings } from '@intermodel/streams';

/** A property of models that may go with their scores. */
export interface Predictor {
  /** Name, such as `pc1`, `matches`, `unique:object`. */
  readonly name: string;
  /** Value by model; NaN where it is undefined. */
  readonly values: ReadonlyMap<string, number>;
}

/** The trivial baseline: how many units match any concept. */
export const baseline = 'matches';

/** Kinds of summary that serve as predictors, per category of concepts. */
export const summaryKinds = ['matches', 'unique', 'redundancy'] as const;

/**
 * Predictors of an embedding: its components, the trivial baseline `matches` (number of matching units), and matches,
 * unique concepts and redundancy of each category of concepts.
 */
export function predictorsOf(points: EmbeddingPointBatch, summaries: ProfileSummaryBatch): readonly Predictor[] {
  const models = readStrings(column(points, 'model'));
  const scores = readLists(column(points, 'components'));
  const components = scores.length / Math.max(1, models.length);
  const byComponent = Array.from({ length: components }, (_, index) => ({
    name: `pc${String(index + 1)}`,
    values: new Map(models.map((model, row) => [model, scores[row * components + index] as number])),
  }));
  return [...byComponent, ...summaryPredictors(summaries)];
}

function summaryPredictors(summaries: ProfileSummaryBatch): readonly Predictor[] {
  const models = readStrings(column(summaries, 'model'));
  const categories = readStrings(column(summaries, 'category'));
  const total = new Map<string, number>();
  const byName = new Map<string, Map<string, number>>();
  for (const kind of summaryKinds) {
    readNumbers(column(summaries, kind)).forEach((value, row) => {
      const model = models[row] as string;
      const name = `${kind}:${categories[row] as string}`;
      if (kind === 'matches') total.set(model, (total.get(model) ?? 0) + value);
      const values = byName.get(name) ?? new Map<string, number>();
      byName.set(name, values.set(model, value));
    });
  }
  return [{ name: baseline, values: total }, ...[...byName].map(([name, values]) => ({ name, values }))];
}
