import { describe, expect, it } from 'vitest';
import { floatsFromHalves, halvesFromFloats } from '../half-floats.ts';
import { openSession } from '../open-session.ts';
import { readModelBytes } from '../read-model.ts';
import { untrainedTwin } from './untrained-twin.ts';
import { writeGraph, type WrittenGraph } from '../write-graph.ts';

const ones = (count: number, type: 'float32' | 'float16') => () => {
  const values = new Float32Array(count).fill(1);
  return new Uint8Array((type === 'float32' ? values : halvesFromFloats(values)).buffer);
};

/** A convolution (float16 weights behind a Cast), then the mean, then a classifier; `scale` is no weight. */
function network(others: Partial<WrittenGraph> = {}): Uint8Array {
  const graph: WrittenGraph = {
    name: 'network',
    opsets: new Map([['', 13]]),
    nodes: [
      { operator: 'Mul', name: 'scaled', inputs: ['image', 'scale'], outputs: ['scaled'], attributes: {} },
      { operator: 'Cast', name: 'cast', inputs: ['halves'], outputs: ['weight'], attributes: { to: 1 } },
      {
        operator: 'Conv',
        name: 'conv',
        inputs: ['scaled', 'weight', 'bias'],
        outputs: ['maps'],
        attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
      },
      { operator: 'GlobalAveragePool', name: 'pool', inputs: ['maps'], outputs: ['pooled'], attributes: {} },
      { operator: 'Flatten', name: 'flat', inputs: ['pooled'], outputs: ['flat'], attributes: { axis: 1 } },
      {
        operator: 'Gemm',
        name: 'classifier',
        inputs: ['flat', 'rows'],
        outputs: ['scores'],
        attributes: { transB: 1 },
      },
    ],
    constants: [
      { name: 'scale', type: 'float32', dims: [1], values: ones(1, 'float32') },
      { name: 'halves', type: 'float16', dims: [40, 8, 3, 3], values: ones(2_880, 'float16') },
      { name: 'bias', type: 'float32', dims: [40], values: ones(40, 'float32') },
      { name: 'rows', type: 'float32', dims: [50, 40], values: ones(2_000, 'float32') },
    ],
    inputs: [{ name: 'image', type: 'float32', dims: ['batch', 8, 4, 4] }],
    outputs: [{ name: 'scores', type: 'float32', dims: ['batch', 50] }],
    ...others,
  };
  return writeGraph(graph).toBytes();
}

function valuesOf(bytes: Uint8Array, name: string): Float32Array {
  const { graph } = readModelBytes(bytes, 'network.onnx');
  const { raw, elementType } = graph.initializers.find((tensor) => tensor.name === name) ?? {};
  const stored = bytes.slice(raw?.start, raw?.end).buffer;
  return elementType === 10 ? floatsFromHalves(new Uint16Array(stored)) : new Float32Array(stored);
}

/** Draws from [0, 1): the linear congruential generator of Numerical Recipes. */
function uniformFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const variance = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0) / values.length;

describe('untrainedTwin', () => {
  const twin = untrainedTwin(network(), uniformFrom(1), 'network.onnx');

  it('draws weights with variance 2 / fan-in, sets biases to 0 and leaves the rest', () => {
    // Fan-in: 8 channels of 3 x 3, and 40 values; of uniform draws the variance is known to a few percent here.
    expect(variance(valuesOf(twin, 'halves'))).toBeCloseTo(2 / 72, 3);
    expect(variance(valuesOf(twin, 'rows'))).toBeCloseTo(2 / 40, 2);
    expect(new Set(valuesOf(twin, 'bias'))).toEqual(new Set([0]));
    expect([...valuesOf(twin, 'scale')]).toEqual([1]);
    expect(twin).toHaveLength(network().length);
  });

  it('is the same for the same seed, and another for another', () => {
    expect(untrainedTwin(network(), uniformFrom(1), 'network.onnx')).toEqual(twin);
    expect(untrainedTwin(network(), uniformFrom(2), 'network.onnx')).not.toEqual(twin);
  });

  it('runs as the graph does', async () => {
    const session = await openSession({
      ...{ file: 'twin.onnx', graph: twin, tensors: ['scores'], threads: 1, vectors: true },
    });
    const { data = [] } = (await session.run(new Float32Array(128).fill(1), 1)).get('scores') ?? {};
    await session.release();
    expect(new Set(data).size).toBeGreaterThan(40);
  });

  it('is refused of a graph with nothing to draw', () => {
    const draw = (graph: Partial<WrittenGraph>) => untrainedTwin(network(graph), () => 0.5, 'network.onnx');
    const scaled = { operator: 'Relu', name: 'relu', inputs: ['image'], outputs: ['scores'], attributes: {} };
    expect(() => draw({ nodes: [scaled] })).toThrow(expect.objectContaining({ code: 'TWIN_UNKNOWN' }));
  });
});
