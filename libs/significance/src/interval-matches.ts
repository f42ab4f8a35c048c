import { bcaOfReplicates, replicateInterval, type Interval } from '@intermodel/numerics';
import {
  joinUnitReplicates,
  matchSchema,
  matchSchemaOf,
  matchVariantOf,
  matchScoreOf,
  scoreColumn,
  testColumn,
  unitRollColumns,
  unitTestColumns,
  type LayerReplicates,
  type UnitMatchBatch,
  type UnitReplicateBatch,
  type UnitRollColumn,
  type UnitTestColumn,
} from '@intermodel/schemas';
import { buildBatch, checkBatch, column, readNumbers, readStrings } from '@intermodel/streams';
import { defer, map, type OperatorFunction } from 'rxjs';

/** Options of {@link intervalMatches}. */
export interface IntervalMatchesOptions {
  /** Replicates over images of all layers of the matches, in any number of tables whose replicates follow each other. */
  readonly replicates: readonly UnitReplicateBatch[];
}

/** Blocks of images below which a jackknife over them says too little. */
export const fewestJackknifed = 20;

const level = 0.95;

/**
 * Gives the IoU of units and their concepts a 95 % interval over other images of the same kind; one batch for each batch
 * of matches.
 *
 * Intervals are BCa (Efron 1987), with the jackknife over the blocks of images that were drawn, and percentiles where
 * there are fewer than 20 blocks, or where BCa is not defined since all replicates lie on one side. They are of the
 * concept that was found in all images: that it was chosen among many is none of their business.
 *
 * @throws BatchSchemaError for another table; RangeError for replicates that do not belong together, or units without
 * @example
 * matches.pipe(intervalMatches({ replicates }))
 */
export function intervalMatches({
  replicates,
}: IntervalMatchesOptions): OperatorFunction<UnitMatchBatch, UnitMatchBatch> {
  return (matches) =>
    defer(() => {
      const layers = new Map(
        joinUnitReplicates(replicates).map((layer) => [JSON.stringify([layer.model, layer.layer]), layer]),
      );
      return matches.pipe(
        map((batch) => checkBatch('intervalMatches', matchSchemaOf(batch), batch)),
        map((batch) => withIntervals(batch, layers)),
      );
    });
}

function withIntervals(batch: UnitMatchBatch, layers: ReadonlyMap<string, LayerReplicates>): UnitMatchBatch {
  const text = (name: 'model' | 'layer' | 'concept' | 'category') => readStrings(column(batch, name));
  const [models, layerNames] = [text('model'), text('layer')];
  const units = readNumbers(column(batch, 'unit'));
  const intervals = Array.from(units, (unit, row): Interval => {
    const layer = layers.get(JSON.stringify([models[row], layerNames[row]]));
    if (layer === undefined || unit >= layer.units)
      throw new RangeError(
        `intervalMatches: no replicates of unit ${String(unit)} of ${String(models[row])} ${String(layerNames[row])}`,
      );
    return intervalOf(layer, unit);
  });
  const score = matchScoreOf(batch);
  const tests = Object.keys({ ...unitTestColumns, ...unitRollColumns }).flatMap((name) => {
    const values = testColumn(batch, name as UnitTestColumn | UnitRollColumn);
    return values === undefined ? [] : [[name, readNumbers(values)] as const];
  });
  const columns = {
    ...{ model: models, layer: layerNames, unit: units, concept: text('concept'), category: text('category') },
    iou: readNumbers(column(batch, 'iou')),
    ...(score === undefined ? {} : { [score]: readNumbers(scoreColumn(batch)) }),
    ...Object.fromEntries(tests),
    iouLow: Float64Array.from(intervals, ([low]) => low),
    iouHigh: Float64Array.from(intervals, ([, high]) => high),
  };
  return buildBatch(matchSchema({ ...matchVariantOf(batch), resampled: true }), columns);
}

function intervalOf({ iou, acceleration, ious, count, blocks }: LayerReplicates, unit: number): Interval {
  const estimate = iou[unit] as number;
  const replicates = ious.subarray(unit * count, (unit + 1) * count);
  if (blocks >= fewestJackknifed && !Number.isNaN(estimate)) {
    const interval = bcaOfReplicates({ estimate, replicates, acceleration: acceleration[unit] as number, level });
    if (!interval.some(Number.isNaN)) return interval;
  }
  return replicateInterval({ replicates, observed: estimate, level });
}
