import type { ErrorMessage } from '@intermodel/errors';
import type { LayerMaps, LayerOptions, LayerValues } from './layer-maps.ts';
import type { InputLayout, Preprocessing } from './preprocessing.ts';

/** What the inference thread is started with. */
export interface WorkerSettings {
  /** Path of the model. */
  readonly file: string;
  /** ONNX graph that is read in place of the file, which holds its weights. @default the file is the graph */
  readonly graph?: Uint8Array | undefined;
  /** Layers to put out. */
  readonly layers: readonly LayerOptions[];
  /** How images become the model's input. */
  readonly input: Preprocessing;
  /** Execution providers, the preferred first. */
  readonly executionProviders: readonly string[];
  /** Threads of one run. */
  readonly threads: number;
  /** Images of one run; undefined = chosen by memory. */
  readonly batchSize: number | undefined;
}

/** The first request: to open a model. */
export interface OpenRequest {
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

/** An answer of the inference thread; `values` has one entry for each layer. */
export type WorkerAnswer =
  | { readonly kind: 'opened'; readonly model: OpenedModel }
  | { readonly kind: 'values'; readonly id: number; readonly values: readonly LayerValues[] }
  | { readonly kind: 'failed'; readonly id: number | undefined; readonly error: ErrorMessage };
