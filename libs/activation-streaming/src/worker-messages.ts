import { inspect } from 'node:util';
import { InputError, IntermodelError, limitError, MachineError, type ErrorDetails } from '@intermodel/errors';
import type { LayerMaps, LayerOptions } from './layer-maps.ts';
import type { InputLayout, Preprocessing } from './preprocessing.ts';

/** What the inference thread is started with. */
export interface WorkerSettings {
  /** Path of the model. */
  readonly file: string;
  /** Layers to put out. */
  readonly layers: readonly LayerOptions[];
  /** How images become the model's input. */
  readonly preprocessing: Preprocessing;
  /** Execution providers, the preferred first. */
  readonly executionProviders: readonly string[];
  /** Threads of one run. */
  readonly intraOpThreads: number;
  /** Images of one run; undefined = chosen by memory. */
  readonly batchSize: number | undefined;
}

/** What reaches the inference thread at its start. */
export interface WorkerData {
  /** What to open, and how. */
  readonly settings: WorkerSettings;
  /** Memory of the {@link RunGuard}. */
  readonly guardMemory: SharedArrayBuffer;
}

/** What the inference thread knows once the model is open. */
export interface OpenedModel {
  /** Maps of the layers, in the order asked for. */
  readonly layers: readonly LayerMaps[];
  /** Order of the axes of the input. */
  readonly layout: InputLayout;
  /** Images of one run. */
  readonly batchSize: number;
}

/** A request: the pixels of some images. */
export interface InferRequest {
  /** Number of the request. */
  readonly id: number;
  /** RGB bytes of the images, one after the other. */
  readonly pixels: Uint8Array;
  /** Number of images. */
  readonly images: number;
}

/** An answer of the inference thread; `maps` has one array for each layer. */
export type WorkerAnswer =
  | { readonly kind: 'opened'; readonly model: OpenedModel }
  | { readonly kind: 'maps'; readonly id: number; readonly maps: readonly Float32Array[] }
  | { readonly kind: 'failed'; readonly id: number | undefined; readonly error: ErrorMessage };

/** An error as it travels between threads, which keep no classes. */
export interface ErrorMessage {
  /** Whose fault it is. */
  readonly fault: 'input' | 'machine' | 'program';
  /** Stable identifier. */
  readonly code: string;
  /** Whole text. */
  readonly message: string;
  /** Parts of the text. */
  readonly details: ErrorDetails;
}

/** Takes an error apart so that it can be sent. */
export function packError(thrown: unknown): ErrorMessage {
  const error = thrown instanceof IntermodelError ? thrown : (limitError(thrown) ?? thrown);
  if (!(error instanceof IntermodelError)) return { fault: 'program', code: 'INFERENCE_FAILED', message: error instanceof Error ? error.message : String(error), details: {} };
  const { cause, ...details } = error.details;
  const fault = error instanceof InputError ? 'input' : error instanceof MachineError ? 'machine' : 'program';
  return { fault, code: error.code, message: error.message, details: cause === undefined ? details : { ...details, cause: cause instanceof Error ? cause.message : inspect(cause) } };
}

/** Puts an error together again, with its class, code, text and details. */
export function unpackError({ fault, code, message, details }: ErrorMessage): IntermodelError {
  const kind = { input: InputError, machine: MachineError, program: IntermodelError }[fault];
  const cause = details.cause === undefined ? undefined : { cause: details.cause };
  // The text is whole already: it must not be made of its parts a second time.
  return Object.assign(new kind(code, message, cause), { details });
}
