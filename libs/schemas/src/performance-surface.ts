import { Float64, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `PerformanceSurface`: a score predicted over a grid of components 1 and 2. */
export const performanceSurfaceColumns = {
  column: new Utf8(),
  pc1: new Float64(),
  pc2: new Float64(),
  score: new Float64(),
} as const satisfies TypeMap;

/** Types of the columns of `PerformanceSurface`. */
export type PerformanceSurfaceColumns = typeof performanceSurfaceColumns;

/** A batch of surface points. */
export type PerformanceSurfaceBatch = WireBatch<PerformanceSurfaceColumns>;

/** Schema of `PerformanceSurface`: one row a score column and grid point. */
export const performanceSurfaceSchema = wireSchema('PerformanceSurface', 1, performanceSurfaceColumns);
