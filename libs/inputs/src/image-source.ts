import { InputError } from '@intermodel/streams';
import { resolvePreprocessing, type Preprocessing } from '@intermodel/activation-streaming';
import {
  assignCategories,
  cutSpatialParts,
  datasetFormats,
  describeDataset,
  keepConcepts,
  keepFrequent,
  labelledImageRows,
  listLabelledImages,
  mergeSynonyms,
  nameColours,
  neededPlaneKeys,
  openLabelledImages,
  readCategories,
  readDataset,
  readOwners,
  readSegmenterClasses,
  readSynonyms,
  segmenterPreset,
  segmentImages,
  type DatasetDescription,
  type DatasetFormatName,
  type DataWarning,
  type ImageGeometry,
  type LabelledImageEntry,
  type LabelledImageSet,
  type LabelVocabulary,
  type LoadedImages,
  type PlaneMaker,
  type ReadDatasetOptions,
  type Segmenter,
  type SegmenterHead,
  type UnknownLabel,
} from '@intermodel/data-loading';
import {
  readerOptions,
  type Study,
  type StudyData,
  type StudyRuntime,
  type StudySegmenter,
  type StudyVocabulary,
} from '@intermodel/studies';

/** The labelled images of a study, whatever their labels are made of. */
export interface ImageSource {
  /** Images with their label sources, in order. */
  readonly images: readonly LabelledImageEntry[];
  /** Concepts of the label planes, with colours and halves of objects. */
  readonly vocabulary: LabelVocabulary;
  /** What is no error but may surprise. */
  readonly warnings: readonly DataWarning[];
  /** Gives the function that loads groups of images for models of one geometry. */
  readonly load: (geometry: ImageGeometry) => (entries: readonly LabelledImageEntry[]) => Promise<LoadedImages>;
  /**
   * Counts what is in the labels, on the label grid of a geometry; concepts in fewer than `fewImages` images (10 unless
   * given) get a warning.
   */
  readonly describe: (
    geometry: ImageGeometry,
    onProgress?: (done: number, of: number) => void,
    fewImages?: number,
  ) => Promise<DatasetDescription>;
}

/**
 * Options of {@link openImageSource}: how segmentation models are run, if labels come from them, and what stops the
 * reading.
 */
export interface OpenImageSourceOptions {
  /** Folder where their labels are kept. */
  readonly labelCache?: string;
  /** How the machine is used. */
  readonly runtime?: Pick<StudyRuntime, 'executionProviders' | 'threads'>;
  /** Stops between two images that are segmented or described. */
  readonly signal?: AbortSignal;
  /** Is told of each image that is segmented. */
  readonly onProgress?: (done: number, of: number) => void;
}

/**
 * Geometry on which a data set is described where no model says another: the whole image, labels at a quarter of 224
 * pixels.
 */
export const describedGeometry = { height: 224, width: 224 } as const satisfies ImageGeometry;

/**
 * Opens the images and labels of a study: reads paths and vocabulary, changes the vocabulary as the study says, and
 * adds
 * colours and halves of objects to what is loaded. Labels are only read here if rare concepts are to be left out.
 *
 * @throws InputError of the readers and of the tools for vocabularies.
 */
export async function openImageSource(
  { data }: Pick<Study, 'data'>,
  options: OpenImageSourceOptions = {},
): Promise<ImageSource> {
  const set = data.segmenters === undefined ? await readSet(data) : await segmentSet(data, data.segmenters, options);
  const vocabulary = await changeVocabulary(set, data, options.signal);
  const makers: PlaneMaker[] = [];
  const latest = () => makers.at(-1)?.vocabulary ?? vocabulary;
  if (data.spatialParts !== undefined) makers.push(cutSpatialParts(latest(), data.spatialParts));
  if (data.colours) makers.push(nameColours(latest()));
  return sourceOf({ ...set, vocabulary }, data, makers, options.signal);
}

function sourceOf(
  set: LabelledImageSet,
  { skipBad, maxPixels, background, exif }: StudyData,
  makers: readonly PlaneMaker[],
  signal: AbortSignal | undefined,
): ImageSource {
  const full = { ...set, vocabulary: makers.at(-1)?.vocabulary ?? set.vocabulary };
  const loading = (
    geometry: ImageGeometry,
    onUnknown?: (unknown: UnknownLabel) => void,
  ): ReturnType<ImageSource['load']> => {
    const loadLabels = openLabelledImages({
      geometry,
      vocabulary: set.vocabulary,
      skipBad,
      maxPixels,
      background,
      exif,
      ...(onUnknown === undefined ? {} : { onUnknown }),
    });
    return async (entries) => {
      const loaded = await loadLabels(entries);
      return { ...loaded, batch: makers.reduce((batch, { addTo }) => addTo(batch), loaded.batch) };
    };
  };
  return {
    ...full,
    load: (geometry) => loading(geometry),
    describe: (geometry, onProgress, fewImages) => {
      const { labelHeight, labelWidth, resize = 'exact' } = geometry;
      const grid = {
        ...(labelHeight === undefined ? {} : { labelHeight }),
        ...(labelWidth === undefined ? {} : { labelWidth }),
        maxPixels,
        exif,
        ...(onProgress === undefined ? {} : { onProgress }),
        ...(fewImages === undefined ? {} : { fewImages }),
        ...(signal === undefined ? {} : { signal }),
      };
      // Where labels stand in files and cover the whole image, images need not be decoded.
      if (makers.length === 0 && resize === 'exact' && !skipBad) return describeDataset(full, grid);
      const planesOf = async (entry: LabelledImageEntry, onUnknown: (unknown: UnknownLabel) => void) => {
        const { batch, turned } = await loading(geometry, onUnknown)([entry]);
        return labelledImageRows(batch).map(({ planes }) => ({ planes, turned: turned.length > 0 }))[0];
      };
      return describeDataset(full, { ...grid, planesOf });
    },
  };
}

function readSet(data: StudyData): Promise<LabelledImageSet> {
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
  { images, skipBad, maxPixels, background, exif, encoding }: StudyData,
  described: readonly StudySegmenter[],
  { labelCache, runtime, signal, onProgress }: OpenImageSourceOptions,
): Promise<LabelledImageSet> {
  if (images === undefined || labelCache === undefined)
    throw new RangeError('openImageSource: segmenters need images and a folder for their labels');
  const segmenters = await Promise.all(described.map((segmenter) => readSegmenter(segmenter, encoding)));
  const { executionProviders, threads } = runtime ?? {};
  return segmentImages({
    images,
    segmenters,
    cacheFolder: labelCache,
    skipBad,
    maxPixels,
    background,
    exif,
    ...(executionProviders === undefined ? {} : { executionProviders }),
    ...(threads === undefined ? {} : { intraOpThreads: threads }),
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
  const { images, segmenters, background, exif, encoding } = data;
  if (images === undefined || segmenters === undefined) return new Set();
  return neededPlaneKeys({
    images,
    segmenters: await Promise.all(segmenters.map((segmenter) => readSegmenter(segmenter, encoding))),
    background,
    exif,
    executionProviders: runtime.executionProviders,
  });
}

async function readSegmenter(
  { file, preset, tensors, labels, input, heads = [] }: StudySegmenter,
  encoding: StudyData['encoding'],
): Promise<Segmenter> {
  const csv = encoding === undefined ? {} : { encoding };
  if (preset !== undefined) {
    const parts = await segmenterPreset(preset, {
      file,
      ...(tensors === undefined ? {} : { tensors }),
      ...(labels === undefined ? {} : { labels }),
    });
    return { file, ...parts, ...(input === undefined ? {} : { input: segmenterInput(input) }) };
  }
  const read: SegmenterHead[] = [];
  for (const { classes, owners, ...head } of heads) {
    const own = await readSegmenterClasses(classes, csv);
    const owning = read.find(({ tensor }) => tensor === head.ownedBy)?.classes ?? [];
    read.push({ ...head, classes: owners === undefined ? own : await readOwners(owners, own, owning, csv) });
  }
  return { file, input: segmenterInput(input ?? resolvePreprocessing()), heads: read };
}

/** Of a preprocessing what a segmenter knows: whole images, axes as the model has them. */
function segmenterInput({ height, width, filter, channels, scale, mean, std }: Preprocessing): Segmenter['input'] {
  if (channels === 'grey')
    throw new InputError('SEGMENTER_INPUT', 'segmenters take colour images', {
      column: 'channels',
      expected: 'rgb or bgr',
    });
  return { height, width, filter, channels, scale, mean, std };
}

async function changeVocabulary(
  set: LabelledImageSet,
  data: StudyData,
  signal: AbortSignal | undefined,
): Promise<LabelVocabulary> {
  const { synonyms, categories, keep, keepCategories, minimumImages, minimumCoverage }: StudyVocabulary =
    data.vocabulary ?? {};
  const csv = data.encoding === undefined ? {} : { encoding: data.encoding };
  let { vocabulary } = set;
  if (synonyms !== undefined) vocabulary = mergeSynonyms(vocabulary, await readSynonyms(synonyms, csv));
  if (categories !== undefined) vocabulary = assignCategories(vocabulary, await readCategories(categories, csv));
  if (keep !== undefined || keepCategories !== undefined)
    vocabulary = keepConcepts(vocabulary, {
      ...(keep === undefined ? {} : { names: keep }),
      ...(keepCategories === undefined ? {} : { categories: keepCategories }),
    });
  if (minimumImages === undefined && minimumCoverage === undefined) return vocabulary;
  const { height: labelHeight, width: labelWidth } = data.labelGrid;
  const counted = await sourceOf({ ...set, vocabulary }, data, [], signal).describe({
    ...describedGeometry,
    labelHeight,
    labelWidth,
  });
  return keepFrequent(vocabulary, counted, {
    minimumFrequency: minimumImages ?? 0,
    minimumCoverage: minimumCoverage ?? 0,
  });
}
