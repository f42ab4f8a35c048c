import { combineLabels } from '@intermodel/numerics';
import type { ActivationBatch, LabelPlanesBatch } from '@intermodel/schemas';
import {
  connect,
  filter,
  from,
  map,
  switchMap,
  toArray,
  windowCount,
  zip,
  concatMap,
  type Observable,
  type OperatorFunction,
} from 'rxjs';
import { countShards } from './count/count-shards.ts';
import { readActivations, readShape } from './count/read-activations.ts';
import type { CountedShard } from './count/shard-counter.ts';
import { batchesPerShard, estimateThresholdsDefaults, type EstimateThresholdsOptions } from './estimate-thresholds.ts';
import { concludeDissection, type DissectionResult } from './matches/dissection-result.ts';
import { labelPlanesBatch } from './overlaps/label-planes.ts';
import { mergeOverlaps } from './overlaps/merge-overlaps.ts';
import { tallyOverlaps } from './overlaps/tally-overlaps.ts';
import type { Concept } from './presets/concept-index.ts';
import { blankNumber } from './presets/ignored-pixels.ts';
import { selectThresholds } from './thresholds/select-thresholds.ts';

/** Options of {@link dissectActivations}; the sizes are read from the batches. */
export interface DissectActivationsOptions extends EstimateThresholdsOptions {
  /** Concepts that the label planes can bear. */
  readonly vocabulary: readonly Concept[];
  /** Number of pixels that nobody judged; the preset says what becomes of them. @default none */
  readonly ignore?: number;
}

/**
 * Dissects the activations of one layer as they stream by, with the maps that may still matter in memory, and emits its
 * tables when the source completes; nothing for a source without images. For embedding into a pipeline of one's own;
 * runs that are stored compose the same stages.
 *
 * @throws BatchSchemaError for a batch of another table, layer or size; InputError `VOCABULARY_EMPTY`,
 * `CONCEPTS_TOO_RARE`.
 * @example
 * activations$.pipe(dissectActivations({ vocabulary, maximumImages: 1000 })).subscribe(({ matches }) => …);
 */
export function dissectActivations(
  options: DissectActivationsOptions,
): OperatorFunction<ActivationBatch, DissectionResult> {
  const {
    vocabulary,
    ignore = 0,
    preset = estimateThresholdsDefaults.preset,
    maximumImages = estimateThresholdsDefaults.maximumImages,
  } = options;
  const blank = blankNumber(preset, ignore);
  return (activations) =>
    activations.pipe(
      windowCount(batchesPerShard),
      connect((shards) =>
        zip(shards.pipe(countShards({ presets: [preset], maximumImages })), shards.pipe(labelsOfShards(blank))),
      ),
      map(([counted, labels]) => inMemory(counted, labels)),
      toArray(),
      filter((shards) => shards.some(({ images }) => images > 0)),
      switchMap((shards) =>
        from(shards).pipe(
          selectThresholds({ preset }),
          switchMap((thresholds) =>
            from(shards).pipe(
              tallyOverlaps({ thresholds, vocabulary, ignore, preset }),
              mergeOverlaps(),
              concludeDissection({ thresholds, vocabulary, preset }),
            ),
          ),
        ),
      ),
    );
}

/** A shard as the stages after the count take it. */
function inMemory({ histograms, kept }: CountedShard, labels: LabelPlanesBatch) {
  const [histogram] = histograms as [CountedShard['histograms'][number]];
  return {
    histogram,
    kept: () => Promise.resolve(kept),
    labels: () => Promise.resolve(labels),
    images: labels.numRows,
  };
}

/** Label planes of each shard that has a batch. */
function labelsOfShards(blank: number): OperatorFunction<Observable<ActivationBatch>, LabelPlanesBatch> {
  return concatMap((shard) =>
    shard.pipe(
      toArray(),
      filter((batches) => batches.length > 0),
      map((batches) => {
        const shape = readShape('dissectActivations', batches[0] as ActivationBatch);
        const labels = batches.flatMap((batch) =>
          Array.from(readActivations(batch, shape), ({ planes }) =>
            combineLabels({ planes, blank }, shape.labelHeight * shape.labelWidth),
          ),
        );
        return labelPlanesBatch(
          shape,
          labels.map((_, image) => String(image)),
          labels,
        );
      }),
    ),
  );
}
