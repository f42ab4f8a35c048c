import {
  bootstrapEmbedding,
  bootstrapProfiles,
  resampledModels,
  resampleUnits,
  resampleUnitsDefaults,
  type EmbeddingUncertainty,
  type ProfileIntervals,
  type ProfileReplicates,
} from '@intermodel/embedding';
import type { UncertaintyTables } from '@intermodel/outputs';
import type { ConceptProfileBatch, FittedEmbeddingBatch, ModelUnitsBatch } from '@intermodel/schemas';
import { combineLatest, map, of, type Observable } from 'rxjs';

/** What {@link bootstrapTables} resamples, and how often. */
export interface BootstrapTablesOptions {
  /** Profiles of all models. */
  readonly profiles: ConceptProfileBatch;
  /** All units of each of them. */
  readonly modelUnits: ModelUnitsBatch;
  /** The embedding that was fitted to some of them; absent: counts alone get intervals. */
  readonly fit?: FittedEmbeddingBatch | undefined;
  /** Replicates that were drawn already, such as those over images. @default over units, of the profiles */
  readonly drawn?: ProfileReplicates | undefined;
  /** Replicates; 0: there are no such tables. @default 200 */
  readonly replicates?: number;
  /** Seed of the draws and of the k-means starts. @default 0 */
  readonly seed?: number;
}

/** Intervals of counts always, clouds of an embedding where there is one of not too many models. */
export type BootstrapTables = ProfileIntervals & Partial<UncertaintyTables>;

/**
 * How sure profiles and embedding are: bootstrap over units, which tables of units are enough for, unless replicates are
 * given. One emission; undefined without replicates or matches.
 *
 * @throws InputError from the stages.
 */
export function bootstrapTables({
  profiles,
  modelUnits: units,
  fit,
  drawn,
  replicates: count = resampleUnitsDefaults.replicates,
  seed = resampleUnitsDefaults.seed,
}: BootstrapTablesOptions): Observable<BootstrapTables | undefined> {
  if (count === 0 || profiles.numRows === 0) return of(undefined);
  const replicates = drawn ?? resampleUnits({ profiles, units, replicates: count, seed });
  const none: Partial<EmbeddingUncertainty> = {};
  return combineLatest([
    of(profiles).pipe(bootstrapProfiles({ replicates })),
    fit === undefined || units.numRows > resampledModels
      ? of(none)
      : of(profiles).pipe(bootstrapEmbedding({ embedding: fit, replicates, seed })),
  ]).pipe(map(([counts, embedding]) => ({ ...counts, ...embedding })));
}
