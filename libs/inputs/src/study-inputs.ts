import { createHash } from 'node:crypto';
import path from 'node:path';
import type { LabelledImageEntry, LabelledImageSet } from '@intermodel/data-loading';
import type { ManifestInput } from '@intermodel/outputs';
import type { FileHashes } from '@intermodel/steps';
import { frozenFit, givenModels, namedPaths, type Study } from '@intermodel/studies';

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
  const { data } = study;
  const frozen = frozenFit(study);
  const files = [
    // An untrained twin is made of the file of its model.
    ...namedPaths({ ...study, models: givenModels(study) }).filter(({ kind }) => kind === 'file'),
    ...(frozen === undefined ? [] : [{ role: 'embedding', name: frozen }]),
  ];
  const single: ManifestInput[] = [];
  for (const { role, name } of files)
    single.push({ name: path.basename(name), role, sha256: await hashes.hash(name, signal) });
  const imageFolder = data.root ?? data.images ?? '';
  const labelFolder = data.root ?? data.labels ?? '';
  if (!study.hasData) return single;
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
