import type { ComponentVarianceBatch, ConceptProfileBatch, FittedEmbeddingBatch } from '@intermodel/schemas';
import { parallelAnalysis, parallelAnalysisDefaults } from '@intermodel/numerics';
import { defer, map, type OperatorFunction } from 'rxjs';
import { componentVariance } from './embedding-tables.ts';
import { gatherProfiles } from './profile-matrix.ts';

/** Options of {@link testComponents}. */
export interface TestComponentsOptions {
  /** The embedding whose components are tested. */
  readonly embedding: FittedEmbeddingBatch;
  /** Permutations of the columns; 0 leaves the test out. @default 200 */
  readonly permutations?: number;
  /** Seed of the permutations. @default 0 */
  readonly seed?: number;
}

/** Defaults of {@link testComponents}. */
export const testComponentsDefaults = {
  permutations: parallelAnalysisDefaults.permutations,
  seed: parallelAnalysisDefaults.seed,
} as const satisfies Partial<TestComponentsOptions>;

/**
 * Tells how much variance each component explains, and how much it would by chance (parallel analysis: the columns of
 * the profiles are permuted independently). Takes the profiles that the embedding was fitted to; emits one batch when
 * the source completes.
 *
 * @example
 * embeddedProfiles.pipe(testComponents({ embedding }))
 */
export function testComponents({
  embedding,
  permutations = testComponentsDefaults.permutations,
  seed = testComponentsDefaults.seed,
}: TestComponentsOptions): OperatorFunction<ConceptProfileBatch, ComponentVarianceBatch> {
  return (profiles) =>
    defer(() =>
      profiles.pipe(
        gatherProfiles('testComponents'),
        map(({ models, concepts, weights: values }) =>
          permutations === 0
            ? componentVariance(embedding)
            : componentVariance(
                embedding,
                parallelAnalysis({ values, rows: models.length, columns: concepts.length, permutations, seed }),
              ),
        ),
      ),
    );
}
