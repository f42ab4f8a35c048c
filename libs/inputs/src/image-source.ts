import { InputError } from '@intermodel/streams';
import {
  chooseImages,
  datasetFormats,
  labelledImageSource,
  listLabelledImages,
  neededPlaneKeys,
  readDataset,
  segmentImages,
  type DatasetFormatName,
  type ImageSource,
  type LabelledImageSet,
  type ReadDatasetOptions,
} from '@intermodel/data-loading';
import { readerOptions, type Study, type StudyData, type StudyRuntime, type StudySegmenter } from '@intermodel/studies';
import { readSegmenters } from './read-segmenters.ts';

/**
 * Options of {@link openImageSource}: how segmentation models are run, if labels come from them, and what stops the
 * reading.
 */
export interface OpenImageSourceOptions {
  /** Folder where their labels are kept. */
  readonly labelCache?: string;
  /** How the machine is used. */
  readonly runtime?: Pick<StudyRuntime, 'executionProviders' | 'threads'>;
  /** Images that are opened, as `chooseImages` finds them. @default all */
  readonly chosen?: readonly string[];
  /** Stops between two images that are segmented or described. */
  readonly signal?: AbortSignal;
  /** Is told of each image that is segmented. */
  readonly onProgress?: (done: number, of: number) => void;
}

/**
 * Opens the images and labels of a study: reads paths and vocabulary, changes the vocabulary as the study says, and
 * adds colours and halves of objects to what is loaded. Labels are only read here if rare concepts are to be left out.
 *
 * @throws InputError of the readers and of the tools for vocabularies.
 */
export async function openImageSource(
  { data }: Pick<Study, 'data'>,
  options: OpenImageSourceOptions = {},
): Promise<ImageSource> {
  const set = await (data.segmenters === undefined ? readSet(data) : segmentSet(data, data.segmenters, options)).catch(
    nameOption,
  );
  return labelledImageSource(chosenOf(set, options.chosen), data, options.signal);
}

function chosenOf(set: LabelledImageSet, names: readonly string[] | undefined): LabelledImageSet {
  if (names === undefined) return set;
  const images = set.images.map((entry) => ({ name: entry.image, file: entry.file, entry }));
  return { ...set, images: chooseImages(images, names).map(({ entry }) => entry) };
}

/** Options that errors of the readers are about. */
const optionsOfErrors: Readonly<Record<string, string>> = {
  CATEGORY_UNKNOWN: 'data.categories',
  SPLIT_UNKNOWN: 'data.split',
};

function nameOption(error: unknown): never {
  const option = error instanceof InputError ? optionsOfErrors[error.code] : undefined;
  throw error instanceof InputError && option !== undefined ? error.advising(`Correct \`${option}\`.`) : error;
}

async function readSet(data: StudyData): Promise<LabelledImageSet> {
  const { format, root, images, labels, labelNames, imageLabels, encoding } = data;
  const csv = encoding === undefined ? {} : { encoding };
  const options: ReadDatasetOptions = Object.fromEntries(
    readerOptions.flatMap((key) => (data[key] === undefined ? [] : [[key, data[key]]])),
  );
  if (root !== undefined) return readDataset(format, root, { ...options, ...(knowsEncoding(format) ? csv : {}) });
  if (images === undefined || labels === undefined || labelNames === undefined)
    throw new RangeError('openImageSource: a study names a root, or images, labels and labelNames');
  return listLabelledImages({
    ...options,
    ...csv,
    images,
    labels,
    labelNames,
    ...(imageLabels === undefined ? {} : { imageLabels }),
  });
}

/** Whether a format has files of text beside its labels: then their encoding is its reader's business. */
function knowsEncoding(format: DatasetFormatName): boolean {
  return (datasetFormats[format].options as readonly string[]).includes('encoding');
}

async function segmentSet(
  data: StudyData,
  described: readonly StudySegmenter[],
  { labelCache, runtime, chosen, signal, onProgress }: OpenImageSourceOptions,
): Promise<LabelledImageSet> {
  const { images, encoding } = data;
  if (images === undefined) throw new RangeError('openImageSource: segmenters need images');
  if (labelCache === undefined)
    throw new InputError('LABELS_NOT_KEPT', 'labels of segmentation models have no folder to be kept in', {
      expected: 'a folder that all who work on the study see',
      hint: 'Name one in the study, `runtime.labelCache`, or give the output folder, `out`.',
    });
  const segmenters = await readSegmenters(described, encoding);
  return segmentImages({
    ...data,
    ...runtime,
    images,
    segmenters,
    labelCache,
    ...(chosen === undefined ? {} : { chosen }),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}

/**
 * Names the kept labels that a run of a study needs of its segmentation models: what `pruneKeptPlanes` is to leave.
 * Images and models are hashed, nothing is run.
 *
 * @throws InputError for images and models that cannot be read.
 */
export async function studyPlaneKeys({ data, runtime }: Pick<Study, 'data' | 'runtime'>): Promise<Set<string>> {
  const { images, segmenters, encoding } = data;
  if (images === undefined || segmenters === undefined) return new Set();
  return neededPlaneKeys({
    ...data,
    ...runtime,
    images,
    segmenters: await readSegmenters(segmenters, encoding),
  });
}
