import path from 'node:path';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { openSession, readModel, type ModelSession, type TensorValues } from '@intermodel/onnx';
import { boundedMap, canonicalJson, FileHashes, InputError } from '@intermodel/streams';
import { from, lastValueFrom, tap, toArray } from 'rxjs';
import { decodeImage, decodeImageDefaults, type DecodeImageOptions } from '../images/decode-image.ts';
import { resolveGeometry } from '../images/image-geometry.ts';
import { listImages } from '../images/list-labelled-images.ts';
import type { DataWarning, LabelledImageEntry, LabelledImageSet, SegmentedLabel } from '../images/labelled-image-set.ts';
import { badFileCodes } from '../images/load-labelled-images.ts';
import { decideClasses, type Candidates, type HeadValues } from './decide-classes.ts';
import { planesAreWhole, writePlanes, type HeadPlane } from './plane-files.ts';
import { segmenterHeadDefaults, type Segmenter, type SegmenterHead, type SegmenterInput } from './segmenter.ts';
import { segmenterVocabulary } from './segmenter-vocabulary.ts';

/** Options of {@link segmentImages}. */
export interface SegmentImagesOptions extends DecodeImageOptions {
  /** Folder of images, with sub-folders. */
  readonly images: string;
  /** Segmenters, whose concepts become one vocabulary. */
  readonly segmenters: readonly Segmenter[];
  /** Folder where planes are kept, for later runs too: a plane is made anew only if image, model or options change. */
  readonly cacheFolder: string;
  /** Execution providers, the preferred first. @default ['cpu'] */
  readonly executionProviders?: readonly string[];
  /** Threads of a model. @default one a processor */
  readonly intraOpThreads?: number;
  /** Whether an image that does not decode is left without labels instead of stopping. @default false */
  readonly skipBad?: boolean;
  /** Stops between two images. */
  readonly signal?: AbortSignal;
  /** Is told after each image how many are done. @default nobody is told */
  readonly onProgress?: (done: number, of: number) => void;
}

/** Changes when the same image, model and options would give other planes. */
const planesVersion = 1;

/** Images under way: one is decoded while another one is segmented. */
const imagesUnderWay = 2;

/**
 * Lists the images of a folder with the label planes that segmentation models give them: each image is segmented once,
 * and its planes are kept compressed under the content of image, model and options, for all models of a study.
 *
 * @throws InputError `SEGMENTER_HEAD` for a tensor that does not fit its classes, those of {@link openSession},
 * {@link listImages} and {@link decodeImage}; MachineError `WRITE_FAILED`.
 */
export async function segmentImages(options: SegmentImagesOptions): Promise<LabelledImageSet> {
  const { segmenters, skipBad = false, signal, onProgress } = options;
  const warnings: DataWarning[] = [];
  const listed = await listImages(options.images, warnings);
  const { vocabulary, numbers } = segmenterVocabulary(segmenters);
  const opened = await Promise.all(segmenters.map(async (segmenter, index) => new OpenSegmenter(segmenter, await describeModel(segmenter), numbers[index] ?? [], options)));
  const contents = new FileHashes();
  let done = 0;
  const segment = async ({ name, file }: { readonly name: string; readonly file: string }): Promise<LabelledImageEntry> => {
    signal?.throwIfAborted();
    try {
      const sha256 = await contents.hash(file, signal);
      const labels: SegmentedLabel[] = [];
      for (const segmenter of opened) labels.push(await segmenter.label(file, sha256));
      return { image: name, file, labels };
    } catch (error) {
      if (!skipBad || !(error instanceof InputError) || !badFileCodes.includes(error.code)) throw error;
      return { image: name, file, labels: [] };
    }
  };
  try {
    const images = await lastValueFrom(from(listed).pipe(boundedMap((image) => segment(image), imagesUnderWay), tap(() => onProgress?.(++done, listed.length)), toArray()));
    return { images, vocabulary, warnings };
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

  constructor(segmenter: Segmenter, description: string, numbers: readonly ReadonlyMap<number, number>[], options: SegmentImagesOptions) {
    [this.#segmenter, this.#description, this.#numbers, this.#options] = [segmenter, description, numbers, options];
  }

  async label(file: string, sha256: string): Promise<SegmentedLabel> {
    const { maxPixels = decodeImageDefaults.maxPixels, background = decodeImageDefaults.background, cacheFolder } = this.#options;
    const key = createHash('sha256').update(canonicalJson({ version: planesVersion, image: sha256, segmenter: this.#description, background })).digest('hex');
    const planes = path.join(cacheFolder, key.slice(0, 2), `${key}.planes`);
    if (!existsSync(planes) || !planesAreWhole(planes)) {
      const { height, width, filter } = this.#segmenter.input;
      const { pixels } = await decodeImage(file, resolveGeometry({ height, width, filter }), { maxPixels, background });
      writePlanes(planes, await this.#segment(pixels));
    }
    return { kind: 'segmented', file: planes, classNumbers: this.#numbers };
  }

  async close(): Promise<void> {
    await (await this.#session?.catch(() => undefined))?.release();
  }

  async #segment(pixels: Uint8Array): Promise<HeadPlane[]> {
    const { file, input, heads } = this.#segmenter;
    const { executionProviders, intraOpThreads } = this.#options;
    this.#session ??= openSession({ file, tensors: heads.map(({ tensor }) => tensor), inputSize: input, ...(executionProviders === undefined ? {} : { executionProviders }), ...(intraOpThreads === undefined ? {} : { intraOpThreads }) });
    const session = await this.#session;
    const values = await session.run(inputValues(pixels, input, session.input.layout === 'NHWC'), 1);
    const decided: HeadPlane[] = [];
    heads.forEach((head, place) => {
      const tensor = session.tensors[place] ?? head.tensor;
      const { size, planes } = decideHead(file, head, headValues(file, head, values.get(tensor), session.layouts.get(tensor) === 'NHWC'), input, this.#ownersOf(head, decided));
      // Channels that stand for no concept have won their pixels, and are nothing.
      const known = this.#numbers[place] ?? new Map<number, number>();
      decided.push(...planes.map((data) => ({ head: place, ...size, data: data.map((value) => (known.has(value) ? value : 0)) })));
    });
    return decided;
  }

  /** What the head that owns another one's classes sees. */
  #ownersOf({ ownedBy }: SegmenterHead, decided: readonly HeadPlane[]): HeadPlane | undefined {
    if (ownedBy === undefined) return undefined;
    const place = this.#segmenter.heads.findIndex(({ tensor }) => tensor === ownedBy);
    return decided.find(({ head }) => head === place);
  }
}

function decideHead(file: string, head: SegmenterHead, values: HeadValues, input: SegmenterInput, owners: HeadPlane | undefined) {
  const { decide = segmenterHeadDefaults.decide, confidence = segmenterHeadDefaults.confidence, threshold = segmenterHeadDefaults.threshold, upsample = segmenterHeadDefaults.upsample } = head;
  const size = upsample ? { height: input.height, width: input.width } : { height: values.height, width: values.width };
  const thresholds = new Float32Array(values.classes).fill(Infinity);
  for (const { index, threshold: own = threshold } of head.classes) {
    if (index >= values.classes) throw headError(file, head, `class ${String(index)} is listed, but the tensor has ${String(values.classes)} classes`, 'a list of classes that belongs to this model');
    thresholds[index] = own;
  }
  if (head.ownedBy !== undefined && owners === undefined) throw headError(file, head, `its classes are owned by "${head.ownedBy}", which is no head before it`, 'the tensor of an earlier head');
  if (owners !== undefined && (owners.height !== size.height || owners.width !== size.width)) throw headError(file, head, `its planes have ${String(size.width)} x ${String(size.height)} pixels, those of the head that owns its classes ${String(owners.width)} x ${String(owners.height)}`, 'the same size: upsample both, or tensors of one size');
  const candidates = owners === undefined ? undefined : candidatesOf(head, values.classes, owners);
  return { size, planes: decideClasses(values, { size, confidence, ...(decide === 'threshold' ? { thresholds } : {}), ...(candidates === undefined ? {} : { candidates }) }) };
}

/** A class with owners is a candidate where one of them is seen, a class without everywhere. */
function candidatesOf({ classes }: SegmenterHead, count: number, { data }: HeadPlane): Candidates {
  const rows = data.reduce((largest, owner) => Math.max(largest, owner), 0) + 1;
  const allowed = new Uint8Array(rows * count).fill(1);
  for (const { index, owners } of classes) {
    if (owners === undefined) continue;
    for (let row = 0; row < rows; row++) allowed[row * count + index] = owners.includes(row - 1) ? 1 : 0;
  }
  return { owners: data, allowed };
}

function headValues(file: string, head: SegmenterHead, values: TensorValues | undefined, channelsLast: boolean): HeadValues {
  const [, first = 0, second = 0, third = 0] = values?.dims ?? [];
  if (values?.dims.length !== 4) throw headError(file, head, `the tensor has the shape ${values?.dims.join(' x ') ?? ''}`, 'images x classes x height x width');
  return channelsLast ? { data: values.data, height: first, width: second, classes: third, channelsLast } : { data: values.data, classes: first, height: second, width: third, channelsLast };
}

function headError(file: string, { tensor }: SegmenterHead, problem: string, expected: string): InputError {
  return new InputError('SEGMENTER_HEAD', problem, { file, column: tensor, expected, hint: 'Correct the head, or export the model with this output.' });
}

/** The bytes of an image as the model wants them. */
export function inputValues(pixels: Uint8Array, { scale, mean, std, channels }: SegmenterInput, channelsLast: boolean): Float32Array {
  const count = pixels.length / 3;
  const values = new Float32Array(pixels.length);
  for (let channel = 0; channel < 3; channel++) {
    const table = Float32Array.from({ length: 256 }, (_, byte) => (byte * scale - (mean[channel] as number)) / (std[channel] as number));
    const from = channels === 'rgb' ? channel : 2 - channel;
    for (let pixel = 0; pixel < count; pixel++) values[channelsLast ? 3 * pixel + channel : channel * count + pixel] = table[pixels[3 * pixel + from] as number] as number;
  }
  return values;
}

/** All that planes depend on besides the image: the model's content, with weights in other files, and every choice but names. */
async function describeModel({ file, input, heads }: Segmenter): Promise<string> {
  const locations = [...new Set(readModel(file).graph.initializers.flatMap(({ external }) => (external === undefined ? [] : [external.location])))].sort();
  const contents = new FileHashes();
  const hashes = await Promise.all([file, ...locations.map((location) => path.join(path.dirname(file), location))].map((each) => contents.hash(each)));
  const choices = heads.map(({ category: _category, ...head }) => ({ ...segmenterHeadDefaults, ...head, classes: head.classes.map(({ index, threshold, owners }) => ({ index, threshold: threshold ?? null, owners: owners ?? null })) }));
  return canonicalJson(JSON.parse(JSON.stringify({ hashes, input, choices })));
}
