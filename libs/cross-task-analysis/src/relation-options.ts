import type { ModelFamilyBatch } from '@intermodel/schemas';
import type { Correction, PermutationScope } from './support-rule.ts';

/** Choices that all relations of a study share. */
export interface RelationOptions {
  /** Families of models that are no independent samples. @default every model is its own */
  readonly families?: ModelFamilyBatch | undefined;
  /** Orderings drawn where there are too many to try all. @default 100,000 */
  readonly permutations?: number;
  /** Among which models they exchange scores. @default 'all' */
  readonly permuteWithin?: PermutationScope;
  /** Correction that decides what is supported. @default 'benjamini-hochberg' */
  readonly correction?: Correction;
  /** Seed of everything that is random. @default 0 */
  readonly seed?: number;
}

/** Defaults of {@link RelationOptions}. */
export const relationDefaults = {
  permutations: 100_000,
  permuteWithin: 'all',
  correction: 'benjamini-hochberg',
  seed: 0,
} as const satisfies Partial<RelationOptions>;
