import path from 'node:path';
import { InputError } from '@intermodel/errors';
import type { ArchitectureFacts } from './architecture.ts';
import { buildGraph, type BuildOptions, type BuiltGraph } from './building/build-graph.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { RecognisedModel } from './recognised-model.ts';
import { recogniseModel } from './recognising/recognise-model.ts';
import { weightWarnings } from './weight-warnings.ts';

/** How a checkpoint is read and built, as far as that is said; what is not is recognised. */
export interface ImportCheckpointOptions {
  /** Family, by its name. */
  readonly family?: string;
  /** YAML file that describes a family. */
  readonly recipe?: string;
  /** Dictionary that holds the weights. */
  readonly take?: string;
  /** Prefixes that are taken off names. */
  readonly strip?: readonly string[];
  /** What weights do not tell, such as `heads`. */
  readonly facts?: ArchitectureFacts;
  /**
   * Size of the images that a transformer is made for, in pixels; other networks take images of any size. @default that
   * of the family, else 224 x 224
   */
  readonly inputSize?: { readonly height?: number | undefined; readonly width?: number | undefined } | undefined;
  /** Last tensor of the graph; `usual`: the one that the family is dissected at. @default the last of the network */
  readonly layer?: string;
  /** Whether the graph goes on to the classifier, where there are weights of one. @default false */
  readonly head?: boolean;
  /** Type of weights and activations. @default 'float32' */
  readonly dtype?: 'float32' | 'float16';
  /** Metadata to be written into the graph, beside what is known of the checkpoint. @default none is written */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Metadata of imported models that are read again. */
export const metadataKeys = {
  /** Preprocessing, as `models[].input` of a study has it: JSON. */
  input: 'intermodel.input',
  /** SHA-256 of the files of the checkpoint, by their names: JSON. */
  sha256: 'intermodel.sha256',
} as const;

/** A checkpoint as a graph. */
export interface ImportedCheckpoint {
  /** What it was found to be. */
  readonly recognised: RecognisedModel;
  /** The graph. */
  readonly graph: BuiltGraph;
  /** Tensor that is dissected where none is named. */
  readonly layer: string;
  /** What weights do not tell and was taken: one sentence each. */
  readonly assumptions: readonly string[];
  /** Those of the assumptions that a reader of the results must see. */
  readonly doubts: readonly string[];
  /** What the reader of the results should know: one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Makes a graph of a checkpoint: recognises its family, and builds the network.
 *
 * @throws InputError `CHECKPOINT_LEFT_OVER` for weights that no part of the network takes; those of
 *   {@link recogniseModel} and {@link buildGraph}.
 */
export function importCheckpoint(
  checkpoint: Checkpoint,
  { inputSize, layer, head, dtype, metadata, ...reading }: ImportCheckpointOptions = {},
): ImportedCheckpoint {
  const recognised = recogniseModel(checkpoint, reading);
  const last = layer === 'usual' ? recognised.layer : layer;
  const graph = buildGraph(recognised, {
    ...(last === undefined ? {} : { layer: last }),
    ...(head === undefined ? {} : { head }),
    ...(dtype === undefined ? {} : { dtype }),
    ...sizeOf(recognised, inputSize),
    ...(metadata === undefined ? {} : { metadata: new Map(Object.entries({ ...describe(recognised), ...metadata })) }),
  });
  checkLeftOver(recognised, graph);
  return {
    recognised,
    graph,
    layer: layer === undefined ? (recognised.layer ?? graph.layer) : graph.layer,
    assumptions: [...recognised.assumptions, ...graph.assumptions],
    doubts: recognised.doubts,
    warnings: weightWarnings(recognised, dtype),
  };
}

/** Folder that the files of a checkpoint lie in, to which places of weights are relative. */
export function folderOf({ file }: Pick<Checkpoint, 'file'>): string {
  return path.dirname(path.resolve(file));
}

/** The positions of a transformer are of one size; other networks take images of any. */
function sizeOf(
  { architecture, input }: RecognisedModel,
  given: ImportCheckpointOptions['inputSize'] = {},
): Pick<BuildOptions, 'inputSize'> {
  if (architecture !== 'vit') return {};
  const usual = (side: unknown) => (typeof side === 'number' ? side : 224);
  const { height = usual(input['height']), width = usual(input['width']) } = given;
  return { inputSize: { height, width } };
}

function describe({ family, source, licence, recipe, input, checkpoint, taken }: RecognisedModel) {
  return {
    'intermodel.family': family,
    'intermodel.source': source,
    ...(licence === undefined ? {} : { 'intermodel.licence': licence }),
    'intermodel.recipe': recipe,
    [metadataKeys.input]: JSON.stringify(input),
    'intermodel.checkpoint': path.basename(checkpoint.file),
    'intermodel.dictionary': taken.path,
  };
}

/** What is left over is part of another network than the one that was built. */
function checkLeftOver({ checkpoint, family, architecture }: RecognisedModel, { unused }: BuiltGraph): void {
  const [first] = unused;
  if (first === undefined) return;
  const few = unused.slice(0, 5).join(', ');
  throw new InputError(
    'CHECKPOINT_LEFT_OVER',
    `${String(unused.length)} of the weights have no place in a ${architecture} of the family ${family}: ${few}${unused.length > 5 ? ', …' : ''}`,
    {
      file: checkpoint.file,
      column: first,
      columnIs: 'tensor',
      expected: 'a network in which each of the weights is used, or said not to be part of it',
      hint: 'Name the family with `models[].family`, or say in a recipe (`models[].recipe`) what these are: "drop" with the reason.',
    },
  );
}
