import type { ErrorMessage } from '@intermodel/errors';

/** A question to a process that looks at models: what are the shapes of these tensors? */
export interface ProbeRequest {
  /** Path of the model. */
  readonly file: string;
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

/** What comes back: shapes, or why there are none. */
export type ProbeAnswer =
  | { readonly kind: 'shapes'; readonly shapes: ProbedShapes }
  | { readonly kind: 'failed'; readonly error: ErrorMessage };
