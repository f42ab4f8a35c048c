import type { ActivationBatch } from '@intermodel/schemas';
import { defer, filter, map, reduce, type OperatorFunction } from 'rxjs';
import { ActivationDissection, type ActivationDissectionOptions } from './activation-dissection.ts';
import type { DissectionResult } from './dissection-result.ts';
import { readActivations, readShape } from './read-activations.ts';

/** Options of {@link dissectActivations}; the sizes are read from the batches. */
export type DissectActivationsOptions = Omit<ActivationDissectionOptions, 'shape' | 'keep'> & {
  /** Where maps are kept for the steps after the forward pass. @default 256 MiB of memory */
  readonly keep?: Exclude<ActivationDissectionOptions['keep'], 'forbid' | undefined>;
};

/**
 * Dissects the activations of one layer as they stream by, and emits thresholds, overlaps and matches when the source
 * completes. Nothing is emitted for a source without images.
 *
 * @throws BatchSchemaError for a batch of another table, layer or size; InputError `VOCABULARY_EMPTY`,
 *   `KEPT_MAPS_FULL`,
 * `CONCEPTS_TOO_RARE`.
 * @example
 * activations.pipe(dissectActivations({ vocabulary, maximumImages: 1000 })).subscribe(({ matches }) => …);
 */
export function dissectActivations(
  options: DissectActivationsOptions,
): OperatorFunction<ActivationBatch, DissectionResult> {
  return (batches) =>
    defer(() => {
      let image = 0;
      return batches.pipe(
        reduce((dissection: ActivationDissection | undefined, batch) => {
          const shape = readShape('dissectActivations', batch, dissection?.shape);
          const current = dissection ?? new ActivationDissection({ ...options, shape });
          for (const { activations, planes } of readActivations(batch, shape))
            current.add(image++, activations, { planes });
          return current;
        }, undefined),
        filter((dissection) => dissection !== undefined && dissection.images > 0),
        map((dissection) => (dissection as ActivationDissection).finish()),
      );
    });
}
