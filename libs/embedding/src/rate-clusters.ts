import { clusterQualitySchema, type ClusterQualityBatch, type ConceptProfileBatch } from '@intermodel/schemas';
import { rateClusterCounts } from '@intermodel/numerics';
import { buildBatch } from '@intermodel/streams';
import { defer, map, type OperatorFunction } from 'rxjs';
import { gatherProfiles } from './profile-matrix.ts';

/** Options of {@link rateClusters}. */
export interface RateClustersOptions {
  /** Largest number of categories tried, at most as many as models. @default 10 */
  readonly maximum?: number;
  /** Seed of the k-means starts and of the reference sets of the gap statistic. @default 0 */
  readonly seed?: number;
  /** Starts of k-means for each number of categories. @default 100 */
  readonly restarts?: number;
  /** Reference sets of the gap statistic. @default 50, for more than 100 models 10 */
  readonly references?: number;
}

/** Defaults of {@link rateClusters}. */
export const rateClustersDefaults = { maximum: 10, seed: 0, restarts: 100 } as const satisfies RateClustersOptions;

/**
 * Rates how well k = 1, 2, … categories of models describe the profiles: k-means inertia, mean silhouette (Rousseeuw
 * 1987; null for k = 1), gap statistic (Tibshirani, Walther, Hastie 2001) with its standard error. Emits one batch when the source completes.
 *
 * @example
 * profiles.pipe(rateClusters({ maximum: 5 }))
 */
export function rateClusters(
  options: RateClustersOptions = {},
): OperatorFunction<ConceptProfileBatch, ClusterQualityBatch> {
  const {
    maximum = rateClustersDefaults.maximum,
    seed = rateClustersDefaults.seed,
    restarts = rateClustersDefaults.restarts,
    references,
  } = options;
  return (profiles) =>
    defer(() =>
      profiles.pipe(
        gatherProfiles('rateClusters'),
        map(({ models, concepts, weights: values }) => {
          const rated = rateClusterCounts({
            values,
            rows: models.length,
            columns: concepts.length,
            maximum: Math.min(maximum, models.length),
            seed,
            restarts,
            ...(references === undefined ? {} : { references }),
          });
          return buildBatch(clusterQualitySchema, {
            k: rated.map(({ k }) => k),
            inertia: rated.map(({ inertia }) => inertia),
            silhouette: rated.map(({ silhouette }) => silhouette),
            gap: rated.map(({ gap }) => gap),
            gapError: rated.map(({ gapError }) => gapError),
          });
        }),
      ),
    );
}
