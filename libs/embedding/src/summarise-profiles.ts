import { profileSummarySchema, type ConceptProfileBatch, type ProfileSummaryBatch } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import { defer, map, type OperatorFunction } from 'rxjs';
import { gatherProfiles, type ProfileMatrix } from './profile-matrix.ts';

/** Matches of a model within one category of concepts. */
export interface Summary {
  /** Name of the model. */
  readonly model: string;
  /** Category of concepts. */
  readonly category: string;
  /** Units that match a concept of the category. */
  readonly matches: number;
  /** Distinct concepts of the category that they match. */
  readonly unique: number;
  /** Matches per unique concept; NaN where there is none. */
  readonly redundancy: number;
}

/**
 * Sums profiles per model and category of concepts: all matches, unique concepts, and redundancy = matches / unique.
 * Emits one batch when the source completes, models in the order of the source, categories sorted.
 *
 * @example
 * profiles.pipe(summariseProfiles())
 */
export function summariseProfiles(): OperatorFunction<ConceptProfileBatch, ProfileSummaryBatch> {
  return (profiles) =>
    defer(() =>
      profiles.pipe(
        gatherProfiles('summariseProfiles'),
        map(summaries),
        map((rows) =>
          buildBatch(profileSummarySchema, {
            model: rows.map(({ model }) => model),
            category: rows.map(({ category }) => category),
            matches: rows.map(({ matches }) => matches),
            unique: rows.map(({ unique }) => unique),
            redundancy: rows.map(({ redundancy }) => redundancy),
          }),
        ),
      ),
    );
}

/** Summaries of a matrix of profiles, one a model and category. */
export function summaries({ models, concepts, units }: ProfileMatrix): Summary[] {
  const categories = [...new Set(concepts.map(({ category }) => category))].sort();
  return models.flatMap((model, row) =>
    categories.map((category) => {
      let [matches, unique] = [0, 0];
      concepts.forEach((concept, index) => {
        const count = units[row * concepts.length + index] as number;
        if (concept.category !== category || count === 0) return;
        matches += count;
        unique++;
      });
      return { model, category, matches, unique, redundancy: unique === 0 ? Number.NaN : matches / unique };
    }),
  );
}
