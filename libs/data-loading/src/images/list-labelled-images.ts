import { InputError } from '@intermodel/streams';
import { readLabelNames } from '../labels/read-label-names.ts';
import type { LabelVocabulary } from '../labels/label-vocabulary.ts';
import { readImageLabels } from '../labels/read-image-labels.ts';
import { imageExtensions, listFiles, someOf, type ListedFile } from './list-files.ts';
import type { DataWarning, LabelledImageSet, LabelSource } from './labelled-image-set.ts';

/** Options of {@link listLabelledImages}. */
export interface ListLabelledImagesOptions {
  /** Folder of images (JPEG, PNG, WebP, TIFF), with sub-folders. */
  readonly images: string;
  /** Folder of label images with the same stems: grey or palette PNG, or NumPy arrays (`.npy`, one plane or several). */
  readonly labels: string;
  /** CSV file that names the label numbers: number, name, category. */
  readonly labelNames: string;
  /** CSV file of labels that hold for a whole image: image, number. @default none */
  readonly imageLabels?: string;
  /** Number of pixels that nobody judged, such as 255. @default none */
  readonly ignore?: number;
  /** Whether images without labels and labels without images are an error, or left out with a warning. @default 'refuse' */
  readonly unpaired?: 'refuse' | 'leave-out';
}

/** Defaults of {@link listLabelledImages}. */
export const listLabelledImagesDefaults = { unpaired: 'refuse' } as const satisfies Partial<ListLabelledImagesOptions>;

/** Endings of files that are read as label images. */
const labelExtensions: readonly string[] = ['.png', '.npy'];

/**
 * Pairs images with label images by stem, and reads the names of the numbers. An image `beach/a.jpg` has as its planes
 * `beach/a.png`, `beach/a_1.png`, `beach/a_2.png`, … of the folder of labels, and the same below one sub-folder for
 * each category (`object/beach/a.png`). Images are sorted by name; nothing is decoded.
 *
 * @throws InputError `FOLDER_EMPTY`, `STEM_TWICE`, `IMAGES_WITHOUT_LABELS`, `LABELS_WITHOUT_IMAGES`, `FILE_MISSING`,
 * and those of {@link readLabelNames}.
 */
export async function listLabelledImages(options: ListLabelledImagesOptions): Promise<LabelledImageSet> {
  const { labelNames, imageLabels, ignore, unpaired = listLabelledImagesDefaults.unpaired } = options;
  const vocabulary = await readLabelNames(labelNames, ignore === undefined ? {} : { ignore });
  const warnings: DataWarning[] = [];
  const images = await listImages(options.images, warnings);
  const labelFiles = await listFiles(options.labels);
  const labels = labelFiles.filter(({ extension }) => labelExtensions.includes(extension));
  if (labels.length === 0) throw new InputError('FOLDER_EMPTY', `holds no label images${asideOf(labelFiles)}`, { file: options.labels, expected: 'grey or palette PNG files, or .npy files, with the stems of the images', hint: 'Check the path of the folder of labels.' });

  const sources = pairPlanes(images, labels);
  if (imageLabels !== undefined) await addImageLabels(imageLabels, images, vocabulary, sources);

  const withoutImages = labels.filter((label) => !sources.paired.has(label.name));
  const withoutLabels = images.filter(({ stem }) => !sources.byStem.has(stem));
  const report = (code: string, left: readonly ListedFile[], what: string, file: string, aside: string, hint: string) => {
    if (left.length === 0) return;
    const problem = `${String(left.length)} ${what}: ${someOf(left.map(({ name }) => name))}${aside}`;
    if (unpaired === 'refuse') throw new InputError(code, problem, { file, expected: 'images and label images with the same stems', hint });
    warnings.push({ code, message: problem });
  };
  report('IMAGES_WITHOUT_LABELS', withoutLabels, withoutLabels.length === 1 ? 'image has no label image' : 'images have no label image', options.images, unreadLabels(labelFiles, withoutLabels), 'Add the label images (all 0 where nothing is labelled), or leave such images out with --unpaired leave-out.');
  report('LABELS_WITHOUT_IMAGES', withoutImages, withoutImages.length === 1 ? 'label image belongs to no image' : 'label images belong to no image', options.labels, await unreadImages(options.images, withoutImages), 'Add the images, or leave such labels out with --unpaired leave-out.');

  const paired = images.filter(({ stem }) => sources.byStem.has(stem));
  return { images: paired.map(({ name, file, stem }) => ({ image: name, file, labels: sources.byStem.get(stem) ?? [] })), vocabulary, warnings };
}

/**
 * Lists the images below a folder, sorted by name; files of other kinds become one of the `warnings`.
 *
 * @throws InputError `FOLDER_EMPTY`, or `STEM_TWICE` for two images with one stem.
 */
export async function listImages(folder: string, warnings: DataWarning[]): Promise<ListedFile[]> {
  const files = await listFiles(folder);
  const images = files.filter(({ extension }) => imageExtensions.includes(extension));
  const others = files.filter(({ extension }) => !imageExtensions.includes(extension));
  if (images.length === 0) throw new InputError('FOLDER_EMPTY', `holds no images${asideOf(files)}`, { file: folder, expected: `files that end with ${imageExtensions.join(', ')}`, hint: 'Check the path of the folder of images.' });
  if (others.length > 0) warnings.push({ code: 'OTHER_FILES', message: `${String(others.length)} files of other kinds among the images were left aside: ${someOf(others.map(({ name }) => name))}` });
  const stems = new Map<string, string>();
  for (const { stem, name } of images) {
    const other = stems.get(stem);
    if (other !== undefined) throw new InputError('STEM_TWICE', `${other} and ${name} have the same stem, so that their labels cannot be told apart`, { file: folder, expected: 'one image for each stem', hint: 'Remove or rename one of the two.' });
    stems.set(stem, name);
  }
  return images;
}

/** Says of files of other kinds that they lie in a folder that seems empty. */
function asideOf(files: readonly ListedFile[]): string {
  return files.length === 0 ? '' : `; the files that lie there are of kinds that are not read: ${someOf(files.map(({ name }) => name))}`;
}

/** Says which files of unread kinds lie where the label images of some images should. */
function unreadLabels(labelFiles: readonly ListedFile[], images: readonly ListedFile[]): string {
  if (images.length === 0) return '';
  const stems = new Set(images.map(({ stem }) => stem));
  const unread = labelFiles.filter(({ extension, stem }) => !labelExtensions.includes(extension) && possibleStems(stem).some((candidate) => stems.has(candidate.stem)));
  return unread.length === 0 ? '' : `; among the labels lies ${someOf(unread.map(({ name }) => name))}, but only ${labelExtensions.join(' and ')} are read`;
}

/** Says which files of unread kinds lie where the images of some label images should. */
async function unreadImages(folder: string, labels: readonly ListedFile[]): Promise<string> {
  if (labels.length === 0) return '';
  const stems = new Set(labels.flatMap(({ stem }) => possibleStems(stem).map((candidate) => candidate.stem)));
  const unread = (await listFiles(folder)).filter(({ extension, stem }) => !imageExtensions.includes(extension) && stems.has(stem));
  return unread.length === 0 ? '' : `; among the images lies ${someOf(unread.map(({ name }) => name))}, but only ${imageExtensions.join(', ')} are read`;
}

interface PairedLabels {
  readonly byStem: Map<string, LabelSource[]>;
  readonly paired: Set<string>;
}

function pairPlanes(images: readonly ListedFile[], labels: readonly ListedFile[]): PairedLabels {
  const stems = new Set(images.map(({ stem }) => stem));
  const found = labels.flatMap((label) => {
    const [stem] = possibleStems(label.stem).filter(({ stem: candidate }) => stems.has(candidate));
    return stem === undefined ? [] : [{ label, ...stem }];
  });
  // By folder first, then by plane number, so that plane 10 comes after plane 2.
  found.sort((a, b) => (a.folder === b.folder ? a.plane - b.plane : a.folder < b.folder ? -1 : 1));
  const byStem = new Map<string, LabelSource[]>();
  for (const { label, stem } of found) {
    const source: LabelSource = label.extension === '.npy' ? { kind: 'npy', file: label.file } : { kind: 'png', file: label.file, encoding: 'indices' };
    byStem.set(stem, [...(byStem.get(stem) ?? []), source]);
  }
  return { byStem, paired: new Set(found.map(({ label }) => label.name)) };
}

/** Stems of images that a label file may belong to, likeliest first: its own, without a plane number, below a category. */
function possibleStems(labelStem: string): { readonly stem: string; readonly folder: string; readonly plane: number }[] {
  const variants = (stem: string, folder: string) => {
    const numbered = /^(?<base>.+)_(?<plane>\d{1,4})$/u.exec(stem)?.groups;
    return [{ stem, folder, plane: 0 }, ...(numbered === undefined ? [] : [{ stem: numbered['base'] ?? '', folder, plane: Number(numbered['plane']) }])];
  };
  const slash = labelStem.indexOf('/');
  return [...variants(labelStem, ''), ...(slash < 0 ? [] : variants(labelStem.slice(slash + 1), labelStem.slice(0, slash)))];
}

async function addImageLabels(file: string, images: readonly ListedFile[], vocabulary: LabelVocabulary, { byStem }: PairedLabels): Promise<void> {
  const stemOf = new Map(images.flatMap(({ name, stem }) => [[name, stem], [stem, stem]]));
  for (const { stem, number } of await readImageLabels(file, stemOf, vocabulary)) {
    byStem.set(stem, [...(byStem.get(stem) ?? []), { kind: 'whole', number }]);
  }
}
