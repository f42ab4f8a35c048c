import type { ErrorMessage } from '@intermodel/errors';
import type { FreeSizes } from './model-input.ts';
import type { OpenSessionOptions } from './open-session.ts';

/** A question to a process that looks at models: what are the shapes of these tensors? */
export interface ShapesRequest {
  /** Kind of the question. */
  readonly kind: 'shapes';
  /** Path of the model. */
  readonly file: string;
  /** ONNX graph that is read in place of the file, which holds its weights. @default the file is the graph */
  readonly graph?: Uint8Array | undefined;
  /** Tensors that are asked for. */
  readonly tensors: readonly string[];
  /** Name of the input. */
  readonly input: string;
  /** Sizes of its axes. */
  readonly dims: readonly number[];
  /** Whether the runtime has to tell of shapes, or only that it can make the tensors and of what types. */
  readonly statedShapes: boolean;
  /** Tensors that loops make: they are run even where nothing is to be found out, to see that they end. */
  readonly looped: readonly string[];
}

/** What the runtime tells. */
export interface ProbedShapes {
  /** Types of the values, such as `float32`. */
  readonly types: ReadonlyMap<string, string>;
  /** Sizes of the axes, as far as they became known. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Whether a run on zeros was needed. */
  readonly wasRun: boolean;
}

/** A question to a process that looks at models: what does a run of one image take? */
export interface RunRequest extends Pick<OpenSessionOptions, 'file' | 'graph' | 'tensors' | 'threads'> {
  /** Kind of the question. */
  readonly kind: 'run';
  /** Size of the image, in pixels, where the file leaves it free. */
  readonly inputSize: FreeSizes;
}

/** A question to a process that looks at models. */
export type ProbeRequest = ShapesRequest | RunRequest;

/** Size of a tensor that was put out. */
export interface PutOut {
  /** Number of units. */
  readonly units: number;
  /** Values of a unit for one image. */
  readonly mapSize: number;
}

/** What a run of one image takes. */
export interface MeasuredRun {
  /** Milliseconds, once everything is warm. */
  readonly milliseconds: number;
  /** Most memory in bytes that the process had meanwhile: Node and the runtime, weights and values. */
  readonly memoryBytes: number;
  /** What was put out, by the names that were asked for. */
  readonly putOut: ReadonlyMap<string, PutOut>;
}

/** What comes back: shapes, what a run takes, or why there is neither. */
export type ProbeAnswer =
  | { readonly kind: 'shapes'; readonly shapes: ProbedShapes }
  | { readonly kind: 'run'; readonly run: MeasuredRun }
  | { readonly kind: 'failed'; readonly error: ErrorMessage };
