import { InputError } from '@intermodel/errors';
import { openSession, type ModelSession } from '@intermodel/onnx';
import { checkImageInput } from './check-image-input.ts';
import { describeLayer, prefixValues, toUnitMaps, type LayerMaps, type LayerValues } from './layer-maps.ts';
import { asBytes, openNormaliser } from './normalise-pixels.ts';
import { channelCount, type InputLayout } from './preprocessing.ts';
import type { RunGuard } from './run-guard.ts';
import type { OpenedModel, WorkerSettings } from './worker-messages.ts';

/** A model that takes pixels and gives maps; its calls block the thread while they compute. */
export interface ImageInference {
  /** What is known of the model. */
  readonly model: OpenedModel;
  /** Values of each layer for RGB bytes. */
  infer(pixels: Uint8Array, images: number): Promise<LayerValues[]>;
  /** Frees the model. */
  release(): Promise<void>;
}

/** Bytes that a batch chosen by memory may take: fixed, so that it is the same on every machine. */
const batchBytes = 64 * 1024 * 1024;
/** What a layer puts out for more images leaves the caches of a processor; other devices are kept busy by more. */
const batchSizeMost = { processor: 2, device: 8 };
/**
 * Guess of what the runtime holds in between, in sizes of the input: the first layers have many channels at half the
 * size.
 */
const innerInputs = 8;

/**
 * Opens a model for images: checks that preprocessing and layers fit it. Every call of the runtime goes through
 * `guard`.
 */
export async function openInference(settings: WorkerSettings, guard: RunGuard): Promise<ImageInference> {
  const { file, graph, layers, input, executionProviders, threads } = settings;
  const { height, width } = input;
  const channels = channelCount(input.channels);
  const session = guarded(
    await guard.run(() =>
      openSession({
        file,
        graph,
        tensors: layers.map(({ tensor }) => tensor),
        executionProviders,
        threads,
        vectors: layers.some(({ vector }) => vector === true),
        inputSize: { height, width, channels },
      }),
    ),
    guard,
  );
  try {
    const layout = checkImageInput(settings, session.input);
    const shapes = await oneImageShapes(session, height * width * channels);
    const described = layers.map((layer, index) => {
      const tensor = session.tensors[index] ?? '';
      return describeLayer(file, layer, tensor, shapes.get(tensor) ?? [], session.layouts.get(tensor), {
        height,
        width,
      });
    });
    const batchSize =
      settings.batchSize ??
      session.input.batch ??
      chooseBatchSize(
        height * width * channels,
        described,
        executionProviders.every((provider) => provider === 'cpu'),
      );
    return {
      model: { layers: described, layout, batchSize },
      infer: inferrer(settings, session, layout, described, batchSize),
      release: () => session.release(),
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

function guarded(session: ModelSession, guard: RunGuard): ModelSession {
  return { ...session, run: (values, batch) => guard.run(() => session.run(values, batch)) };
}

function inferrer(
  { input }: WorkerSettings,
  session: ModelSession,
  layout: InputLayout,
  layers: readonly LayerMaps[],
  batchSize: number,
): ImageInference['infer'] {
  const normaliser = openNormaliser(session.input.type === 'uint8' ? asBytes(input) : input, layout);
  const pixelsPerImage = input.height * input.width;
  return async (pixels, images) => {
    const whole = layers.map((layer) => new WholeValues(layer, images));
    for (let start = 0; start < images; start += batchSize) {
      const count = Math.min(batchSize, images - start);
      const bytes = pixels.subarray(start * pixelsPerImage * 3, (start + count) * pixelsPerImage * 3);
      // The runtime has read the values when the run returns, so that their memory can be used again.
      const values = normaliser.normalise(bytes);
      const results = await session.run(values, count);
      for (const layer of whole) layer.take(results.get(layer.tensor)?.data ?? new Float32Array(), start, count);
    }
    // Two layers may be the same tensor: each is sent in a buffer of its own.
    const sent = new Set<Float32Array>();
    return whole.map(({ maps, prefix }) => {
      const own = sent.has(maps) ? maps.slice() : maps;
      sent.add(own);
      return { maps: own, prefix };
    });
  };
}

/** Values of a layer, put together of several runs. */
class WholeValues implements LayerValues {
  readonly tensor: string;
  maps: Float32Array = new Float32Array();
  prefix: Float32Array | undefined;
  readonly #layer: LayerMaps;
  readonly #images: number;

  constructor(layer: LayerMaps, images: number) {
    this.tensor = layer.tensor;
    this.#layer = layer;
    this.#images = images;
  }

  /** Takes what a run gave of `count` images, of which `start` is the first. */
  take(values: Float32Array, start: number, count: number): void {
    const layer = this.#layer;
    const maps = toUnitMaps(values, count, layer);
    const size = layer.units * layer.height * layer.width;
    if (maps.length !== count * size) throw varyingShape(layer.tensor, maps.length / count, layer);
    const prefix = prefixValues(values, count, layer);
    if (count === this.#images) {
      this.maps = maps;
      this.prefix = prefix;
      return;
    }
    if (start === 0) {
      this.maps = new Float32Array(this.#images * size);
      this.prefix = prefix && new Float32Array(this.#images * (prefix.length / count));
    }
    this.maps.set(maps, start * size);
    if (prefix !== undefined) this.prefix?.set(prefix, (start * prefix.length) / count);
  }
}

/** Shapes of the tensors for one image; what the runtime cannot infer is seen from a run on zeros. */
async function oneImageShapes(session: ModelSession, values: number): Promise<Map<string, readonly number[]>> {
  const inferred = session.tensors.map((tensor) => [tensor, session.shapes.get(tensor) ?? []] as const);
  const known = inferred.every(([, shape]) => shape.length > 0 && shape.slice(1).every((size) => size !== undefined));
  if (known) return new Map(inferred.map(([tensor, shape]) => [tensor, [1, ...(shape.slice(1) as number[])]]));
  return new Map([...(await session.run(new Float32Array(values), 1))].map(([tensor, { dims }]) => [tensor, dims]));
}

function chooseBatchSize(inputValues: number, layers: readonly LayerMaps[], onProcessor: boolean): number {
  const outputs = layers.reduce((sum, { units, height, width }) => sum + units * height * width, 0);
  const bytes = 4 * (innerInputs * inputValues + outputs);
  return Math.max(
    1,
    Math.min(onProcessor ? batchSizeMost.processor : batchSizeMost.device, Math.floor(batchBytes / bytes)),
  );
}

function varyingShape(tensor: string, found: number, { units, height, width }: LayerMaps): InputError {
  return new InputError(
    'LAYER_VARIES',
    `this tensor has ${String(found)} values for an image, and had ${String(units * height * width)} before`,
    {
      column: tensor,
      columnIs: 'tensor',
      expected: `${String(units)} x ${String(height)} x ${String(width)} for every image`,
      hint: 'Take a layer whose size does not depend on the image.',
    },
  );
}
