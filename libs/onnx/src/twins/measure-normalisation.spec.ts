import { describe, expect, it } from 'vitest';
import { openSession } from '../open-session.ts';
import { writeGraph, type WrittenGraph } from '../write-graph.ts';
import { hasStoredStatistics, measureNormalisation } from './measure-normalisation.ts';
import { untrainedTwin } from './untrained-twin.ts';

const channels = 6;
const count = 5;
const file = 'network.onnx';

/** Draws from [0, 1): the linear congruential generator of Numerical Recipes. */
function uniformFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const floats = (values: readonly number[]) => () => new Uint8Array(Float32Array.from(values).buffer);

/** Convolution and normalisation, twice; a normalisation without constants in the file if asked for. */
function network(opset: number, others: Partial<WrittenGraph> = {}): Uint8Array {
  const layer = (index: number, input: string) => [
    {
      operator: 'Conv',
      name: `conv${String(index)}`,
      inputs: [input, `weight${String(index)}`],
      outputs: [`maps${String(index)}`],
      attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
    },
    {
      operator: 'BatchNormalization',
      name: `norm${String(index)}`,
      inputs: [
        `maps${String(index)}`,
        ...['scale', 'shift', 'mean', 'variance'].map((name) => `${name}${String(index)}`),
      ],
      outputs: [`norm${String(index)}`],
      attributes: { epsilon: { float: 1e-5 }, momentum: { float: 0.9 } },
    },
    {
      operator: 'Relu',
      name: `relu${String(index)}`,
      inputs: [`norm${String(index)}`],
      outputs: [`relu${String(index)}`],
      attributes: {},
    },
  ];
  const constant = (name: string, dims: number[], value: number) => ({
    name,
    type: 'float32' as const,
    dims,
    values: floats(Array.from({ length: dims.reduce((all, size) => all * size, 1) }, () => value)),
  });
  return writeGraph({
    name: 'network',
    opsets: new Map([['', opset]]),
    nodes: [...layer(1, 'image'), ...layer(2, 'relu1')],
    constants: [
      constant('weight1', [channels, 3, 3, 3], 1),
      constant('weight2', [channels, channels, 3, 3], 1),
      ...[1, 2].flatMap((index) =>
        (['scale', 'shift', 'mean', 'variance'] as const).map((name) =>
          constant(`${name}${String(index)}`, [channels], 7),
        ),
      ),
    ],
    inputs: [{ name: 'image', type: 'float32', dims: [1, 3, 8, 8] }],
    outputs: [{ name: 'relu2', type: 'float32', dims: [1, channels, 8, 8] }],
    ...others,
  }).toBytes();
}

const images = Float32Array.from({ length: count * 3 * 64 }, uniformFrom(3));

describe(measureNormalisation, () => {
  it.each([13, 15, 17])(
    'normalises every channel over the images, behind what stands before it (operator set %i)',
    async (opset) => {
      const twin = untrainedTwin(network(opset), uniformFrom(1), file);
      expect(hasStoredStatistics(twin, file)).toBe(true);
      const bytes = await measureNormalisation({ bytes: twin, file, images: () => images, count });
      expect(bytes).toHaveLength(twin.length);
      const session = await openSession({ file, graph: bytes, tensors: ['norm1', 'norm2'], threads: 1 });
      const results = await session.run(images, count);
      await session.release();
      for (const name of ['norm1', 'norm2']) {
        const data = results.get(name)?.data ?? new Float32Array();
        for (let channel = 0; channel < channels; channel++) {
          const own = data.filter((_, at) => Math.floor(at / 64) % channels === channel);
          const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
          expect(own.length).toBe(count * 64);
          expect(mean).toBeCloseTo(0, 4);
          expect(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length).toBeCloseTo(1, 3);
        }
      }
    },
  );

  it('gives the same bytes for the same images, and leaves what does not normalise as it is', async () => {
    const twin = untrainedTwin(network(13), uniformFrom(1), file);
    const once = await measureNormalisation({ bytes: twin, file, images: () => images, count });
    expect(await measureNormalisation({ bytes: twin, file, images: () => images, count })).toEqual(once);
    const plain = network(13, {
      nodes: [{ operator: 'Relu', name: 'relu', inputs: ['image'], outputs: ['relu2'], attributes: {} }],
    });
    expect(hasStoredStatistics(plain, file)).toBe(false);
    expect(await measureNormalisation({ bytes: plain, file, images: () => images, count })).toEqual(plain);
  });

  it('is refused of operator sets that cannot measure', async () => {
    await expect(measureNormalisation({ bytes: network(11), file, images: () => images, count })).rejects.toMatchObject(
      {
        code: 'TWIN_UNKNOWN',
        message: expect.stringContaining('operator set 11') as string,
      },
    );
  });
});
