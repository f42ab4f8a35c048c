import {
  twinComparisonSchema,
  type ModelUnitsBatch,
  type ProfileSummaryBatch,
  type TwinComparisonBatch,
} from '@intermodel/schemas';
import { buildBatch, column, readNumbers, readStrings } from '@intermodel/streams';
import type { Study } from '@intermodel/studies';

/** An untrained twin in a study. */
export interface StudyTwin {
  /** Its name. */
  readonly name: string;
  /** Model that it is the twin of. */
  readonly model: string;
}

/** Untrained twins of a study. */
export function twinsOf({ models }: Pick<Study, 'models'>): StudyTwin[] {
  return models.flatMap(({ name, twinOf }) => (twinOf === undefined ? [] : [{ name, model: twinOf }]));
}

/** Counts the matching units of models and of their untrained twins, one row a model that has one. */
export function compareTwins(
  twins: readonly StudyTwin[],
  summaries: ProfileSummaryBatch,
  modelUnits: ModelUnitsBatch,
): TwinComparisonBatch {
  const matches = sums(readStrings(column(summaries, 'model')), readNumbers(column(summaries, 'matches')));
  const units = sums(readStrings(column(modelUnits, 'model')), readNumbers(column(modelUnits, 'units')));
  const counts = (counted: ReadonlyMap<string, number>, of: 'name' | 'model') =>
    Int32Array.from(twins, (twin) => counted.get(twin[of]) ?? 0);
  return buildBatch(twinComparisonSchema, {
    model: twins.map(({ model }) => model),
    units: counts(units, 'model'),
    matches: counts(matches, 'model'),
    twin: twins.map(({ name }) => name),
    twinUnits: counts(units, 'name'),
    twinMatches: counts(matches, 'name'),
  });
}

function sums(names: readonly string[], numbers: ArrayLike<number>): ReadonlyMap<string, number> {
  const totals = new Map<string, number>();
  names.forEach((name, row) => totals.set(name, (totals.get(name) ?? 0) + (numbers[row] as number)));
  return totals;
}
