import { InputError } from '@intermodel/streams';
import { readImageLabels } from '../labels/read-image-labels.ts';
import { readStoredNames, type StoredNames } from '../labels/read-label-names.ts';
import type { ReadCsvOptions } from '../tables/csv-table.ts';
import { imageExtensions, listFiles, someOf, type ListedFile } from './list-files.ts';
import type { DataWarning, LabelledImageSet, LabelSource } from './labelled-image-set.ts';
import {
  labelExtensions,
  nearestLabelHint,
  pairPlanes,
  possibleStems,
  withoutSuffix,
  type PairedFile,
} from './pair-labels.ts';

/** Options of {@link listLabelledImages}. */
export interface ListLabelledImagesOptions extends ReadCsvOptions {
  /** Folder of images (JPEG, PNG, WebP, TIFF), with sub-folders. */
  readonly images: string;
  /**
   * Folder of label images with the same stems: grey or palette PNG, or NumPy arrays (`.npy`, one plane or several).
   */
  readonly labels: string;
  /** CSV file that names the label numbers: number, name, category. */
  readonly labelNames: string;
  /** CSV file of labels that hold for a whole image: image, number. @default none */
  readonly imageLabels?: string;
  /** Number of pixels that nobody judged, such as 255, or -1 of `.npy` files; any but 0. @default none */
  readonly ignore?: number;
  /**
   * Whether label files and their names number the concepts from 0, and 255 means none where it names no concept.
   * @default false
   */
  readonly reducedZero?: boolean;
  /**
   * What follows the shared part of the stems of images, such as `_leftImg8bit`; images without it are left aside.
   * @default nothing
   */
  readonly imageSuffix?: string;
  /**
   * What follows the shared part of the stems of label files, such as `_gtFine_labelIds`; others are left aside.
   * @default nothing
   */
  readonly labelSuffix?: string;
  /**
   * Whether images without labels and labels without images are an error, or left out with a warning. @default 'refuse'
   */
  readonly unpaired?: 'refuse' | 'leave-out';
}

/** Defaults of {@link listLabelledImages}. */
export const listLabelledImagesDefaults = { unpaired: 'refuse' } as const satisfies Partial<ListLabelledImagesOptions>;

/**
 * Pairs images with label images by stem, and reads the names of the numbers. An image `beach/a.jpg` has as its planes
 * `beach/a.png`, `beach/a_1.png`, `beach/a_2.png`, … of the folder of labels, and the same below one sub-folder for
 * each category (`object/beach/a.png`); `beach/a.jpg.png` and names in another Unicode form belong to it too. Images
 * are sorted by name; nothing is decoded.
 *
 * @throws InputError `FOLDER_EMPTY`, `STEM_TWICE`, `IMAGES_WITHOUT_LABELS`, `LABELS_WITHOUT_IMAGES`, `FILE_MISSING`,
 * and those of {@link readStoredNames}.
 */
export async function listLabelledImages(options: ListLabelledImagesOptions): Promise<LabelledImageSet> {
  const {
    labelNames,
    imageLabels,
    ignore,
    reducedZero,
    imageSuffix = '',
    labelSuffix = '',
    unpaired = listLabelledImagesDefaults.unpaired,
    encoding,
  } = options;
  const csv = encoding === undefined ? {} : { encoding };
  const names = await readStoredNames(labelNames, {
    ...csv,
    ...(ignore === undefined ? {} : { ignore }),
    ...(reducedZero === undefined ? {} : { reducedZero }),
  });
  const warnings: DataWarning[] = [];
  const images = await listImages(options.images, warnings, imageSuffix);
  const labelFiles = await listFiles(options.labels);
  const { files: labels, others } = withoutSuffix(
    labelFiles.filter(({ extension }) => labelExtensions.includes(extension)),
    labelSuffix,
  );
  if (labels.length === 0)
    throw new InputError(
      'FOLDER_EMPTY',
      `holds no label images${suffixed(labelSuffix)}${others.length > 0 ? '' : asideOf(labelFiles)}`,
      {
        file: options.labels,
        expected: 'grey or palette PNG files, or .npy files, with the stems of the images',
        hint: others.length > 0 ? 'Correct the suffix of the label images.' : 'Check the path of the folder of labels.',
      },
    );
  if (others.length > 0) warnings.push(withoutSuffixWarning(others, 'label images', labelSuffix));

  const sources = pairedSources(images, labels, names);
  if (imageLabels !== undefined) await addImageLabels(imageLabels, images, names, sources, csv);

  const withoutImages = labels.filter((label) => !sources.paired.has(label.name));
  const withoutLabels = images.filter(({ key }) => !sources.byKey.has(key));
  const report = (
    code: string,
    left: readonly ListedFile[],
    what: string,
    file: string,
    aside: string,
    hint: () => string,
  ) => {
    if (left.length === 0) return;
    const problem = `${String(left.length)} ${what}: ${someOf(left.map(({ name }) => name))}${aside}`;
    if (unpaired === 'refuse')
      throw new InputError(code, problem, {
        file,
        expected: 'images and label images with the same stems',
        hint: hint(),
      });
    warnings.push({ code, message: problem });
  };
  const nearest = () =>
    withoutLabels[0] === undefined
      ? undefined
      : nearestLabelHint(withoutLabels[0], images, withoutImages, sources.byKey.size);
  const besides = (text: string) => [nearest(), text].filter((part) => part !== undefined).join(' ');
  report(
    'IMAGES_WITHOUT_LABELS',
    withoutLabels,
    withoutLabels.length === 1 ? 'image has no label image' : 'images have no label image',
    options.images,
    unreadLabels(labelFiles, withoutLabels),
    () =>
      besides(
        'Add the label images (all 0 where nothing is labelled), or leave such images out with `data.unpaired: leave-out`.',
      ),
  );
  report(
    'LABELS_WITHOUT_IMAGES',
    withoutImages,
    withoutImages.length === 1 ? 'label image belongs to no image' : 'label images belong to no image',
    options.labels,
    await unreadImages(options.images, withoutImages),
    () => 'Add the images, or leave such labels out with `data.unpaired: leave-out`.',
  );

  const paired = images.filter(({ key }) => sources.byKey.has(key));
  return {
    images: paired.map(({ name, file, key }) => ({ image: name, file, labels: sources.byKey.get(key) ?? [] })),
    vocabulary: names.vocabulary,
    warnings,
  };
}

/**
 * Lists the images below a folder whose stems end with a suffix, sorted by name; other files become one of the
 * `warnings`.
 *
 * @throws InputError `FOLDER_EMPTY`, or `STEM_TWICE` for two images with one stem.
 */
export async function listImages(folder: string, warnings: DataWarning[], suffix = ''): Promise<PairedFile[]> {
  const files = await listFiles(folder);
  const { files: images, others: unsuffixed } = withoutSuffix(
    files.filter(({ extension }) => imageExtensions.includes(extension)),
    suffix,
  );
  const others = files.filter(({ extension }) => !imageExtensions.includes(extension));
  if (images.length === 0)
    throw new InputError(
      'FOLDER_EMPTY',
      `holds no images${suffixed(suffix)}${
        unsuffixed.length > 0
          ? `, but ${String(unsuffixed.length)} others, such as ${someOf(
              unsuffixed.map(({ name }) => name),
              1,
            )}`
          : asideOf(files)
      }`,
      {
        file: folder,
        expected: `files that end with ${imageExtensions.join(', ')}`,
        hint: unsuffixed.length > 0 ? 'Correct the suffix of the images.' : 'Check the path of the folder of images.',
      },
    );
  if (others.length > 0)
    warnings.push({
      code: 'OTHER_FILES',
      message: `${String(others.length)} files of other kinds among the images were left aside: ${someOf(others.map(({ name }) => name))}`,
    });
  if (unsuffixed.length > 0) warnings.push(withoutSuffixWarning(unsuffixed, 'images', suffix));
  const stems = new Map<string, string>();
  for (const { key, name } of images) {
    const other = stems.get(key);
    if (other !== undefined)
      throw new InputError(
        'STEM_TWICE',
        `${other} and ${name} have the same stem, so that their labels cannot be told apart`,
        { file: folder, expected: 'one image for each stem', hint: 'Remove or rename one of the two.' },
      );
    stems.set(key, name);
  }
  return images;
}

function suffixed(suffix: string): string {
  return suffix === '' ? '' : ` whose stems end with "${suffix}"`;
}

function withoutSuffixWarning(others: readonly ListedFile[], what: string, suffix: string): DataWarning {
  return {
    code: 'OTHER_FILES',
    message: `${String(others.length)} ${what} whose stems do not end with "${suffix}" were left aside: ${someOf(others.map(({ name }) => name))}`,
  };
}

/** Says of files of other kinds that they lie in a folder that seems empty. */
function asideOf(files: readonly ListedFile[]): string {
  return files.length === 0
    ? ''
    : `; the files that lie there are of kinds that are not read: ${someOf(files.map(({ name }) => name))}`;
}

/** Says which files of unread kinds lie where the label images of some images should. */
function unreadLabels(labelFiles: readonly ListedFile[], images: readonly ListedFile[]): string {
  if (images.length === 0) return '';
  const stems = new Set(images.map(({ stem }) => stem));
  const unread = labelFiles.filter(
    ({ extension, stem }) =>
      !labelExtensions.includes(extension) && possibleStems(stem).some((candidate) => stems.has(candidate.stem)),
  );
  return unread.length === 0
    ? ''
    : `; among the labels lies ${someOf(unread.map(({ name }) => name))}, but only ${labelExtensions.join(' and ')} are read`;
}

/** Says which files of unread kinds lie where the images of some label images should. */
async function unreadImages(folder: string, labels: readonly ListedFile[]): Promise<string> {
  if (labels.length === 0) return '';
  const stems = new Set(labels.flatMap(({ stem }) => possibleStems(stem).map((candidate) => candidate.stem)));
  const unread = (await listFiles(folder)).filter(
    ({ extension, stem }) => !imageExtensions.includes(extension) && stems.has(stem),
  );
  return unread.length === 0
    ? ''
    : `; among the images lies ${someOf(unread.map(({ name }) => name))}, but only ${imageExtensions.join(', ')} are read`;
}

interface PairedLabels {
  readonly byKey: Map<string, LabelSource[]>;
  readonly paired: Set<string>;
}

function pairedSources(
  images: readonly PairedFile[],
  labels: readonly PairedFile[],
  { numbers }: StoredNames,
): PairedLabels {
  const byKey = new Map<string, LabelSource[]>();
  const found = pairPlanes(images, labels);
  for (const { label, key } of found) {
    const source: LabelSource = {
      ...(label.extension === '.npy'
        ? { kind: 'npy', file: label.file }
        : { kind: 'png', file: label.file, encoding: 'indices' }),
      ...(numbers === undefined ? {} : { numbers }),
    };
    byKey.set(key, [...(byKey.get(key) ?? []), source]);
  }
  return { byKey, paired: new Set(found.map(({ label }) => label.name)) };
}

async function addImageLabels(
  file: string,
  images: readonly PairedFile[],
  names: StoredNames,
  { byKey }: PairedLabels,
  options: ReadCsvOptions,
): Promise<void> {
  const namesIn = (form: (text: string) => string) =>
    images.flatMap(({ name, stem, key }) => [name, stem, key].map((one) => [form(one), key] as const));
  // Names as they are come last, so that no other form takes the place of one.
  const keyOf = new Map([...namesIn((text) => text.normalize('NFC')), ...namesIn((text) => text)]);
  for (const { stem, number } of await readImageLabels(file, keyOf, names, options)) {
    byKey.set(stem, [...(byKey.get(stem) ?? []), { kind: 'whole', number }]);
  }
}
