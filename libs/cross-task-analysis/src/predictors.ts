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
  return [...byComponent, ...summaryPredictors(summaryRows(summaries))];
}

/** Matches of a model within one category of concepts, as `ProfileSummary` has them. */
export interface SummaryRow extends Readonly<Record<(typeof summaryKinds)[number], number>> {
  /** Name of the model. */
  readonly model: string;
  /** Category of concepts. */
  readonly category: string;
}

/** Predictors of summaries: the trivial baseline, and each kind of each category of concepts. */
export function summaryPredictors(rows: readonly SummaryRow[]): readonly Predictor[] {
  const total = new Map<string, number>();
  const byName = new Map<string, Map<string, number>>();
  for (const { model, matches } of rows) total.set(model, (total.get(model) ?? 0) + matches);
  for (const kind of summaryKinds) {
    for (const row of rows) {
      const name = `${kind}:${row.category}`;
      const values = byName.get(name) ?? new Map<string, number>();
      byName.set(name, values.set(row.model, row[kind]));
    }
  }
  return [{ name: baseline, values: total }, ...[...byName].map(([name, values]) => ({ name, values }))];
}

function summaryRows(summaries: ProfileSummaryBatch): readonly SummaryRow[] {
  const [matches, unique, redundancy] = summaryKinds.map((kind) => readNumbers(column(summaries, kind)));
  const categories = readStrings(column(summaries, 'category'));
  return readStrings(column(summaries, 'model')).map((model, row) => ({
    model,
    category: categories[row] as string,
    matches: matches?.[row] as number,
    unique: unique?.[row] as number,
    redundancy: redundancy?.[row] as number,
  }));
}
