import { concludeDissection, listOverlaps, type DissectionResult } from '@intermodel/concept-matching';
import type { UnitConceptOverlapBatch } from '@intermodel/schemas';
import { switchMap, type Observable } from 'rxjs';
import type { ImageShard } from '@intermodel/data-loading';
import { countOverlaps } from './count-overlaps.ts';
import { findThresholds } from './find-thresholds.ts';
import type { GroupContext } from './group-context.ts';
import type { LayerJob } from './layer-job.ts';

/** Goes from what was counted of the shards of a layer to its tables: thresholds, overlaps, matches. */
export function finishLayer(
  context: GroupContext,
  job: LayerJob,
  shards: readonly ImageShard[],
): Observable<DissectionResult> {
  const { preset } = job;
  const vocabulary = context.concepts.concepts;
  const { operator: match } = context.stages.matches;
  return findThresholds(context, job, shards).pipe(
    switchMap((thresholds) =>
      countOverlaps(context, job, shards, thresholds).pipe(
        concludeDissection({ thresholds, vocabulary, preset, match }),
      ),
    ),
  );
}

/** Overlaps of a layer, counted again from what is stored. */
export function recountOverlaps(
  context: GroupContext,
  job: LayerJob,
  shards: readonly ImageShard[],
): Observable<UnitConceptOverlapBatch> {
  const { preset } = job;
  return findThresholds(context, job, shards).pipe(
    switchMap((thresholds) => countOverlaps(context, job, shards, thresholds)),
    listOverlaps({ vocabulary: context.concepts.concepts, preset }),
  );
}
