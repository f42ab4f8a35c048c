import { InputError } from '@intermodel/streams';
import { listFiles, someOf } from '../images/list-files.ts';
import { listImages } from '../images/list-labelled-images.ts';
import type { DataWarning } from '../images/labelled-image-set.ts';
import { formOf, labelExtensions, withoutSuffix, type PairedFile } from '../images/pair-labels.ts';
import type { PixelTask } from './task-data.ts';
import type { ReadTaskDataOptions } from './task-options.ts';
import { imageFolder, placeOf } from './task-places.ts';
import { checkDepthScale } from './read-pixel-target.ts';
import { partsOfFolders, settleParts, type UnpartedImage } from './task-parts.ts';

/**
 * Reads images with surface normals or depths: a folder of `images` and one of files with the same stems, `normals` or
 * `depth` (or both folders each), PNG or `.npy`; {@link readPixelTarget} says what these hold. The parts are the
 * topmost folders of the images where all are named like one.
 *
 * @throws InputError `FOLDER_EMPTY`, `STEM_TWICE`, `IMAGES_WITHOUT_LABELS`, `LABELS_WITHOUT_IMAGES`, and those of
 *   {@link settleParts}.
 */
export async function readPixelTask(targets: PixelTask['targets'], options: ReadTaskDataOptions): Promise<PixelTask> {
  const root = imageFolder(options);
  const below = placeOf(options, 'labels', targets);
  const found: DataWarning[] = [];
  const images = await listImages(root, found, options.imageSuffix);
  const labels = await listTargets(below, options.labelSuffix ?? '');
  const byForm = new Map(labels.map((label) => [formOf(label.key), label]));
  const paired = images.flatMap((image): (PairedFile & { readonly label: PairedFile })[] => {
    const label = byForm.get(formOf(image.key));
    return label === undefined ? [] : [{ ...image, label }];
  });
  const used = new Set(paired.map(({ label }) => label.name));
  const pairs = new Set(paired.map(({ name }) => name));
  const left = [
    leftOut(
      'IMAGES_WITHOUT_LABELS',
      images.filter(({ name }) => !pairs.has(name)),
      root,
      targets,
    ),
    leftOut(
      'LABELS_WITHOUT_IMAGES',
      labels.filter(({ name }) => !used.has(name)),
      below,
      targets,
    ),
  ].filter((one) => one !== undefined);
  const [error] = left;
  if (error !== undefined && (options.unpaired !== 'leave-out' || paired.length === 0)) throw error;
  const partOf = partsOfFolders(
    paired.map(({ name }) => name),
    root,
  );
  const listed = paired.map(({ name, file, label }): UnpartedImage<{ readonly file: string }> => {
    return { image: name, file, part: partOf?.(name), target: { file: label.file } };
  });
  const { images: settled, warnings } = settleParts(listed, () => '', options.split, root);
  return {
    targets,
    depthScale: checkDepthScale(options.depthScale),
    images: settled,
    warnings: [...found, ...left.map(({ code, problem }) => ({ code, message: problem })), ...warnings],
    files: [],
  };
}

/** Files of normals or depths by stem. */
async function listTargets(folder: string, suffix: string): Promise<PairedFile[]> {
  const files = await listFiles(folder);
  const { files: labels } = withoutSuffix(
    files.filter(({ extension }) => labelExtensions.includes(extension)),
    suffix,
  );
  if (labels.length === 0)
    throw new InputError(
      'FOLDER_EMPTY',
      `holds no PNG and no .npy files${suffix === '' ? '' : ` whose stems end with "${suffix}"`}`,
      {
        file: folder,
        expected: 'a PNG or .npy file with the stem of each image',
        hint: 'Check the path of the folder.',
      },
    );
  const byForm = new Map<string, PairedFile>();
  for (const label of labels) {
    const other = byForm.get(formOf(label.key));
    if (other !== undefined)
      throw new InputError('STEM_TWICE', `${other.name} and ${label.name} have the same stem`, {
        file: folder,
        expected: 'one file for each image',
        hint: 'Remove or rename one of the two.',
      });
    byForm.set(formOf(label.key), label);
  }
  return labels;
}

function leftOut(
  code: 'IMAGES_WITHOUT_LABELS' | 'LABELS_WITHOUT_IMAGES',
  left: readonly PairedFile[],
  file: string,
  targets: PixelTask['targets'],
): InputError | undefined {
  if (left.length === 0) return undefined;
  const what =
    code === 'IMAGES_WITHOUT_LABELS'
      ? `${left.length === 1 ? 'image has' : 'images have'} no file of ${targets}`
      : `${left.length === 1 ? 'file' : 'files'} of ${targets} ${left.length === 1 ? 'belongs' : 'belong'} to no image`;
  return new InputError(code, `${String(left.length)} ${what}: ${someOf(left.map(({ name }) => name))}`, {
    file,
    expected: 'images and files with the same stems',
    hint: 'Add what is missing, name what follows the shared part of stems with `tasks[].imageSuffix` and `tasks[].labelSuffix`, or leave such files out with `tasks[].unpaired: leave-out`.',
  });
}
