import { getEventListeners } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  activationShape,
  labelledImageSchema,
  unitMatchSchema,
  type ActivationBatch,
  type LabelledImageBatch,
} from '@intermodel/schemas';
import { boundedMap, buildBatch, emptyBatch, InputError, MachineError } from '@intermodel/streams';
import { buildOnnxModel, type OnnxModel } from '@intermodel/testing';
import { EMPTY, concat, firstValueFrom, from, lastValueFrom, NEVER, of, take, throwError, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { openActivations, type ActivationOptions } from './open-activations.ts';
import { streamActivations } from './stream-activations.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'intermodel-activations-'));

/** y = relu of (the sum of the channels - 20, blue - red); then z = 2 y - 1, pooled to g. */
const tiny: OnnxModel = {
  nodes: [
    { op: 'Conv', inputs: ['x', 'w', 'b'], outputs: ['c'] },
    { op: 'Relu', name: 'relu', inputs: ['c'], outputs: ['y'] },
    { op: 'Mul', inputs: ['y', 'two'], outputs: ['d'] },
    { op: 'Sub', inputs: ['d', 'one'], outputs: ['z'] },
    { op: 'GlobalAveragePool', inputs: ['z'], outputs: ['g'] },
  ],
  inputs: [{ name: 'x', dims: ['batch', 3, 1, 2] }],
  outputs: [{ name: 'g' }],
  initializers: {
    w: { dims: [2, 3, 1, 1], data: [1, 1, 1, -1, 0, 1] },
    b: { dims: [2], data: [-20, 0] },
    two: { dims: [], data: [2] },
    one: { dims: [], data: [1] },
  },
};
const file = path.join(folder, 'tiny.onnx');
writeFileSync(file, buildOnnxModel(tiny));
const options: ActivationOptions = {
  model: 'tiny',
  file,
  layers: ['y'],
  input: { preset: 'zero-one', scale: 1, width: 2, height: 1 },
};

const schema = labelledImageSchema({ height: 1, width: 2, labelHeight: 1, labelWidth: 1 });
/** Image i: pixels (i, 10, 12) and (5, 5, i); one plane with the number i + 1. */
function batchOf(first: number, count: number): LabelledImageBatch {
  const numbers = Array.from({ length: count }, (_, index) => first + index);
  return buildBatch(schema, {
    image: numbers.map((number) => `image-${String(number)}`),
    pixels: Uint8Array.from(numbers.flatMap((number) => [number, 10, 12, 5, 5, number])),
    labels: {
      offsets: Int32Array.from({ length: count + 1 }, (_, index) => index),
      values: Uint16Array.from(numbers, (number) => number + 1),
    },
  });
}
const expected = (number: number) => [
  Math.max(0, number + 2),
  Math.max(0, number - 10),
  Math.max(0, 12 - number),
  Math.max(0, number - 5),
];

function rows(batches: readonly ActivationBatch[]): [image: string, activations: number[], labels: number[]][] {
  return batches.flatMap((batch) =>
    Array.from({ length: batch.numRows }, (_, row) => {
      const { image, activations, labels } = batch.get(row)!.toJSON();
      return [image, Array.from(activations), Array.from(labels.get(0)!)] as [string, number[], number[]];
    }),
  );
}
const collect = (batches: readonly LabelledImageBatch[], changes: Partial<ActivationOptions> = {}) =>
  lastValueFrom(from(batches).pipe(streamActivations({ ...options, ...changes }), toArray()));

describe('models that take other images than colours in floats', () => {
  it.each(['NCHW', 'NHWC'] as const)(
    'are given bytes as they are, whatever mean and deviation are declared: %s',
    async (layout) => {
      const bytes: OnnxModel = {
        ...tiny,
        nodes: [
          { op: 'Cast', inputs: ['x'], outputs: ['f'], attributes: { to: 1 } },
          ...(layout === 'NCHW'
            ? []
            : [{ op: 'Transpose', inputs: ['f'], outputs: ['t'], attributes: { perm: [0, 3, 1, 2] } }]),
          { op: 'Conv', inputs: [layout === 'NCHW' ? 'f' : 't', 'w', 'b'], outputs: ['c'] },
          ...tiny.nodes.slice(1),
        ],
        inputs: [{ name: 'x', dims: layout === 'NCHW' ? ['batch', 3, 1, 2] : ['batch', 1, 2, 3], type: 'uint8' }],
      };
      const place = path.join(folder, `bytes-${layout}.onnx`);
      writeFileSync(place, buildOnnxModel(bytes));
      const batches = await collect([batchOf(0, 3)], { file: place, input: { width: 2, height: 1 } });
      expect(rows(batches).map(([, maps]) => maps)).toEqual([0, 1, 2].map(expected));
    },
  );

  it.each([1, 'channels'] as const)('are given one channel of grey: %s', async (channels) => {
    const place = path.join(folder, `grey-${String(channels)}.onnx`);
    writeFileSync(
      place,
      buildOnnxModel({
        ...tiny,
        nodes: [
          { op: 'Conv', inputs: ['x', 'w'], outputs: ['y'] },
          { op: 'GlobalAveragePool', inputs: ['y'], outputs: ['g'] },
        ],
        inputs: [{ name: 'x', dims: ['batch', channels, 1, 2] }],
        initializers: { w: { dims: [1, 1, 1, 1], data: [2] } },
      }),
    );
    const batches = await collect([batchOf(7, 2)], {
      file: place,
      input: { channels: 'grey', scale: 1, width: 2, height: 1 },
    });
    // Luma of (7, 10, 12), (5, 5, 7) and (8, 10, 12), (5, 5, 8).
    expect(rows(batches).map(([, maps]) => maps)).toEqual([
      [18, 10],
      [20, 10],
    ]);
    await expect(collect([batchOf(0, 1)], { file: place })).rejects.toMatchObject(
      channels === 1
        ? { code: 'MODEL_INPUT_CHANNELS', message: expect.stringContaining('{channels: grey}') as string }
        : {},
    );
  });
});

describe('streamActivations', () => {
  it('puts out the maps of every image, with its labels, in order', async () => {
    const batches = await collect([batchOf(0, 3), batchOf(3, 1), batchOf(4, 4)]);
    expect(batches.map(({ numRows }) => numRows)).toEqual([3, 1, 4]);
    expect(activationShape(batches[0]!.schema)).toEqual({
      model: 'tiny',
      layer: 'y',
      units: 2,
      mapHeight: 1,
      mapWidth: 2,
      labelHeight: 1,
      labelWidth: 1,
    });
    expect(rows(batches)).toEqual(
      Array.from({ length: 8 }, (_, number) => [`image-${String(number)}`, expected(number), [number + 1]]),
    );
  });

  it('passes images and labels on without copying them', async () => {
    const batch = batchOf(0, 2);
    const [activations] = await collect([batch]);
    expect(activations!.data.children[0]).toBe(batch.data.children[0]);
    expect(activations!.data.children[2]).toBe(batch.data.children[2]);
    // The pixels stay usable for the next model.
    expect(rows(await collect([batch]))).toEqual(rows([activations!]));
  });

  it('puts out several layers of one pass, one batch each, by name of tensor or node', async () => {
    const batches = await collect([batchOf(0, 2), batchOf(2, 1)], { layers: ['z', 'relu', 'z'] });
    expect(batches.map((batch) => activationShape(batch.schema)?.layer)).toEqual(['z', 'y', 'z', 'z', 'y', 'z']);
    expect(rows(batches.slice(1, 2))[1]![1]).toEqual(expected(1));
    for (const index of [0, 2])
      expect(rows(batches.slice(index, index + 1))[1]![1]).toEqual(expected(1).map((value) => 2 * value - 1));
  });

  it('gives the same rows however images are batched, for any size of runs, threads and copies', async () => {
    const reference = rows(await collect([batchOf(0, 20)]));
    for (const [sizes, changes] of [
      [[1, 1, 18], { batchSize: 1 }],
      [[7, 13], { batchSize: 7, threads: 1 }],
      [[20], { batchSize: 100 }],
      [[16, 4], { batchSize: 3, threads: 2 }],
      [[1, 6, 2, 8, 3], { copies: 2, threads: 2 }],
      [Array<number>(20).fill(1), { copies: 3, threads: 2 }],
    ] as const) {
      let first = 0;
      const cut = sizes.map((size) => batchOf((first += size) - size, size));
      expect(rows(await collect(cut, changes))).toEqual(reference);
    }
  });

  it('reads batches that are slices of larger ones', async () => {
    const slice = batchOf(0, 10).slice(4, 7);
    expect(rows(await collect([slice]))).toEqual(
      [4, 5, 6].map((number) => [`image-${String(number)}`, expected(number), [number + 1]]),
    );
  });

  it('completes for an empty source, and passes an empty batch on', async () => {
    expect(await lastValueFrom(EMPTY.pipe(streamActivations(options), toArray()))).toEqual([]);
    const [empty] = await collect([emptyBatch(schema)]);
    expect([empty!.numRows, activationShape(empty!.schema)?.units]).toEqual([0, 2]);
  });

  it('gives the same to a second subscriber', async () => {
    const activations = from([batchOf(0, 3)]).pipe(streamActivations(options), toArray());
    expect(rows(await lastValueFrom(activations))).toEqual(rows(await lastValueFrom(activations)));
  });

  it('stops when nobody listens any more, and on an error of the source', async () => {
    const first = await firstValueFrom(concat(of(batchOf(0, 1)), NEVER).pipe(streamActivations(options), take(1)));
    expect(first.numRows).toBe(1);
    const failing = concat(
      of(batchOf(0, 1)),
      throwError(() => new InputError('IMAGE_BROKEN', 'no image')),
    );
    await expect(lastValueFrom(failing.pipe(streamActivations(options)))).rejects.toMatchObject({
      code: 'IMAGE_BROKEN',
    });
    const early = from([batchOf(0, 1)])
      .pipe(streamActivations(options))
      .subscribe();
    early.unsubscribe();
    expect(early.closed).toBe(true);
  });

  it('refuses batches of another table or size', async () => {
    await expect(
      lastValueFrom(of(emptyBatch(unitMatchSchema) as unknown as LabelledImageBatch).pipe(streamActivations(options))),
    ).rejects.toMatchObject({ code: 'BATCH_SCHEMA' });
    const large = emptyBatch(labelledImageSchema({ height: 2, width: 2, labelHeight: 1, labelWidth: 1 }));
    await expect(lastValueFrom(of(large).pipe(streamActivations(options)))).rejects.toThrow(
      /FixedSizeList\[6\]<Uint8>/u,
    );
  });

  it.each<[string, Partial<ActivationOptions>]>([
    ['MODEL_MISSING', { file: path.join(folder, 'none.onnx') }],
    ['LAYER_UNKNOWN', { layers: ['nothing'] }],
    ['LAYER_NOT_SPATIAL', { layers: ['g'] }],
    ['MODEL_INPUT_SIZE', { input: { width: 224, height: 224 } }],
    ['MODEL_INPUT_LAYOUT', { input: { width: 2, height: 1, layout: 'NHWC' } }],
    ['PREPROCESSING_PRESET', { input: 'imagnet' }],
    ['PROVIDER_UNAVAILABLE', { executionProviders: ['none'] }],
  ])('fails with %s out of its thread', async (code, changes) => {
    const error: unknown = await collect([batchOf(0, 1)], changes).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ code });
  });
});

describe('openActivations', () => {
  it('keeps no more batches alive than the step that loads them', async () => {
    const model = await openActivations(options);
    let [alive, most] = [0, 0];
    const work = from(Array.from({ length: 40 }, (_, index) => index)).pipe(
      boundedMap(async (index) => {
        most = Math.max(most, ++alive);
        const batches = await model.infer(batchOf(index, 2));
        alive--;
        return batches;
      }, 2),
      toArray(),
    );
    expect(await lastValueFrom(work)).toHaveLength(40);
    expect(most).toBe(2);
    await model.close();
  });

  it('says what was chosen', async () => {
    const model = await openActivations(options);
    expect(model.layers).toEqual([{ tensor: 'y', order: 'NCHW', units: 2, height: 1, width: 2, prefixTokens: 0 }]);
    expect(model.input).toMatchObject({ width: 2, height: 1, layout: 'NCHW', scale: 1 });
    expect(model.batchSize).toBe(2);
    await model.close();
  });

  it.each([1, 2])('fails what is under way when it is stopped, and what comes after, in %d copies', async (copies) => {
    const model = await openActivations({ ...options, copies });
    const underway = Array.from({ length: 5 }, () =>
      model.infer(batchOf(0, 50)).then(
        () => 'done',
        (error: unknown) => error,
      ),
    );
    await model.stop();
    const outcomes = await Promise.all(underway);
    expect(outcomes.at(-1)).toBeInstanceOf(MachineError);
    await expect(model.infer(batchOf(0, 1))).rejects.toMatchObject({ code: 'INFERENCE_STOPPED' });
    await model.stop();
    await model.close();
  });

  it.each([1, 2])('can be stopped while it is being opened, in %d copies', async (copies) => {
    const abort = new AbortController();
    const opening = openActivations({ ...options, copies }, abort.signal);
    abort.abort();
    await expect(opening).rejects.toMatchObject({ code: 'INFERENCE_STOPPED' });
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
  });

  it('runs copies side by side: while one has a long batch to do, the other answers those that come later', async () => {
    const model = await openActivations({ ...options, copies: 2, threads: 2 });
    const order: string[] = [];
    await Promise.all([
      model.infer(batchOf(0, 20_000)).then(() => order.push('long')),
      ...[1, 2, 3].map((index) => model.infer(batchOf(index, 1)).then(() => order.push(`short ${String(index)}`))),
    ]);
    expect(order).toEqual(['short 1', 'short 2', 'short 3', 'long']);
    await model.close();
  });

  it('runs more models at a time than Node allows listeners, without a warning, and leaves no listener behind', async () => {
    const warnings: Error[] = [];
    const take = (warning: Error) => warnings.push(warning);
    process.on('warning', take);
    const abort = new AbortController();
    const models = await Promise.all(
      Array.from({ length: 12 }, () => openActivations({ ...options, threads: 1 }, abort.signal)),
    );
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(1);
    const [first, ...others] = models;
    await Promise.all(others.map((model) => model.close()));
    abort.abort();
    await expect(first!.infer(batchOf(0, 1))).rejects.toMatchObject({ code: 'INFERENCE_STOPPED' });
    await first!.stop();
    process.off('warning', take);
    expect([warnings, getEventListeners(abort.signal, 'abort')]).toEqual([[], []]);
  });

  it('reads tokens as maps', async () => {
    const tokens = path.join(folder, 'tokens.onnx');
    // 1 x 1 patches of an image of 2 x 3 pixels: the channels are the units, behind one class token.
    writeFileSync(
      tokens,
      buildOnnxModel({
        nodes: [
          { op: 'Reshape', inputs: ['x', 'flat'], outputs: ['f'] },
          { op: 'Transpose', inputs: ['f'], outputs: ['t'], attributes: { perm: [0, 2, 1] } },
          { op: 'Concat', inputs: ['class', 't'], outputs: ['tokens'], attributes: { axis: 1 } },
          { op: 'ReduceMean', inputs: ['tokens'], outputs: ['g'], attributes: { axes: [1] } },
        ],
        inputs: [{ name: 'x', dims: [1, 3, 2, 3] }],
        outputs: [{ name: 'g' }],
        initializers: {
          flat: { dims: [3], type: 'int64', data: [0, 3, 6] },
          class: { dims: [1, 1, 3], data: [-1, -2, -3] },
        },
      }),
    );
    const model = await openActivations({
      model: 'vit',
      file: tokens,
      layers: ['tokens'],
      input: { preset: 'zero-one', scale: 1, width: 3, height: 2 },
    });
    expect(model.layers[0]).toEqual({
      tensor: 'tokens',
      order: 'tokens',
      units: 3,
      height: 2,
      width: 3,
      prefixTokens: 1,
    });
    const pixels = Uint8Array.from({ length: 36 }, (_, index) => index);
    const images = buildBatch(labelledImageSchema({ height: 2, width: 3, labelHeight: 1, labelWidth: 1 }), {
      image: ['a', 'b'],
      pixels,
      labels: { offsets: Int32Array.of(0, 0, 0), values: new Uint16Array() },
    });
    const [batch] = await model.infer(images);
    const channel = (image: number, of: number) => Array.from({ length: 6 }, (_, place) => image * 18 + place * 3 + of);
    expect([0, 1].map((row) => Array.from(batch!.get(row)!.activations))).toEqual(
      [0, 1].map((image) => [0, 1, 2].flatMap((of) => channel(image, of))),
    );
    await model.close();
  });
});

const parity = path.resolve(import.meta.dirname, '../../../../shared/parity/models');
const parityThere = existsSync(path.join(parity, 'spec.json'));

describe.skipIf(!parityThere)(`trained models${parityThere ? '' : ' (skipped: ../shared/parity is not there)'}`, () => {
  interface ModelSpec {
    readonly input_size: number;
    readonly dissected_tensor: string;
    readonly channel_order: string;
    readonly mean: [number, number, number];
    readonly std: [number, number, number];
  }
  const specs = Object.entries(
    parityThere ? (JSON.parse(readFileSync(path.join(parity, 'spec.json'), 'utf8')) as Record<string, ModelSpec>) : {},
  );

  it.each(specs)(
    '%s: same bytes for runs of 1, 2, 7 and 16 images, 1 or 2 threads, and 2 copies',
    async (name, spec) => {
      const size = spec.input_size;
      const pixels = Uint8Array.from(
        { length: 16 * size * size * 3 },
        (_, index) => (index * 7919 + (index >> 9) * 31) % 256,
      );
      const images = buildBatch(labelledImageSchema({ height: size, width: size, labelHeight: 1, labelWidth: 1 }), {
        image: Array.from({ length: 16 }, String),
        pixels,
        labels: { offsets: new Int32Array(17), values: new Uint16Array() },
      });
      const input = {
        width: size,
        height: size,
        channels: spec.channel_order.toLowerCase() as 'rgb',
        mean: spec.mean,
        std: spec.std,
      };
      let reference: Buffer | undefined;
      for (const [batchSize, threads, copies] of [
        [1, 1, 1],
        [2, 2, 1],
        [7, 1, 1],
        [16, 2, 1],
        [16, 1, 1],
        [2, 2, 2],
      ] as const) {
        const [batch] = await lastValueFrom(
          of(images).pipe(
            streamActivations({
              model: name,
              file: path.join(parity, `${name}.onnx`),
              layers: [spec.dissected_tensor],
              input,
              batchSize,
              threads,
              copies,
            }),
            toArray(),
          ),
        );
        const { buffer, byteOffset, byteLength } = batch!.data.children[1]!.children[0]!.values as Float32Array;
        const bytes = Buffer.from(buffer, byteOffset, byteLength);
        reference ??= bytes;
        expect(bytes.equals(reference)).toBe(true);
      }
      expect(reference?.some((byte) => byte !== 0)).toBe(true);
    },
  );
});
