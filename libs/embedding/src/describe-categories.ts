import {
  categoryTraitSchema,
  type CategoryTraitBatch,
  type ConceptProfileBatch,
  type FittedEmbeddingBatch,
} from '@intermodel/schemas';
import { buildBatch, InputError } from '@intermodel/streams';
import { defer, map, type OperatorFunction } from 'rxjs';
import { readFittedEmbedding } from './fitted-embedding.ts';
import { gatherProfiles, type ProfileMatrix } from './profile-matrix.ts';
import { compareText } from './profile-models.ts';
import { summaries } from './summarise-profiles.ts';

/** Options of {@link describeCategories}. */
export interface DescribeCategoriesOptions {
  /** The embedding whose categories of models are described. */
  readonly embedding: FittedEmbeddingBatch;
}

interface Trait {
  readonly cluster: number;
  readonly trait: string;
  readonly concept: string;
  readonly category: string;
  readonly inside: number;
  readonly outside: number;
  readonly difference: number;
}

/**
 * Tells what sets each category of models apart: the means inside and outside of matches, unique concepts and
 * redundancy per category of concepts, and of the weight of every concept, the most over-represented first. Emits one
 * batch when the source completes.
 *
 * @throws InputError `MODEL_UNKNOWN` if a fitted model is missing among the profiles.
 * @example
 * profiles.pipe(describeCategories({ embedding }))
 */
export function describeCategories({
  embedding,
}: DescribeCategoriesOptions): OperatorFunction<ConceptProfileBatch, CategoryTraitBatch> {
  return (profiles) =>
    defer(() => {
      const { models, clusters } = readFittedEmbedding(embedding);
      return profiles.pipe(
        gatherProfiles('describeCategories'),
        map((matrix) => {
          const missing = models.find((model) => !matrix.models.includes(model));
          if (missing !== undefined)
            throw new InputError('MODEL_UNKNOWN', `the profile of "${missing}" is missing`, {
              expected: 'the profiles that the embedding was fitted to',
            });
          const traits = [...new Set(clusters)]
            .sort((a, b) => a - b)
            .flatMap((cluster) =>
              describe(cluster, matrix, new Map(models.map((model, index) => [model, clusters[index]]))),
            );
          return toBatch(traits);
        }),
      );
    });
}

function describe(cluster: number, matrix: ProfileMatrix, clusterOf: ReadonlyMap<string, number | undefined>): Trait[] {
  const side = (model: string) => (clusterOf.get(model) === undefined ? undefined : clusterOf.get(model) === cluster);
  const compare = (
    trait: string,
    concept: string,
    category: string,
    values: readonly (readonly [string, number])[],
  ): Trait => {
    const mean = (inside: boolean) => {
      const chosen = values.filter(([model, value]) => side(model) === inside && !Number.isNaN(value));
      return chosen.reduce((sum, [, value]) => sum + value, 0) / chosen.length;
    };
    const [inside, outside] = [mean(true), mean(false)];
    return { cluster, trait, concept, category, inside, outside, difference: inside - outside };
  };
  const rows = summaries(matrix);
  const categories = [...new Set(rows.map(({ category }) => category))];
  const bySummary = (['matches', 'unique', 'redundancy'] as const).flatMap((trait) =>
    categories.map((category) =>
      compare(
        trait,
        '',
        category,
        rows.filter((row) => row.category === category).map((row) => [row.model, row[trait]] as const),
      ),
    ),
  );
  const width = matrix.concepts.length;
  const byConcept = matrix.concepts
    .map(({ concept, category }, index) =>
      compare(
        'weight',
        concept,
        category,
        matrix.models.map((model, row) => [model, matrix.weights[row * width + index] as number] as const),
      ),
    )
    .sort(
      (a, b) =>
        b.difference - a.difference || 0 || compareText(a.category, b.category) || compareText(a.concept, b.concept),
    );
  return [...bySummary, ...byConcept];
}

function toBatch(traits: readonly Trait[]): CategoryTraitBatch {
  return buildBatch(categoryTraitSchema, {
    cluster: traits.map(({ cluster }) => cluster),
    trait: traits.map(({ trait }) => trait),
    concept: traits.map(({ concept }) => concept),
    category: traits.map(({ category }) => category),
    inside: traits.map(({ inside }) => inside),
    outside: traits.map(({ outside }) => outside),
    difference: traits.map(({ difference }) => difference),
  });
}
