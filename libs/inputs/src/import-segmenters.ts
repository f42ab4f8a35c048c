import { statSync } from 'node:fs';
import path from 'node:path';
import type { SegmenterOutput } from '@intermodel/checkpoints';
import { FileHashes } from '@intermodel/steps';
import { InputError } from '@intermodel/streams';
import { isBelow, type WeightsChoice } from './import-models.ts';
import { openSegmenters, type OpenSegmentersOptions } from './open-segmenters.ts';

/** Options of {@link importSegmenters}. */
export interface ImportSegmentersOptions extends Omit<OpenSegmentersOptions, 'metadata'> {
  /** ONNX file to write; of several networks a folder. */
  readonly out: string;
  /** Where weights are put. @default referred to where they lie, if all are in the folder of the model or below; else inside */
  readonly weights?: WeightsChoice;
  /** Stops between two networks. */
  readonly signal?: AbortSignal;
}

/** A segmentation network that was written. */
export interface ImportedSegmenter {
  /** The network: `unified-parsing` or `colours`. */
  readonly network: string;
  /** What it is, in words. */
  readonly title: string;
  /** Checkpoint of its encoder. */
  readonly encoder: string;
  /** Checkpoint of its decoder. */
  readonly decoder: string;
  /** SHA-256 of the files of both, by their names. */
  readonly sha256: Readonly<Record<string, string>>;
  /** The ONNX file, and the file with its weights where they do not fit into it. */
  readonly files: readonly string[];
  /** Where its weights are. */
  readonly weights: WeightsChoice;
  /** Bytes of the ONNX file. */
  readonly bytes: number;
  /** Rows and columns of the images that go in, of values 0 to 255 in order red, green, blue. */
  readonly side: number;
  /** Rows and columns of what comes out. */
  readonly cells: number;
  /** What comes out: class numbers or logits. */
  readonly outputs: readonly SegmenterOutput[];
  /** Number of tensors that are no part of the graph, by what they are. */
  readonly dropped: Readonly<Record<string, number>>;
  /** What the reader should know: one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Writes segmentation networks of encoders and decoders as ONNX files, each whole or not at all.
 *
 * @throws InputError `IMPORT_OUT`, and those of {@link openSegmenters}.
 */
export async function importSegmenters(
  checkpoints: readonly string[],
  { out, weights, signal, ...building }: ImportSegmentersOptions,
): Promise<ImportedSegmenter[]> {
  const { folderOf, metadataKeys, segmenterSources, segmenterTitles, writeModel } =
    await import('@intermodel/checkpoints');
  const hashes = new FileHashes();
  const opened = await openSegmenters(checkpoints, {
    ...building,
    metadata: ({ network, encoder, decoder }) =>
      new Map([
        ['intermodel.family', network],
        ['intermodel.source', segmenterSources[network]],
        ['intermodel.checkpoint', [encoder, decoder].map(({ file }) => path.basename(file)).join(' ')],
        [metadataKeys.input, JSON.stringify({ channels: 'rgb', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] })],
      ]),
  });
  const isFile = /\.onnx$/iu.test(out);
  if (isFile && opened.length > 1)
    throw new InputError('IMPORT_OUT', `${String(opened.length)} networks cannot become one file`, {
      file: out,
      expected: 'the name of a folder',
      hint: 'Name a folder: each network is written there under its name.',
    });
  const imported: ImportedSegmenter[] = [];
  for (const { found, built, files } of opened) {
    signal?.throwIfAborted();
    const target = isFile ? out : path.join(out, `${found.network}.onnx`);
    const sha256: Record<string, string> = {};
    for (const each of files) sha256[path.basename(each)] = await hashes.hash(each, signal);
    const isHere = [found.encoder, found.decoder].every((half) => isBelow(path.dirname(target), folderOf(half)));
    const place = weights ?? (isHere ? 'referred' : 'inside');
    const written = writeModel(built, target, { weights: place });
    for (const each of files) await hashes.checkUnchanged(each, sha256[path.basename(each)] ?? '', signal);
    const dropped: Record<string, number> = {};
    for (const why of found.dropped.values()) dropped[why] = (dropped[why] ?? 0) + 1;
    const { unused, outputs, cells, input } = built;
    imported.push({
      ...{ network: found.network, title: segmenterTitles[found.network] },
      ...{ encoder: found.encoder.file, decoder: found.decoder.file, sha256 },
      ...{ files: written, weights: place, bytes: statSync(target).size },
      ...{ side: input.side, cells, outputs, dropped },
      warnings:
        unused.length === 0
          ? []
          : [
              `${String(unused.length)} tensors have no place in the network, and are left out: ${unused.slice(0, 5).join(', ')}.`,
            ],
    });
  }
  return imported;
}
