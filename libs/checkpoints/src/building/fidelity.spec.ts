import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { listLayers, openSession } from '@intermodel/onnx';
import { drawImages, goldenNetworks, type GoldenNetwork } from '@intermodel/testing';
// A classifier puts out no maps, which is all that sessions of libs/onnx give.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArchitectureName, Network } from '../architecture.ts';
import { buildGraph } from './build-graph.ts';

const networks = goldenNetworks();
/** Largest difference to torch, relative to the largest value, by network. */
const worst = new Map<string, number>();
const worstHalf = new Map<string, number>();
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'intermodel-building-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  for (const [what, figures] of Object.entries({ float32: worst, float16: worstHalf })) {
    const [name, value] = [...figures].sort(([, one], [, other]) => other - one)[0] ?? ['', 0];
    process.stdout.write(
      `Worst of ${String(figures.size)} networks as ${what}: ${name}, ${value.toExponential(1)} of the largest value.\n`,
    );
  }
});

const networkOf = ({ architecture, facts, weights }: GoldenNetwork): Network => ({
  architecture: architecture as ArchitectureName,
  facts,
  weights,
});

/** Runs a graph that was written into the folder, and gives the values of one of its tensors. */
async function run(file: string, tensor: string, { height, width }: GoldenNetwork): Promise<Float32Array> {
  const session = await openSession({ file, tensors: [tensor], threads: 1, inputSize: { height, width } });
  try {
    return (await session.run(drawImages(2, height, width), 2)).get(tensor)?.data ?? new Float32Array();
  } finally {
    await session.release();
  }
}

function write(name: string, bytes: Uint8Array): string {
  const file = path.join(folder, `${name}.onnx`);
  writeFileSync(file, bytes);
  return file;
}

/** Largest difference, relative to the largest value. */
function difference(values: Float32Array, expected: Float32Array): number {
  expect(values.length).toBe(expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const most = values.reduce(
    (sofar, value, index) => Math.max(sofar, Math.abs(value - (expected[index] as number))),
    0,
  );
  return most / largest;
}

describe.each(networks.map((golden) => [golden.name, golden] as const))('%s', (name, golden) => {
  const inputSize = { height: golden.height, width: golden.width };

  it('agrees with torch at the layer, and has a place for all weights', async () => {
    const built = buildGraph(networkOf(golden), { inputSize });
    expect(built).toMatchObject({ layer: golden.layer, unused: [], input: { channels: 3, size: inputSize } });
    const file = write(name, built.toBytes({ weights: 'inside' }));
    worst.set(name, difference(await run(file, built.layer, golden), golden.layerValues));
    expect(worst.get(name)).toBeLessThan(1e-5);
  });

  it('has the layer as the usual choice, with its units and grid, with head and without', async () => {
    // To list layers takes a process each time: without a head, the first of each kind stands for the others.
    const first = networks.find(({ architecture }) => architecture === golden.architecture);
    for (const head of golden.headValues === undefined ? [false] : golden === first ? [false, true] : [true]) {
      const built = buildGraph(networkOf(golden), { inputSize, head });
      const { layers, choice } = await listLayers(write(name, built.toBytes({ weights: 'inside' })));
      expect([choice.tensor, choice.reason]).toEqual([built.layer, choice.reason]);
      const listed = layers.map(({ tensor }) => tensor);
      expect(listed).toEqual(expect.arrayContaining([...built.layers]));
      const layer = layers.find(({ usual }) => usual);
      const { units = 0, height = 0, width = 0, prefixTokens = 0 } = layer ?? {};
      expect(layer).toMatchObject({ guessed: false, prefixTokens: golden.prefixTokens });
      expect(2 * units * (height * width + prefixTokens)).toBe(golden.layerValues.length);
    }
  });

  it('gives the same bytes with weights where they lie', async () => {
    const checkpoint = golden.file;
    const copy = path.join(folder, path.basename(checkpoint));
    copyFileSync(checkpoint, copy);
    const weights = new Map(
      [...golden.weights].map(([key, tensor]) => [key, { ...tensor, span: { ...tensor.span, file: copy } }]),
    );
    const built = buildGraph({ ...networkOf(golden), weights }, { inputSize });
    const inside = await run(write(name, built.toBytes({ weights: 'inside' })), built.layer, golden);
    const referred = built.toBytes({ weights: 'referred', folder });
    const own = built.constants.filter((constant) => constant.stored === undefined && weights.has(constant.name));
    expect(referred.length).toBeLessThan(60_000);
    expect(own.map((constant) => constant.name)).toEqual([]);
    expect(await run(write(name, referred), built.layer, golden)).toEqual(inside);
  });

  it('agrees as float16, as far as that is exact', async () => {
    const built = buildGraph(networkOf(golden), { inputSize, dtype: 'float16' });
    const bytes = built.toBytes({ weights: 'inside' });
    expect(bytes.length).toBeLessThan(
      0.9 * buildGraph(networkOf(golden), { inputSize }).toBytes({ weights: 'inside' }).length,
    );
    const values = await run(write(name, bytes), built.layer, golden);
    worstHalf.set(name, difference(values, golden.layerValues));
    expect(worstHalf.get(name)).toBeLessThan(1e-2);
  });

  it.skipIf(golden.headValues === undefined)('agrees with torch at the classifier', async () => {
    const built = buildGraph(networkOf(golden), { inputSize, head: true });
    const file = write(name, built.toBytes({ weights: 'inside' }));
    const session = await InferenceSession.create(file);
    const { height, width } = golden;
    const feeds = { input: new Tensor('float32', drawImages(2, height, width), [2, 3, height, width]) };
    const [output = ''] = session.outputNames;
    const values = (await session.run(feeds))[output]?.data as Float32Array;
    expect(difference(values, golden.headValues ?? new Float32Array())).toBeLessThan(1e-5);
    await session.release();
  });
});
