import { createHash } from 'node:crypto';
import path from 'node:path';
import type { LabelledImageEntry, LabelledImageSet } from '@intermodel/data-loading';
import type { FileHashes } from '@intermodel/steps';
import type { Study } from '@intermodel/studies';
import type { ManifestInput } from '../manifest.ts';
import { frozenFit } from './table-steps.ts';

/**
 * Facts about everything that a study reads. Each file is hashed in pieces, never held whole; images and label images
 * are many, so one hash stands for each folder: that of the lines `name sha256` of its files.
 *
 * @throws InputError `FILE_MISSING`, `FILE_UNREADABLE`.
 */
export async function studyInputs(
  study: Study,
  { images, vocabulary }: Pick<LabelledImageSet, 'images' | 'vocabulary'>,
  hashes: FileHashes,
  signal?: AbortSignal,
): Promise<ManifestInput[]> {
  const { data, models, scores, scoreColumns } = study;
  const files: (readonly [role: string, file: string])[] = [
    ...named('label names', data.labelNames),
    ...named('labels of whole images', data.imageLabels),
    ...named('class names', data.names),
    ...named('synonyms', data.vocabulary?.synonyms),
    ...named('categories', data.vocabulary?.categories),
    ...(data.segmenters ?? []).flatMap(({ file, labels, heads = [] }) => [
      ['segmenter', file] as const,
      ...named('class names', labels),
      ...heads.flatMap(({ classes, owners }) => [...named('class names', classes), ...named('owners', owners)]),
    ]),
    ...models.map(({ file }) => ['model', file] as const),
    ...scores.map((file) => ['scores', file] as const),
    ...named('score columns', scoreColumns),
    ...named('embedding', frozenFit(study)),
  ];
  const single: ManifestInput[] = [];
  for (const [role, file] of files)
    single.push({ name: path.basename(file), role, sha256: await hashes.hash(file, signal) });
  const [imageFolder, labelFolder] = [data.root ?? data.images ?? '', data.root ?? data.labels ?? ''];
  return [
    {
      name: path.basename(imageFolder),
      role: `images (${String(images.length)})`,
      sha256: await hashFiles(
        images.map(({ file }) => file),
        imageFolder,
        hashes,
        signal,
      ),
    },
    ...(labelFolder === ''
      ? []
      : [
          {
            name: path.basename(labelFolder),
            role: 'label images',
            sha256: await hashFiles([...new Set(images.flatMap(labelFiles))], labelFolder, hashes, signal),
          },
        ]),
    // What the indices of a data set say is spread over several files; what was read from them stands for these.
    ...(data.root === undefined
      ? []
      : [
          {
            name: path.basename(data.root),
            role: 'index',
            sha256: createHash('sha256')
              .update(
                JSON.stringify([
                  vocabulary.concepts,
                  images.map(({ image, labels }) => [
                    image,
                    labels.map((label) => ('number' in label ? label.number : label.kind)),
                  ]),
                ]),
              )
              .digest('hex'),
          },
        ]),
    ...single,
  ];
}

function named(role: string, file: string | undefined): (readonly [role: string, file: string])[] {
  return file === undefined ? [] : [[role, file]];
}

function labelFiles({ labels }: LabelledImageEntry): string[] {
  return labels.flatMap((label) => ('file' in label ? [label.file] : []));
}

async function hashFiles(
  files: readonly string[],
  folder: string,
  hashes: FileHashes,
  signal: AbortSignal | undefined,
): Promise<string> {
  const whole = createHash('sha256');
  for (const file of files)
    whole.update(`${path.relative(folder, file).split(path.sep).join('/')} ${await hashes.hash(file, signal)}\n`);
  return whole.digest('hex');
}
