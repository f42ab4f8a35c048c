import { nameColours, type PlaneMaker } from '../colours/add-colours.ts';
import type { DatasetDescription } from '../formats/dataset-description.ts';
import { describeDataset } from '../formats/describe-dataset.ts';
import type { LabelVocabulary } from '../labels/label-vocabulary.ts';
import type { UnknownLabel } from '../labels/load-label-planes.ts';
import { changeVocabulary, leaveOutRare, type VocabularyChanges } from '../labels/change-vocabulary.ts';
import { cutSpatialParts, type CutSpatialPartsOptions } from '../spatial-parts/cut-spatial-parts.ts';
import type { TextEncoding } from '../tables/text-encoding.ts';
import type { DecodeImageOptions } from './decode-image.ts';
import type { ImageGeometry, ResolvedGeometry } from './image-geometry.ts';
import { labelledImageRows } from './labelled-image-rows.ts';
import type { DataWarning, LabelledImageEntry, LabelledImageSet } from './labelled-image-set.ts';
import { openLabelledImages, type LoadedImages } from './load-labelled-images.ts';

/** Labelled images to load, whatever their labels are made of. */
export interface ImageSource {
  /** Images with their label sources, in order. */
  readonly images: readonly LabelledImageEntry[];
  /** Concepts of the label planes, with colours and halves of objects. */
  readonly vocabulary: LabelVocabulary;
  /** What is no error but may surprise. */
  readonly warnings: readonly DataWarning[];
  /** What of the images the labels show, where that is not the whole of them. */
  readonly seen?: ResolvedGeometry;
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

/** How the images of a set are read, and what is made of their labels. */
export interface ImageSourceChoices extends Required<DecodeImageOptions> {
  /** Whether images that do not decode are passed over. */
  readonly skipBad: boolean;
  /** Changes of the vocabulary. @default none */
  readonly vocabulary?: VocabularyChanges;
  /** Encoding of the files of these changes that have no byte-order mark. @default 'utf-8' */
  readonly encoding?: TextEncoding;
  /** Size of the label planes on which rare concepts are looked for. */
  readonly labelGrid: { readonly width: number; readonly height: number };
  /** How objects are cut into halves. @default not at all */
  readonly spatialParts?: CutSpatialPartsOptions;
  /** Whether the colours of pixels are named. */
  readonly colours: boolean;
}

/**
 * Geometry on which a data set is described where no model says another: the whole image, labels at a quarter of 224
 * pixels.
 */
export const describedGeometry = { height: 224, width: 224 } as const satisfies ImageGeometry;

/**
 * Makes a source of the images of a set: changes the vocabulary, and adds colours and halves of objects to what is
 * loaded. Labels are only read here if rare concepts are to be left out.
 *
 * @throws InputError of the tools for vocabularies; the reason of the signal once it is aborted.
 */
export async function labelledImageSource(
  set: LabelledImageSet,
  choices: ImageSourceChoices,
  signal?: AbortSignal,
): Promise<ImageSource> {
  const { vocabulary: changes = {}, encoding, labelGrid, spatialParts, colours } = choices;
  const changed = await changeVocabulary(set.vocabulary, changes, encoding);
  const vocabulary = await leaveOutRare(changed, changes, () =>
    sourceOf({ ...set, vocabulary: changed }, choices, [], signal).describe({
      ...describedGeometry,
      labelHeight: labelGrid.height,
      labelWidth: labelGrid.width,
    }),
  );
  const makers: PlaneMaker[] = [];
  const latest = () => makers.at(-1)?.vocabulary ?? vocabulary;
  if (spatialParts !== undefined) makers.push(cutSpatialParts(latest(), spatialParts));
  if (colours) makers.push(nameColours(latest()));
  return sourceOf({ ...set, vocabulary }, choices, makers, signal);
}

function seenBy({ height, width, resize, shortestSide, filter }: ResolvedGeometry): ImageGeometry {
  return { height, width, resize, shortestSide, filter };
}

function gridOf({ labelHeight, labelWidth }: ImageGeometry): Partial<ImageGeometry> {
  return {
    ...(labelHeight === undefined ? {} : { labelHeight }),
    ...(labelWidth === undefined ? {} : { labelWidth }),
  };
}

function sourceOf(
  set: LabelledImageSet,
  choices: ImageSourceChoices,
  makers: readonly PlaneMaker[],
  signal: AbortSignal | undefined,
): ImageSource {
  const full = { ...set, vocabulary: makers.at(-1)?.vocabulary ?? set.vocabulary };
  const loading = (
    geometry: ImageGeometry,
    onUnknown?: (unknown: UnknownLabel) => void,
  ): ReturnType<ImageSource['load']> => {
    const loadLabels = openLabelledImages({
      ...choices,
      geometry,
      vocabulary: set.vocabulary,
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
    describe: (asked, onProgress, fewImages) => {
      // Labels of a crop are described on that crop, whatever a model sees.
      const geometry = set.seen === undefined ? asked : { ...seenBy(set.seen), ...gridOf(asked) };
      const { labelHeight, labelWidth, resize = 'exact' } = geometry;
      const grid = {
        ...choices,
        ...(labelHeight === undefined ? {} : { labelHeight }),
        ...(labelWidth === undefined ? {} : { labelWidth }),
        ...(onProgress === undefined ? {} : { onProgress }),
        ...(fewImages === undefined ? {} : { fewImages }),
        ...(signal === undefined ? {} : { signal }),
      };
      // Where labels stand in files and cover the whole image, images need not be decoded.
      if (makers.length === 0 && resize === 'exact' && !choices.skipBad) return describeDataset(full, grid);
      const planesOf = async (entry: LabelledImageEntry, onUnknown: (unknown: UnknownLabel) => void) => {
        const { batch, turned } = await loading(geometry, onUnknown)([entry]);
        return labelledImageRows(batch).map(({ planes }) => ({ planes, turned: turned.length > 0 }))[0];
      };
      return describeDataset(full, { ...grid, planesOf });
    },
  };
}
