import type { OverlapCountBatch } from '@intermodel/schemas';
import { concatMap, defer, reduce, type OperatorFunction } from 'rxjs';
import { OverlapSum } from './overlap-counts.ts';

/**
 * Adds up what was counted of the shards of a layer: one batch when the source completes, none for an empty source. Any
 * order and any cut into shards give the same.
 *
 * @throws BatchSchemaError for another table; RangeError where the shards were counted in different ways
 */
export function mergeOverlaps(): OperatorFunction<OverlapCountBatch, OverlapCountBatch> {
  return (counts) =>
    defer(() =>
      counts.pipe(
        reduce((sum, batch) => sum.add('mergeOverlaps', batch), new OverlapSum()),
        concatMap((sum) => {
          const counts = sum.toCounts();
          return counts === undefined ? [] : [counts];
        }),
      ),
    );
}
