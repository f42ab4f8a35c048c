import { parentPort } from 'node:worker_threads';
import { packError } from '@intermodel/errors';
import { openInference, type ImageInference } from './infer-images.ts';
import { RunGuard } from './run-guard.ts';
import type { InferRequest, OpenRequest, WorkerAnswer } from './worker-messages.ts';

type Port = NonNullable<typeof parentPort>;

/**
 * Opens a model at the first request and answers the others one after the other, until it is told to close. Nothing that
 * it imports loads Arrow or RxJS, which every thread would wait for.
 */
function serve(port: Port): void {
  let inference: ImageInference | undefined;
  let work = Promise.resolve();
  port.on('message', (request: OpenRequest | InferRequest | 'close') => {
    work = work.then(async () => {
      if (request === 'close') {
        await inference?.release();
        port.close();
      } else if ('settings' in request) inference = await open(port, request);
      else if (inference !== undefined) await run(port, inference, request);
    });
  });
}

async function open(port: Port, { settings, guardMemory }: OpenRequest): Promise<ImageInference | undefined> {
  try {
    const inference = await openInference(settings, new RunGuard(guardMemory));
    answer(port, { kind: 'opened', model: inference.model });
    return inference;
  } catch (error) {
    answer(port, { kind: 'failed', id: undefined, error: packError(error) });
    port.close();
    return undefined;
  }
}

async function run(port: Port, inference: ImageInference, { id, pixels, images }: InferRequest): Promise<void> {
  try {
    const values = await inference.infer(pixels, images);
    const arrays = values.flatMap(({ maps, prefix }) => (prefix === undefined ? [maps] : [maps, prefix]));
    answer(
      port,
      { kind: 'values', id, values },
      arrays.map(({ buffer }) => buffer as ArrayBuffer),
    );
  } catch (error) {
    answer(port, { kind: 'failed', id, error: packError(error) });
  }
}

function answer(port: Port, message: WorkerAnswer, transfer: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

if (parentPort !== null) serve(parentPort);
