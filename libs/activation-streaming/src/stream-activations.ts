import type { ActivationBatch, LabelledImageBatch } from '@intermodel/schemas';
import { boundedMap } from '@intermodel/streams';
import { concatMap, Observable, type OperatorFunction, type Subscription } from 'rxjs';
import {
  activationDefaults,
  openActivations,
  type ActivationModel,
  type ActivationOptions,
} from './open-activations.ts';

/** Batches in an inference thread: one that runs and one that waits, so that it never idles. */
const batchesAhead = 2;

/**
 * Runs a model over labelled images: for every batch of images it emits one batch of activations for each layer, in the
 * order of `layers`; a batch's schema says which layer it is (`activationShape(batch.schema).layer`). All layers come
 * from one forward pass. Images keep the order of the source, and the values do not depend on `batchSize` or threads.
 *
 * The model is opened on subscription in a worker thread for each copy, and freed at the end, on an error and on
 * unsubscription. Two batches are in each thread at a time. RxJS has no back-pressure: where images load faster than
 * the model runs, load them in the same bounded step with {@link openActivations}.
 *
 * @example
 * images$.pipe(streamActivations({ model: 'resnet50', file: 'resnet50.onnx', layers: ['/layer4/Relu_output_0'] }))
 */
export function streamActivations(options: ActivationOptions): OperatorFunction<LabelledImageBatch, ActivationBatch> {
  return (images) =>
    new Observable((subscriber) => {
      const stop = new AbortController();
      let running: Subscription | undefined;
      const fail = (error: unknown) => {
        subscriber.error(error);
      };
      const run = (model: ActivationModel) => {
        const activations = images.pipe(
          boundedMap((batch) => model.infer(batch), batchesAhead * (options.copies ?? activationDefaults.copies)),
          concatMap((batches) => batches),
        );
        running = activations.subscribe({
          next: (batch) => {
            subscriber.next(batch);
          },
          error: fail,
          complete: () => {
            model.close().then(() => {
              subscriber.complete();
            }, fail);
          },
        });
      };
      openActivations(options, stop.signal).then((model) => {
        if (!stop.signal.aborted) run(model);
      }, fail);
      return () => {
        running?.unsubscribe();
        stop.abort();
      };
    });
}
