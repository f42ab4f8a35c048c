import { SHARE_ENV, Worker } from 'node:worker_threads';
import { limitError, MachineError, requireFilesForThread, unpackError } from '@intermodel/streams';
import { RunGuard } from './run-guard.ts';
import type { LayerValues } from './layer-maps.ts';
import { callOnAbort, stopAtExit } from './stop-hooks.ts';
import type { InferRequest, OpenedModel, OpenRequest, WorkerAnswer, WorkerSettings } from './worker-messages.ts';

/** A thread in which a model runs. */
export interface InferenceThread {
  /** What is known of the model. */
  readonly model: OpenedModel;
  /** Values of each layer for RGB bytes; the bytes' buffer is given away. */
  infer(pixels: Uint8Array, images: number): Promise<readonly LayerValues[]>;
  /** Frees the model and ends the thread, after the requests under way. */
  close(): Promise<void>;
  /** Fails the requests under way with `INFERENCE_STOPPED`, and ends the thread when the run under way returns. */
  stop(): Promise<void>;
}

interface Waiting {
  readonly resolve: (values: readonly LayerValues[]) => void;
  readonly reject: (error: Error) => void;
}

let prepared: Worker | undefined;

/**
 * Starts a thread that loads the runtime and waits for the next model that is opened: for callers who know that one
 * will be, while they wait for something else. It does not keep the process alive.
 */
export function prepareInference(): void {
  if (prepared !== undefined) return;
  try {
    requireFilesForThread();
  } catch {
    // Whoever opens the model is told.
    return;
  }
  const worker = startWorker();
  const forget = () => {
    if (prepared === worker) prepared = undefined;
  };
  worker.once('error', forget).once('exit', forget).unref();
  prepared = worker;
}

/** Ends the thread that {@link prepareInference} started, if no model was opened in it. */
export function dismissInference(): void {
  prepared?.postMessage('close');
  prepared = undefined;
}

function takeWorker(): Worker {
  const worker = prepared ?? startWorker();
  prepared = undefined;
  worker.ref();
  return worker;
}

/**
 * Starts a thread and opens a model in it: the runtime blocks the JavaScript thread that calls it, and all that a
 * session holds is freed when its thread ends. From then on the heap of the process is collected less often.
 */
export async function startInference(settings: WorkerSettings, signal?: AbortSignal): Promise<InferenceThread> {
  signal?.throwIfAborted();
  requireFilesForThread();
  const guard = new RunGuard();
  const worker = takeWorker();
  worker.postMessage({ settings, guardMemory: guard.memory } satisfies OpenRequest);
  const waiting = new Map<number, Waiting>();
  let nextId = 0;
  let failure: Error | undefined;
  let failOpening: ((error: Error) => void) | undefined;
  const fail = (error: Error) => {
    failure ??= error;
    failOpening?.(failure);
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };
  const stopListening: (() => void)[] = [stopAtExit(guard)];
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      for (const end of stopListening) end();
      fail(stoppedError(settings.file));
      resolve();
    });
  });
  const opened = new Promise<OpenedModel>((resolve, reject) => {
    failOpening = reject;
    worker.on('message', (answer: WorkerAnswer) => {
      if (answer.kind === 'opened') resolve(answer.model);
      else if (answer.kind === 'values') take(waiting, answer.id)?.resolve(answer.values);
      else if (answer.id === undefined) fail(unpackError(answer.error));
      else take(waiting, answer.id)?.reject(unpackError(answer.error));
    });
    worker.once('error', (error) => {
      fail(threadError(settings.file, error));
    });
  });
  const stop = async () => {
    guard.stop();
    fail(stoppedError(settings.file));
    worker.postMessage('close');
    await exited;
  };
  if (signal !== undefined) stopListening.push(callOnAbort(signal, () => void stop()));
  return {
    model: await opened,
    infer: (pixels, images) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) {
          reject(failure);
          return;
        }
        const request: InferRequest = { id: nextId++, pixels, images };
        waiting.set(request.id, { resolve, reject });
        worker.postMessage(request, [pixels.buffer as ArrayBuffer]);
      }),
    close: async () => {
      worker.postMessage('close');
      await exited;
    },
    stop,
  };
}

function take(waiting: Map<number, Waiting>, id: number): Waiting | undefined {
  const found = waiting.get(id);
  waiting.delete(id);
  return found;
}

/** The environment is shared, since the runtime reads what was set in it for the process. */
function startWorker(): Worker {
  const here = import.meta.url;
  if (!here.endsWith('.ts')) return new Worker(new URL('./inference-worker.js', here), { env: SHARE_ENV });
  return new Worker(new URL('./inference-worker-from-sources.mjs', here), {
    env: SHARE_ENV,
    execArgv: ['--conditions=@intermodel/source'],
  });
}

function stoppedError(file: string): MachineError {
  return new MachineError('INFERENCE_STOPPED', 'inference was stopped', { file });
}

function threadError(file: string, cause: Error): MachineError {
  return (
    limitError(cause, file) ??
    new MachineError('INFERENCE_STOPPED', `inference stopped: ${cause.message}`, { file, cause })
  );
}
