import { labelledImageSchema, type LabelledImageBatch } from '@intermodel/schemas';
import { boundedMap, buildBatch, InputError } from '@intermodel/streams';
import { bufferCount, concat, defer, EMPTY, map, tap, type OperatorFunction } from 'rxjs';
import { labelNumberTable, type LabelVocabulary } from '../labels/label-vocabulary.ts';
import { loadLabelPlanes, type UnknownLabel } from '../labels/load-label-planes.ts';
import { decodeImage, decodeImageDefaults, type DecodeImageOptions } from './decode-image.ts';
import { resolveGeometry, type ImageGeometry } from './image-geometry.ts';
import type { LabelledImageEntry } from './labelled-image-set.ts';

/** Options of {@link openLabelledImages}. */
export interface OpenLabelledImagesOptions extends DecodeImageOptions {
  /** Size of the model's input and of the label planes, and how images are brought there. */
  readonly geometry: ImageGeometry;
  /** Concepts that the label planes may bear. */
  readonly vocabulary: LabelVocabulary;
  /** Whether an image whose files do not decode is passed over instead of stopping the run. @default false */
  readonly skipBad?: boolean;
  /** Is told of pixels whose number the vocabulary lacks, which then are unlabelled. @default they are an error */
  readonly onUnknown?: (unknown: UnknownLabel) => void;
}

/** Options of {@link loadLabelledImages}. */
export interface LoadLabelledImagesOptions extends OpenLabelledImagesOptions {
  /** Images of a batch, at least 1. @default 16 */
  readonly batchRows?: number;
  /** Batches under way at a time, at least 1. @default 2 */
  readonly concurrency?: number;
  /** Is told of each image that `skipBad` passes over, in the order of the source. @default nobody is told */
  readonly onSkip?: (skipped: SkippedImage) => void;
}

/** Defaults of {@link loadLabelledImages}. */
export const loadLabelledImagesDefaults = {
  ...decodeImageDefaults,
  skipBad: false,
  batchRows: 16,
  concurrency: 2,
} as const satisfies Partial<LoadLabelledImagesOptions>;

/** An image that was passed over, and why. */
export interface SkippedImage {
  /** Name of the image. */
  readonly image: string;
  /** What was wrong with it or its labels. */
  readonly error: InputError;
}

/** Images loaded together. */
export interface LoadedImages {
  /** A row for each image that decoded, in the order asked for. */
  readonly batch: LabelledImageBatch;
  /** Images that did not decode, if these are passed over. */
  readonly skipped: readonly SkippedImage[];
  /** Names of the images of the batch that EXIF calls to turn. */
  readonly turned: readonly string[];
}

/** Codes of errors that concern one file alone, so that the rest of a data set can be used without it. */
export const badFileCodes: readonly string[] = [
  'IMAGE_BROKEN',
  'IMAGE_TOO_LARGE',
  'LABEL_BROKEN',
  'LABEL_TOO_LARGE',
  'FILE_MISSING',
  'FILE_UNREADABLE',
];

/**
 * Gives a function that loads images with their labels into one batch. Call it inside the bounded step that also runs
 * the model, so that no more images are alive than that step allows; models of the same geometry share a batch.
 *
 * @example
 * const load = openLabelledImages({ geometry: { height: 224, width: 224 }, vocabulary });
 * from(groups).pipe(boundedMap(async (entries) => infer((await load(entries)).batch), 2));
 */
export function openLabelledImages(
  options: OpenLabelledImagesOptions,
): (entries: readonly LabelledImageEntry[]) => Promise<LoadedImages> {
  const { vocabulary, skipBad = loadLabelledImagesDefaults.skipBad } = options;
  const geometry = resolveGeometry(options.geometry);
  const schema = labelledImageSchema(geometry);
  const grid = { ...options, geometry, table: labelNumberTable(vocabulary) };

  const loadOne = async (entry: LabelledImageEntry) => {
    const image = await decodeImage(entry.file, geometry, options);
    return {
      image: entry.image,
      turned: image.turned,
      pixels: image.pixels,
      planes: await loadLabelPlanes(entry, image, grid),
    };
  };

  return async (entries) => {
    // All are waited for, so that the first bad image of the batch is the one reported, whichever fails first.
    const results = await Promise.allSettled(entries.map(loadOne));
    const skipped: SkippedImage[] = [];
    const loaded = results.flatMap((result, index) => {
      if (result.status === 'fulfilled') return [result.value];
      const error: unknown = result.reason;
      if (!skipBad || !(error instanceof InputError) || !badFileCodes.includes(error.code)) throw error;
      skipped.push({ image: entries[index]?.image ?? '', error });
      return [];
    });
    const batch = buildBatch(schema, {
      image: loaded.map(({ image }) => image),
      pixels: joined(
        Uint8Array,
        loaded.map(({ pixels }) => pixels),
        geometry.height * geometry.width * 3,
      ),
      labels: {
        offsets: Int32Array.from(
          loaded.reduce((offsets, { planes }) => [...offsets, (offsets.at(-1) ?? 0) + planes.length], [0]),
        ),
        values: joined(
          Uint16Array,
          loaded.flatMap(({ planes }) => planes),
          geometry.labelHeight * geometry.labelWidth,
        ),
      },
    });
    return { batch, skipped, turned: loaded.filter(({ turned }) => turned).map(({ image }) => image) };
  };
}

/**
 * Loads images with their labels, in the order of the source, as batches of `batchRows`. At most `concurrency` batches
 * are under way; RxJS has no back-pressure, so a slow consumer should use {@link openLabelledImages} in its own
 * bounded step instead.
 *
 * @throws InputError `IMAGE_BROKEN`, `IMAGE_TOO_LARGE`, `LABEL_BROKEN`, `LABEL_TOO_LARGE`, `LABEL_UNKNOWN`,
 * `LABEL_ASPECT`, `LABEL_IN_COLOURS`, `LABEL_WITHOUT_COLOURS`, `FILE_MISSING`, `FILE_UNREADABLE`, naming the file;
 * at the end `LABELS_ALL_ZERO` if there were images but not one labelled pixel; `GEOMETRY` at once.
 */
export function loadLabelledImages(
  options: LoadLabelledImagesOptions,
): OperatorFunction<LabelledImageEntry, LabelledImageBatch> {
  const {
    batchRows = loadLabelledImagesDefaults.batchRows,
    concurrency = loadLabelledImagesDefaults.concurrency,
    onSkip,
  } = options;
  const load = openLabelledImages(options);
  return (entries) =>
    entries.pipe(
      bufferCount(batchRows),
      boundedMap((group) => load(group), concurrency),
      map(({ batch, skipped }) => {
        skipped.forEach((one) => onSkip?.(one));
        return batch;
      }),
      refuseUnlabelled(),
    );
}

/**
 * Error for a data set of images without one labelled pixel, which {@link loadLabelledImages} ends with; `file` is
 * where the labels are.
 */
export function noLabelsError(images: number, file?: string): InputError {
  return new InputError('LABELS_ALL_ZERO', `none of the ${String(images)} images has a labelled pixel`, {
    ...(file === undefined ? {} : { file }),
    expected: 'label images with numbers other than 0',
    hint: 'Check that the label files belong to these images and hold label numbers; `describeData` shows what is in them.',
  });
}

function refuseUnlabelled(): OperatorFunction<LabelledImageBatch, LabelledImageBatch> {
  return (batches) =>
    defer(() => {
      let [images, planes] = [0, 0];
      const counted = batches.pipe(
        tap((batch) => {
          images += batch.numRows;
          planes += batch.getChild('labels')?.data[0]?.children[0]?.length ?? 0;
        }),
      );
      const check = defer(() => {
        if (images > 0 && planes === 0) throw noLabelsError(images);
        return EMPTY;
      });
      return concat(counted, check);
    });
}

function joined<Values extends Uint8Array | Uint16Array>(
  kind: new (length: number) => Values,
  parts: readonly Values[],
  size: number,
): Values {
  const whole = new kind(parts.length * size);
  parts.forEach((part, index) => {
    whole.set(part, index * size);
  });
  return whole;
}
