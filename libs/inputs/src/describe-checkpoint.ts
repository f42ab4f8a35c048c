import type { Family } from '@intermodel/checkpoints';
import { InputError } from '@intermodel/streams';
import type { CheckpointReading } from '@intermodel/studies';
import { checkpointReading } from './checkpoint-reading.ts';

/** A family of checkpoints that is recognised. */
export type KnownFamily = Pick<
  Family,
  'name' | 'title' | 'source' | 'licence' | 'files' | 'architecture' | 'facts' | 'input' | 'layer'
>;

/** The families of checkpoints that are recognised, by name. */
export async function knownFamilies(): Promise<readonly KnownFamily[]> {
  const { listFamilies } = await import('@intermodel/checkpoints');
  return listFamilies();
}

/** A tensor of a checkpoint. */
export interface DescribedTensor {
  /** Where it lies: names of dictionaries and its own, joined by `/`. */
  readonly path: string;
  /** Type of its values. */
  readonly type: string;
  /** Sizes of its axes. */
  readonly shape: readonly number[];
}

/** What is in a checkpoint, and what it was found to be. */
export interface DescribedCheckpoint {
  /** Path of the file. */
  readonly file: string;
  /** Kind of the file, by its content. */
  readonly container: string;
  /** All files that its bytes lie in. */
  readonly files: readonly string[];
  /** Texts that the container keeps. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Classes and functions that were not run. */
  readonly placeholders: readonly string[];
  /** All tensors. */
  readonly tensors: readonly DescribedTensor[];
  /** What it was found to be; undefined where no family fits. */
  readonly model?: DescribedModel;
  /** Why no family fits. */
  readonly problem?: InputError;
}

/** What a checkpoint was found to be. */
export interface DescribedModel {
  /** Family, by its name. */
  readonly family: string;
  /** Family as people write it. */
  readonly title: string;
  /** Where it is published. */
  readonly source: string;
  /** Licence of the published weights, where one is known. */
  readonly licence: string | undefined;
  /** The dictionary that was taken, why, and those that were not. */
  readonly taken: { readonly path: string; readonly why: string; readonly others: readonly string[] };
  /** Prefixes that were taken off. */
  readonly stripped: readonly string[];
  /** Tensors that are not part of the network, with the reason. */
  readonly dropped: readonly { readonly name: string; readonly why: string }[];
  /** Kind of network. */
  readonly architecture: string;
  /** What weights do not tell. */
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  /** Number of weights of the network. */
  readonly weights: number;
  /** Layers that can be named. */
  readonly layers: readonly string[];
  /** Layer that is dissected where none is named. */
  readonly layer: string;
  /** Preprocessing, as `models[].input` of a study has it. */
  readonly input: Readonly<Record<string, unknown>>;
  /** What weights do not tell and was taken. */
  readonly assumptions: readonly string[];
  /** What is wrong with the weights. */
  readonly warnings: readonly string[];
}

/** What is no fault of the file: it holds weights, of which it cannot be told what they are. */
const answers: readonly string[] = [
  'CHECKPOINT_UNRECOGNISED',
  'CHECKPOINT_FAMILY_AMBIGUOUS',
  'CHECKPOINT_FAMILY_UNCERTAIN',
  'CHECKPOINT_FACT_MISSING',
];

/**
 * Tells what is in a checkpoint, and what it is; nothing of it is run.
 *
 * @throws InputError for a file that is no checkpoint, or a bent one. That no family fits is part of the answer, unless
 * one was named.
 */
export async function describeCheckpoint(file: string, reading: CheckpointReading = {}): Promise<DescribedCheckpoint> {
  const { importCheckpoint, openCheckpoint, walkTensors } = await import('@intermodel/checkpoints');
  const checkpoint = await openCheckpoint(file);
  const { container, files, metadata, placeholders, root } = checkpoint;
  const contents = {
    file,
    container,
    files,
    metadata: Object.fromEntries(metadata),
    placeholders,
    tensors: Array.from(walkTensors(root), ([path, { type, shape }]) => ({ path: path.join('/'), type, shape })),
  };
  try {
    const { recognised, graph, layer, assumptions, warnings } = importCheckpoint(
      checkpoint,
      checkpointReading(reading),
    );
    const { family, title, source, licence, taken, stripped, dropped, architecture, facts, weights, input } =
      recognised;
    return {
      ...contents,
      model: {
        ...{ family, title, source, licence, taken, stripped, dropped, architecture, facts, input },
        ...{ weights: weights.size, layers: graph.layers, layer, assumptions, warnings },
      },
    };
  } catch (error) {
    const isAnswer = error instanceof InputError && answers.includes(error.code) && Object.keys(reading).length === 0;
    if (isAnswer) return { ...contents, problem: error };
    throw error;
  }
}
