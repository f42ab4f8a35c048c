import { boundedMap } from '@intermodel/streams';
import { from, lastValueFrom, map, reduce } from 'rxjs';
import { decodeImageDefaults, readImageSize, type DecodeImageOptions } from '../images/decode-image.ts';
import { turnedWarnings } from '../images/exif-turns.ts';
import { resolveGeometry } from '../images/image-geometry.ts';
import type { DataWarning, LabelledImageEntry, LabelledImageSet } from '../images/labelled-image-set.ts';
import { labelNumberTable } from '../labels/label-vocabulary.ts';
import { loadLabelPlanes, unknownHint, type UnknownLabel } from '../labels/load-label-planes.ts';
import type { PixelLimit } from '../labels/pixel-limit.ts';
import type { ConceptShare, DatasetDescription } from './dataset-description.ts';
import { LabelCounts } from './label-counts.ts';

/** Options of {@link describeDataset}. */
export interface DescribeDatasetOptions extends PixelLimit, Pick<DecodeImageOptions, 'exif'> {
  /** Rows of the grid that labels are counted on, as a dissection would. @default 56 */
  readonly labelHeight?: number;
  /** Columns of that grid. @default 56 */
  readonly labelWidth?: number;
  /** Images under way at a time, at least 1. @default 8 */
  readonly concurrency?: number;
  /** Concepts in fewer images than this get a warning. @default 10 (Broden's builder) */
  readonly fewImages?: number;
  /**
   * Gives the planes of an image at the grid, where there are more than the label files hold (colours, halves of
   * objects); undefined for an image that is passed over. It is to tell of numbers that the vocabulary lacks. @default
   * those of the label files
   */
  readonly planesOf?: (
    entry: LabelledImageEntry,
    onUnknown: (unknown: UnknownLabel) => void,
  ) => Promise<DescribedPlanes | undefined>;
  /** Is told after each image how many are done. @default nobody is told */
  readonly onProgress?: (done: number, of: number) => void;
  /** Stops between two images. */
  readonly signal?: AbortSignal;
}

/** Defaults of {@link describeDataset}. */
export const describeDatasetDefaults = {
  labelHeight: 56,
  labelWidth: 56,
  concurrency: 8,
  fewImages: 10,
  exif: decodeImageDefaults.exif,
} as const satisfies DescribeDatasetOptions;

/** What is counted of an image. */
export interface DescribedPlanes {
  /** Label planes at the grid. */
  readonly planes: readonly Uint16Array[];
  /** Whether EXIF calls to turn the image. */
  readonly turned: boolean;
}

/**
 * Counts what is in a data set, on the grid that a dissection would use: images, planes, pixels of every concept.
 * Reads all label files, but of the images only their size. Numbers that the vocabulary lacks become a warning.
 *
 * @throws InputError of the readers, as for loading, but `LABEL_UNKNOWN`; the reason of the signal once it is aborted.
 */
export async function describeDataset(
  set: LabelledImageSet,
  options: DescribeDatasetOptions = {},
): Promise<DatasetDescription> {
  const defaults = describeDatasetDefaults;
  const {
    labelHeight = defaults.labelHeight,
    labelWidth = defaults.labelWidth,
    concurrency = defaults.concurrency,
    fewImages = defaults.fewImages,
    exif = defaults.exif,
  } = options;
  const geometry = resolveGeometry({ height: labelHeight, width: labelWidth, labelHeight, labelWidth });
  const table = labelNumberTable(set.vocabulary);
  const unknown = new Map<number, UnknownLabel>();
  const turned: string[] = [];
  const counts = await lastValueFrom(
    from(set.images).pipe(
      boundedMap(async (entry) => {
        options.signal?.throwIfAborted();
        const seen: UnknownLabel[] = [];
        if (options.planesOf !== undefined)
          return { entry, described: await options.planesOf(entry, (one) => void seen.push(one)), seen };
        const grid = { ...options, geometry, table, onUnknown: (one: UnknownLabel) => void seen.push(one) };
        const size = await readImageSize(entry.file, options);
        return { entry, described: { planes: await loadLabelPlanes(entry, size, grid), turned: size.turned }, seen };
      }, concurrency),
      map(({ entry, described, seen }, index) => {
        for (const one of seen) if (!unknown.has(one.value)) unknown.set(one.value, one);
        if (described?.turned === true) turned.push(entry.image);
        options.onProgress?.(index + 1, set.images.length);
        return described?.planes;
      }),
      reduce(
        (sum, planes) => (planes === undefined ? sum : sum.add(planes)),
        new LabelCounts(set.vocabulary, labelHeight * labelWidth),
      ),
    ),
  );
  const described = counts.read();
  return {
    ...described,
    turned: turned.length,
    warnings: [
      ...set.warnings,
      ...turnedWarnings(turned, described.images, exif),
      ...(counts.hasTooManyPairs
        ? [
            {
              code: 'OVERLAPS_NOT_COUNTED',
              message: 'so many concepts overlap that it is not told which have much the same pixels',
            },
          ]
        : []),
      ...unknownWarnings(unknown),
      ...rareWarnings(described.concepts, fewImages),
    ],
  };
}

function unknownWarnings(unknown: ReadonlyMap<number, UnknownLabel>): DataWarning[] {
  return [...unknown.values()]
    .sort((a, b) => a.value - b.value)
    .map(({ file, x, y, value }) => ({
      code: 'LABEL_UNKNOWN',
      message: `number ${String(value)} is not in the vocabulary, first at pixel (${String(x)}, ${String(y)}) of ${file}; loading will stop there. ${unknownHint(value)}`,
    }));
}

function rareWarnings(concepts: readonly ConceptShare[], fewImages: number): DataWarning[] {
  const absent = concepts.filter(({ images }) => images === 0);
  const rare = concepts.filter(({ images }) => images > 0 && images < fewImages);
  const list = (some: readonly ConceptShare[]) =>
    some
      .slice(0, 8)
      .map(({ name }) => name)
      .join(', ') + (some.length > 8 ? `, and ${String(some.length - 8)} more` : '');
  return [
    ...(absent.length === 0
      ? []
      : [
          {
            code: 'CONCEPTS_ABSENT',
            message: `${String(absent.length)} concepts of the vocabulary occur in no image: ${list(absent)}`,
          },
        ]),
    ...(rare.length === 0
      ? []
      : [
          {
            code: 'CONCEPTS_RARE',
            message: `${String(rare.length)} concepts occur in fewer than ${String(fewImages)} images: ${list(rare)}`,
          },
        ]),
  ];
}
