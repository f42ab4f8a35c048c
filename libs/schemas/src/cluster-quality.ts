import { Float64, Int32, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `ClusterQuality`: how well k categories of models describe the profiles. */
export const clusterQualityColumns = {
  k: new Int32(),
  inertia: new Float64(),
  silhouette: new Float64(),
  gap: new Float64(),
  gapError: new Float64(),
} as const satisfies TypeMap;

/** Types of the columns of `ClusterQuality`. */
export type ClusterQualityColumns = typeof clusterQualityColumns;

/** A batch of cluster qualities. */
export type ClusterQualityBatch = WireBatch<ClusterQualityColumns>;

/**
 * Schema of `ClusterQuality`; `silhouette` is null for k = 1 and for as many clusters as models, `gap` and its standard
 * error `gapError` where they have no meaning.
 */
export const clusterQualitySchema = wireSchema('ClusterQuality', 2, clusterQualityColumns, {
  nullable: ['silhouette', 'gap', 'gapError'],
});
