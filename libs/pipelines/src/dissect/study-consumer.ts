import type { ActivationBatch } from '@intermodel/schemas';
import type { RecordBatch } from 'apache-arrow';
import type { Observable, OperatorFunction } from 'rxjs';

/** A layer of a model by its names. */
export interface LayerName {
  /** Name of the model. */
  readonly model: string;
  /** Name of the tensor. */
  readonly layer: string;
}

/**
 * Something of one's own that is made of the activations of each layer in the pass that counts them. What is made of a
 * shard of images is stored, so that a run that goes on, or comes again, runs no model for it.
 */
export interface StudyConsumer {
  /** Name and version, such as `mean-activations/1`, which enters the keys of what is stored. */
  readonly identity: string;
  /**
   * Makes one table of each shard, as soon as it ends: each observable of the source has the activations of one, in the
   * order of images.
   */
  readonly stage: (layer: LayerName) => OperatorFunction<Observable<ActivationBatch>, RecordBatch>;
  /** Takes the tables of all shards of a layer, in their order, once it is done; waited for. */
  readonly conclude: (layer: LayerName, tables: Observable<RecordBatch>) => Promise<void>;
}
