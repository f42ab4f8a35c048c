import { parentPort, workerData } from 'node:worker_threads';
import { packError } from '@intermodel/errors';
import { openInference, type ImageInference } from './infer-images.ts';
import { RunGuard } from './run-guard.ts';
import type { InferRequest, WorkerAnswer, WorkerData } from './worker-messages.ts';

/**
 * Answers requests one after the other, until it is told to close. Nothing that it imports loads Arrow or RxJS, which
 * every thread would wait for.
 */
async function serve(port: NonNullable<typeof parentPort>): Promise<void> {
  const { settings, guardMemory } = workerData as WorkerData;
  const answer = (message: WorkerAnswer, transfer: readonly ArrayBuffer[] = []) => {
    port.postMessage(message, transfer);
  };
  const run = async (inference: ImageInference, { id, pixels, images }: InferRequest) => {
    try {
      const maps = await inference.infer(pixels, images);
      answer(
        { kind: 'maps', id, maps },
        maps.map(({ buffer }) => buffer as ArrayBuffer),
      );
    } catch (error) {
      answer({ kind: 'failed', id, error: packError(error) });
    }
  };
  try {
    const inference = await openInference(settings, new RunGuard(guardMemory));
    let work = Promise.resolve();
    port.on('message', (request: InferRequest | 'close') => {
      work = work.then(async () => {
        if (request !== 'close') return run(inference, request);
        await inference.release();
        port.close();
      });
    });
    answer({ kind: 'opened', model: inference.model });
  } catch (error) {
    answer({ kind: 'failed', id: undefined, error: packError(error) });
    port.close();
  }
}

if (parentPort !== null) void serve(parentPort);
