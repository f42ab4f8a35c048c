import {
  performanceSurfaceSchema,
  surfaceErrorSchema,
  type EmbeddingPointBatch,
  type PerformanceSurfaceBatch,
  type SurfaceErrorBatch,
  type TaskScoreBatch,
} from '@intermodel/schemas';
import { gridOver, leaveOneOutErrors, regressNearest } from '@intermodel/numerics';
import { buildBatch, column, readLists, readStrings } from '@intermodel/streams';
import { defer, map, type OperatorFunction } from 'rxjs';
import { gatherScores, scoresOf, sharedModels, type ScoreColumnValues } from './score-matrix.ts';

/** Options of {@link surfacePerformance} and {@link rateSurfaces}. */
export interface SurfacePerformanceOptions {
  /** Points of the embedded models, of at least two components. */
  readonly points: EmbeddingPointBatch;
  /** Nearest models that a prediction is made from, at least 1. @default 5 (the paper's figure) */
  readonly neighbours?: number;
  /** Grid points along each of the two components, at least 2. @default 20 */
  readonly gridSize?: number;
}

/** Defaults of {@link surfacePerformance}. */
export const surfacePerformanceDefaults = {
  neighbours: 5,
  gridSize: 20,
} as const satisfies Partial<SurfacePerformanceOptions>;

/**
 * Predicts every score over a grid of components 1 and 2 by the mean of the k nearest models, weighted by inverse
 * distance (the paper's performance contours). Emits one batch when the source completes; a column with fewer models
 * than neighbours has no surface.
 *
 * @throws InputError `NO_SHARED_MODELS`.
 * @example
 * scores.pipe(surfacePerformance({ points }))
 */
export function surfacePerformance(
  options: SurfacePerformanceOptions,
): OperatorFunction<TaskScoreBatch, PerformanceSurfaceBatch> {
  const { neighbours = surfacePerformanceDefaults.neighbours, gridSize = surfacePerformanceDefaults.gridSize } =
    options;
  return (scores) =>
    defer(() =>
      scores.pipe(
        gatherScores('surfacePerformance'),
        map((columns) => scoredPoints(columns, options.points).filter(({ values }) => values.length >= neighbours)),
        map((scored) => {
          const rows = scored.flatMap(({ name, points, values }) => {
            const grid = gridOver(points, gridSize);
            return Array.from(
              regressNearest({ points, values, at: grid, dimensions: 2, neighbours }),
              (score, index) => ({ name, pc1: grid[2 * index] as number, pc2: grid[2 * index + 1] as number, score }),
            );
          });
          return buildBatch(performanceSurfaceSchema, {
            column: rows.map(({ name }) => name),
            pc1: rows.map(({ pc1 }) => pc1),
            pc2: rows.map(({ pc2 }) => pc2),
            score: rows.map(({ score }) => score),
          });
        }),
      ),
    );
}

/**
 * Rates the performance surfaces: the root mean squared error of predicting each model from the others by the surface,
 * beside that of predicting the mean of the others. A surface that does not beat the mean tells nothing.
 *
 * @throws InputError `NO_SHARED_MODELS`.
 * @example
 * scores.pipe(rateSurfaces({ points }))
 */
export function rateSurfaces(options: SurfacePerformanceOptions): OperatorFunction<TaskScoreBatch, SurfaceErrorBatch> {
  const { neighbours = surfacePerformanceDefaults.neighbours } = options;
  return (scores) =>
    defer(() =>
      scores.pipe(
        gatherScores('rateSurfaces'),
        map((columns) => scoredPoints(columns, options.points).filter(({ values }) => values.length > neighbours)),
        map((scored) => {
          const rows = scored.map(({ name, points, values }) => ({
            name,
            n: values.length,
            ...leaveOneOutErrors({ points, values, dimensions: 2, neighbours }),
          }));
          return buildBatch(surfaceErrorSchema, {
            column: rows.map(({ name }) => name),
            n: rows.map(({ n }) => n),
            error: rows.map(({ error }) => error),
            meanError: rows.map(({ meanError }) => meanError),
          });
        }),
      ),
    );
}

interface ScoredPoints {
  readonly name: string;
  /** Components 1 and 2 of each model, row by row. */
  readonly points: Float64Array;
  readonly values: Float64Array;
}

function scoredPoints(columns: readonly ScoreColumnValues[], batch: EmbeddingPointBatch): ScoredPoints[] {
  const names = readStrings(column(batch, 'model'));
  const scores = readLists(column(batch, 'components'));
  const components = scores.length / Math.max(1, names.length);
  sharedModels(names, columns);
  if (components < 2) return [];
  return columns.map((scored) => {
    const values = scoresOf(names, scored);
    const rows = names.flatMap((_, row) => (Number.isNaN(values[row]) ? [] : [row]));
    return {
      name: scored.column,
      points: Float64Array.from(
        rows.flatMap((row) => [scores[row * components] as number, scores[row * components + 1] as number]),
      ),
      values: Float64Array.from(rows, (row) => values[row] as number),
    };
  });
}
