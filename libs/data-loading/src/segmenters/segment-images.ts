import { existsSync } from 'node:fs';
import { openSession, type ModelSession } from '@intermodel/onnx';
import { FileHashes } from '@intermodel/steps';
import { boundedMap, InputError } from '@intermodel/streams';
import { from, lastValueFrom, tap, toArray } from 'rxjs';
import { decodeImage } from '../images/decode-image.ts';
import { resolveGeometry, type ResolvedGeometry } from '../images/image-geometry.ts';
import { chooseImages } from '../images/choose-images.ts';
import { listImages } from '../images/list-labelled-images.ts';
import type {
  DataWarning,
  LabelledImageEntry,
  LabelledImageSet,
  SegmentedLabel,
} from '../images/labelled-image-set.ts';
import { badFileCodes } from '../images/load-labelled-images.ts';
import { headPlanes } from './head-planes.ts';
import { describeSegmenter, keptPlanesFile, planesKey } from './kept-planes.ts';
import type { SegmentImagesOptions } from './segment-options.ts';
import { planesAreWhole, writePlanes, type HeadPlane } from './plane-files.ts';
import type { Segmenter, SegmenterHead, SegmenterInput } from './segmenter.ts';
import { segmenterVocabulary } from './segmenter-vocabulary.ts';

/** Images under way: one is decoded while another one is segmented. */
const imagesUnderWay = 2;

/**
 * Lists the images of a folder with the label planes that segmentation models give them: each image is segmented once,
 * and its planes are kept compressed under the content of image, model and options, for all models of a study.
 *
 * @throws InputError `SEGMENTER_HEAD` for a tensor that does not fit its classes, `SEGMENTER_INPUT`, those of {@link
 *   openSession},
 * {@link listImages} and {@link decodeImage}; MachineError `WRITE_FAILED`.
 */
export async function segmentImages(options: SegmentImagesOptions): Promise<LabelledImageSet> {
  const { segmenters, skipBad = false, signal, onProgress } = options;
  const warnings: DataWarning[] = [];
  const found = await listImages(options.images, warnings);
  const listed = options.chosen === undefined ? found : chooseImages(found, options.chosen);
  const { vocabulary, numbers } = segmenterVocabulary(segmenters);
  const opened = await Promise.all(
    segmenters.map(
      async (segmenter, index) =>
        new OpenSegmenter(segmenter, await describeSegmenter(segmenter), numbers[index] ?? [], options),
    ),
  );
  const contents = new FileHashes();
  let done = 0;
  const segment = async ({
    name,
    file,
  }: {
    readonly name: string;
    readonly file: string;
  }): Promise<LabelledImageEntry> => {
    signal?.throwIfAborted();
    try {
      const sha256 = await contents.hash(file, signal);
      const labels: SegmentedLabel[] = [];
      for (const segmenter of opened) labels.push(await segmenter.label(file, sha256, contents));
      return { image: name, file, labels };
    } catch (error) {
      if (!skipBad || !(error instanceof InputError) || !badFileCodes.includes(error.code)) throw error;
      return { image: name, file, labels: [] };
    }
  };
  try {
    const images = await lastValueFrom(
      from(listed).pipe(
        boundedMap((image) => segment(image), imagesUnderWay),
        tap(() => onProgress?.(++done, listed.length)),
        toArray(),
      ),
    );
    const cropping = segmenters.find(({ input }) => input.resize === 'squash-crop');
    const seen = cropping === undefined ? {} : { seen: segmenterGeometry(cropping.input) };
    return { images, vocabulary, warnings, ...seen };
  } finally {
    for (const segmenter of opened) await segmenter.close();
  }
}

/** A segmenter with its session, which is opened for the first image that needs it. */
class OpenSegmenter {
  readonly #segmenter: Segmenter;
  readonly #description: string;
  readonly #numbers: readonly ReadonlyMap<number, number>[];
  readonly #options: SegmentImagesOptions;
  #session: Promise<ModelSession> | undefined;
  #described: Promise<void> | undefined;

  constructor(
    segmenter: Segmenter,
    description: string,
    numbers: readonly ReadonlyMap<number, number>[],
    options: SegmentImagesOptions,
  ) {
    [this.#segmenter, this.#description, this.#numbers, this.#options] = [segmenter, description, numbers, options];
  }

  async label(file: string, sha256: string, contents: FileHashes): Promise<SegmentedLabel> {
    const { labelCache } = this.#options;
    const planes = keptPlanesFile(labelCache, planesKey(sha256, this.#description, this.#options));
    if (!existsSync(planes) || !planesAreWhole(planes)) {
      const { pixels } = await decodeImage(file, segmenterGeometry(this.#segmenter.input), this.#options);
      const segmented = await this.#segment(pixels);
      await contents.checkUnchanged(file, sha256);
      writePlanes(planes, segmented);
    }
    const { input } = this.#segmenter;
    const seen = input.resize === 'squash-crop' ? { seen: segmenterGeometry(input) } : {};
    return { kind: 'segmented', file: planes, classNumbers: this.#numbers, ...seen };
  }

  async close(): Promise<void> {
    await (await this.#session?.catch(() => undefined))?.release();
  }

  async #segment(pixels: Uint8Array): Promise<HeadPlane[]> {
    const { file, made, input, heads } = this.#segmenter;
    this.#session ??= openSession({
      ...this.#options,
      file,
      graph: made?.graph,
      tensors: heads.map(({ tensor }) => tensor),
      inputSize: { height: input.height, width: input.width },
      wholeNumbers: true,
    });
    const session = await this.#session;
    this.#described ??= this.#checkModel();
    await this.#described;
    checkInput(file, input, session.input);
    // A model that takes bytes is given them as they are.
    const settings =
      session.input.type === 'uint8' ? ({ ...input, scale: 1, mean: [0, 0, 0], std: [1, 1, 1] } as const) : input;
    const values = await session.run(inputValues(pixels, settings, session.input.layout === 'NHWC'), 1);
    const decided: HeadPlane[] = [];
    heads.forEach((head, place) => {
      const tensor = session.tensors[place] ?? head.tensor;
      const output = {
        file,
        values: values.get(tensor),
        channelsLast: session.layouts.get(tensor) === 'NHWC',
        wholeNumbers: session.wholeNumbers.has(tensor),
      };
      // Channels that stand for no concept have won their pixels, and are nothing.
      const known = this.#numbers[place] ?? new Map<number, number>();
      decided.push(
        ...headPlanes(head, output, input, this.#ownersOf(head, decided)).map(({ data, ...size }) => ({
          head: place,
          ...size,
          data: data.map((value) => (known.has(value) ? value : 0)),
        })),
      );
    });
    return decided;
  }

  /** Planes must not be kept under the content that the model had before it was opened. */
  async #checkModel(): Promise<void> {
    if ((await describeSegmenter(this.#segmenter)) === this.#description) return;
    throw new InputError('FILE_CHANGED', 'was changed while it was being read', {
      file: this.#segmenter.file,
      expected: 'files that stay as they are until the run ends',
      hint: 'Run again.',
    });
  }

  /** What the head that owns another one's classes sees; undefined where no head before it does. */
  #ownersOf({ tensor, ownedBy }: SegmenterHead, decided: readonly HeadPlane[]): readonly HeadPlane[] | undefined {
    const names = this.#segmenter.heads.map((head) => head.tensor);
    const place = ownedBy === undefined ? -1 : names.indexOf(ownedBy);
    return place < 0 || place >= names.indexOf(tensor) ? undefined : decided.filter(({ head }) => head === place);
  }
}

/** What of an image a segmenter sees. */
function segmenterGeometry({ height, width, filter, resize, shortestSide }: SegmenterInput): ResolvedGeometry {
  return resolveGeometry({
    ...{ height, width, filter },
    ...(resize === undefined ? {} : { resize }),
    ...(shortestSide === undefined ? {} : { shortestSide }),
  });
}

function checkInput(
  file: string,
  { height, width }: SegmenterInput,
  { name, height: rows = height, width: columns = width, channels = 3 }: ModelSession['input'],
): void {
  if (rows === height && columns === width && channels === 3) return;
  throw new InputError(
    'SEGMENTER_INPUT',
    `the model takes images of ${String(columns)} x ${String(rows)} pixels and ${String(channels)} channels`,
    {
      file,
      column: name,
      expected: `${String(width)} x ${String(height)} pixels in three channels, as its input is described`,
      hint: 'Correct "width" and "height" of the input, or export the model with free sizes.',
    },
  );
}

/** The bytes of an image as the model wants them. */
export function inputValues(
  pixels: Uint8Array,
  { scale, mean, std, channels }: SegmenterInput,
  channelsLast: boolean,
): Float32Array {
  const count = pixels.length / 3;
  const values = new Float32Array(pixels.length);
  for (let channel = 0; channel < 3; channel++) {
    const table = Float32Array.from(
      { length: 256 },
      (_, byte) => (byte * scale - (mean[channel] as number)) / (std[channel] as number),
    );
    const from = channels === 'rgb' ? channel : 2 - channel;
    for (let pixel = 0; pixel < count; pixel++)
      values[channelsLast ? 3 * pixel + channel : channel * count + pixel] = table[
        pixels[3 * pixel + from] as number
      ] as number;
  }
  return values;
}
