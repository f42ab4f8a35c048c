import path from 'node:path';
import { InputError } from '@intermodel/streams';
import { datasetFormats, readDataset, type ReadDatasetOptions } from '../formats/read-dataset.ts';
import { listLabelledImages } from '../images/list-labelled-images.ts';
import type { DataWarning, LabelledImageSet, LabelSource } from '../images/labelled-image-set.ts';
import type { LabelVocabulary } from '../labels/label-vocabulary.ts';
import type { PlaneTask, TaskPart } from './task-data.ts';
import type { ReadTaskDataOptions, TaskSplit } from './task-options.ts';
import { imageFolder, placeOf, requireRoot } from './task-places.ts';
import { imagesOnce, partsOfFolders, settleParts, taskParts, twiceWarnings, type UnpartedImage } from './task-parts.ts';

/**
 * Reads images with label planes: a plain folder of `images`, `labels` and `labels.csv` (or the three of them each), or
 * any layout of {@link readDataset} that `dataset` names. In a plain folder the parts are the topmost folders of the
 * images where all are named like one; `parts` names those of other layouts, such as `{ train: 'train', val: 'val' }`;
 * else there are none.
 *
 * @throws InputError `OPTION_UNKNOWN`, `DATA_OPTIONS`, `VOCABULARY_DIFFERS`, `IMAGE_IN_TWO_PARTS`, and those of
 *   {@link readDataset} and {@link settleParts}.
 */
export async function readPlaneTask(options: ReadTaskDataOptions): Promise<PlaneTask> {
  const { dataset = 'plain', split } = options;
  const sets = dataset === 'plain' ? [await readPlain(options)] : await readSets(dataset, options);
  const [first] = sets;
  const root = options.root ?? options.images ?? '';
  if (first === undefined)
    throw new InputError('DATA_OPTIONS', 'names no part of the data', {
      column: 'parts',
      expected: 'the name of a part for train, val or test',
      hint: 'Leave `tasks[].parts` out to read all.',
    });
  for (const { vocabulary } of sets) checkSame(first.vocabulary, vocabulary, root);
  return settled(sets, first.vocabulary, split, root);
}

/**
 * The task of telling the labels of labelled images that were read already; its parts are the topmost folders of the
 * images where all are named like one, else drawn.
 *
 * @param set images with their labels
 * @param set.images what the planes belong to
 * @param set.vocabulary concepts that their labels can bear
 * @param split shares of parts that are drawn. @default 0.7, 0.1 and 0.2 by seed 0
 * @param root where the images are, for messages
 * @throws InputError of {@link settleParts}.
 */
export function planeTaskOf(
  { images, vocabulary }: Pick<LabelledImageSet, 'images' | 'vocabulary'>,
  split: TaskSplit | undefined,
  root: string,
): PlaneTask {
  const names = images.map(({ image }) => image);
  const partOf = partsOfFolders(names, root);
  return settled([parted({ images, vocabulary, warnings: [] }, (image) => partOf?.(image))], vocabulary, split, root);
}

function settled(
  sets: readonly PartedSet[],
  vocabulary: LabelVocabulary,
  split: TaskSplit | undefined,
  root: string,
): PlaneTask {
  const listed = sets.flatMap(({ images }) => images);
  const { images: once, twice } = imagesOnce(listed, (a) => a, root);
  const { images, warnings } = settleParts(once, () => '', split, root);
  const told = new Map(sets.flatMap((set) => set.warnings).map((warning) => [warning.message, warning]));
  return {
    targets: 'planes',
    images,
    vocabulary,
    warnings: [...told.values(), ...twiceWarnings(twice, 'only the first time counts'), ...warnings],
    files: [],
  };
}

interface PartedSet {
  readonly images: readonly UnpartedImage<readonly LabelSource[]>[];
  readonly vocabulary: LabelVocabulary;
  readonly warnings: readonly DataWarning[];
}

async function readPlain(options: ReadTaskDataOptions): Promise<PartedSet> {
  const { parts } = options;
  if (parts !== undefined)
    throw new InputError('OPTION_UNKNOWN', 'the layout "plain" has no names of parts', {
      column: 'parts',
      expected: 'folders train, val and test below the folder of images',
      hint: 'Leave `tasks[].parts` out.',
    });
  const read = await listLabelledImages({
    ...readerOptions('plain', options),
    images: imageFolder(options),
    labels: placeOf(options, 'labels', 'labels'),
    labelNames: placeOf(options, 'labelNames', 'labels.csv'),
  });
  const names = read.images.map(({ image }) => image);
  const partOf = partsOfFolders(names, imageFolder(options));
  return parted(read, (image) => partOf?.(image));
}

async function readSets(
  dataset: Exclude<ReadTaskDataOptions['dataset'], undefined>,
  options: ReadTaskDataOptions,
): Promise<PartedSet[]> {
  const root = requireRoot(options);
  const known = readerOptions(dataset, options);
  const { parts } = options;
  if (parts === undefined) return [parted(await readDataset(dataset, root, known), () => undefined)];
  const sets: PartedSet[] = [];
  for (const part of taskParts) {
    const split = parts[part];
    if (split === undefined) continue;
    const read = await readDataset(dataset, root, { ...known, split });
    // Names that are unique in a part may stand in another one for another image.
    const images = read.images.map((entry) => ({
      ...entry,
      image: path.relative(root, entry.file).replaceAll(path.sep, '/'),
    }));
    sets.push(parted({ ...read, images }, () => part));
  }
  return sets;
}

function parted(
  { images, vocabulary, warnings }: LabelledImageSet,
  partOf: (image: string) => TaskPart | undefined,
): PartedSet {
  return {
    images: images.map(({ image, file, labels }) => ({ image, file, part: partOf(image), target: labels })),
    vocabulary,
    warnings,
  };
}

/** Options of the layout's reader among those that are given; the reader refuses those that it does not know. */
function readerOptions(
  dataset: Exclude<ReadTaskDataOptions['dataset'], undefined>,
  options: ReadTaskDataOptions,
): ReadDatasetOptions {
  const own = new Set(Object.values(datasetFormats).flatMap((format): readonly string[] => format.options));
  const plainOnly = ['images', 'labels', 'labelNames'];
  const strange = dataset === 'plain' ? undefined : plainOnly.find((name) => Object.hasOwn(options, name));
  if (strange !== undefined)
    throw new InputError('OPTION_UNKNOWN', `the layout "${dataset}" has no option "${strange}"`, {
      column: strange,
      expected: '`tasks[].root`, the folder of the data set',
      hint: `Leave \`tasks[].${strange}\` out, or \`tasks[].dataset\`.`,
    });
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => value !== undefined && own.has(name) && name !== 'split'),
  );
}

function checkSame(one: LabelVocabulary, other: LabelVocabulary, root: string): void {
  const text = ({ concepts, ignore }: LabelVocabulary) => JSON.stringify([concepts, ignore]);
  if (text(one) === text(other)) return;
  throw new InputError('VOCABULARY_DIFFERS', 'the parts of the data have different concepts', {
    file: root,
    expected: 'the same names and numbers in all parts',
    hint: 'Take parts of the same release.',
  });
}
