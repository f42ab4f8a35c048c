import { Float64, Int32, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `SurfaceError`: whether a performance surface predicts better than the mean does. */
export const surfaceErrorColumns = {
  column: new Utf8(),
  n: new Int32(),
  error: new Float64(),
  meanError: new Float64(),
} as const satisfies TypeMap;

/** Types of the columns of `SurfaceError`. */
export type SurfaceErrorColumns = typeof surfaceErrorColumns;

/** A batch of surface errors. */
export type SurfaceErrorBatch = WireBatch<SurfaceErrorColumns>;

/**
 * Schema of `SurfaceError`: leave-one-out root mean squared error of the surface, and of predicting the mean of the
 * other models.
 */
export const surfaceErrorSchema = wireSchema('SurfaceError', 1, surfaceErrorColumns);
