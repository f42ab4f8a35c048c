import { statSync } from 'node:fs';
import path from 'node:path';
import type { ImportCheckpointOptions } from '@intermodel/checkpoints';
import { FileHashes } from '@intermodel/steps';
import { distinctFileNames, InputError } from '@intermodel/streams';
import { modelFileEnding, type CheckpointReading } from '@intermodel/studies';
import { checkpointReading } from './checkpoint-reading.ts';

/** Where the weights of a model are: in its file, or left in the checkpoint. */
export type WeightsChoice = 'inside' | 'referred';

/** Options of {@link importModels}. */
export interface ImportModelsOptions
  extends CheckpointReading, Pick<ImportCheckpointOptions, 'layer' | 'head' | 'dtype' | 'inputSize'> {
  /** ONNX file to write; for several checkpoints a folder. */
  readonly out: string;
  /**
   * Where weights are put. @default referred to where they lie, if the checkpoint is in the folder of the model or
   * below; else inside
   */
  readonly weights?: WeightsChoice;
  /** Stops between two checkpoints. */
  readonly signal?: AbortSignal;
}

/** A model that was written. */
export interface ImportedModel {
  /** The checkpoint. */
  readonly checkpoint: string;
  /** SHA-256 of its files, by their names. */
  readonly sha256: Readonly<Record<string, string>>;
  /** The ONNX file, and the file with its weights where they do not fit into it. */
  readonly files: readonly string[];
  /** Where its weights are. */
  readonly weights: WeightsChoice;
  /** Bytes of the ONNX file: of one that refers to its weights, those that had to be changed are in it. */
  readonly bytes: number;
  /** Family, by its name. */
  readonly family: string;
  /** Layers that can be named. */
  readonly layers: readonly string[];
  /** Last tensor of the model. */
  readonly layer: string;
  /** Preprocessing, as `models[].input` of a study has it. */
  readonly input: Readonly<Record<string, unknown>>;
  /** What weights do not tell and was taken. */
  readonly assumptions: readonly string[];
  /** What is wrong with the weights. */
  readonly warnings: readonly string[];
}

/**
 * Writes checkpoints as ONNX files, each whole or not at all.
 *
 * @throws InputError for checkpoints that cannot be read, recognised or built, `IMPORT_OUT` and `IMPORT_SIZE`.
 */
export async function importModels(
  files: readonly string[],
  { out, weights, signal, layer = 'usual', head, dtype, inputSize, ...reading }: ImportModelsOptions,
): Promise<ImportedModel[]> {
  const targets = targetsOf(files, out);
  const { folderOf, importCheckpoint, metadataKeys, openCheckpoint, writeModel } =
    await import('@intermodel/checkpoints');
  const building = {
    ...checkpointReading(reading),
    ...(head === undefined ? {} : { head }),
    ...(dtype === undefined ? {} : { dtype }),
    ...(inputSize === undefined ? {} : { inputSize }),
  };
  const hashes = new FileHashes();
  const imported: ImportedModel[] = [];
  for (const [index, file] of files.entries()) {
    signal?.throwIfAborted();
    const target = targets[index] as string;
    const checkpoint = await openCheckpoint(file);
    const sha256: Record<string, string> = {};
    for (const each of checkpoint.files) sha256[path.basename(each)] = await hashes.hash(each, signal);
    const metadata = { [metadataKeys.sha256]: JSON.stringify(sha256) };
    const made = importCheckpoint(checkpoint, { ...building, layer, metadata });
    if (inputSize !== undefined && made.recognised.architecture !== 'vit')
      throw anySize(file, made.recognised.architecture);
    const place = weights ?? (isBelow(path.dirname(target), folderOf(checkpoint)) ? 'referred' : 'inside');
    const written = writeModel(made.graph, target, { weights: place });
    for (const each of checkpoint.files) await hashes.checkUnchanged(each, sha256[path.basename(each)] ?? '', signal);
    const { recognised, graph, assumptions, warnings } = made;
    const lacksHead = head === true && graph.output === graph.layer;
    imported.push({
      ...{
        checkpoint: file,
        sha256,
        files: written,
        weights: place,
        bytes: statSync(target).size,
        family: recognised.family,
      },
      ...{ layers: graph.layers, layer: made.layer, input: recognised.input, assumptions },
      warnings: lacksHead
        ? [...warnings, `the checkpoint has no classifier that can be built: the model ends at ${graph.layer}.`]
        : warnings,
    });
  }
  return imported;
}

/** The ONNX files to write, one for each checkpoint. */
function targetsOf(files: readonly string[], out: string): string[] {
  const isFile = /\.onnx$/iu.test(out);
  if (isFile && files.length === 1) return [out];
  if (isFile)
    throw new InputError('IMPORT_OUT', `${String(files.length)} checkpoints cannot become one file`, {
      file: out,
      expected: 'the name of a folder',
      hint: 'Name a folder: each model is written there under the name of its checkpoint.',
    });
  return distinctFileNames(files, [], modelFileEnding).map((name) => path.join(out, `${name}.onnx`));
}

/** Whether a folder is another one, or lies below it. */
export function isBelow(folder: string, other: string): boolean {
  const relative = path.relative(path.resolve(folder), other);
  return relative === '' || (!path.isAbsolute(relative) && relative.split(path.sep)[0] !== '..');
}

function anySize(file: string, architecture: string): InputError {
  return new InputError('IMPORT_SIZE', `a ${architecture} takes images of any size, so that none can be set`, {
    file,
    expected: 'a size for transformers alone, whose positions are of one size',
    hint: 'Leave `importSize` out.',
  });
}
