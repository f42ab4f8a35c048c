import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { listLayers, openSession } from '@intermodel/onnx';
import { drawImages, goldenNetworks, type GoldenNetwork } from '@intermodel/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArchitectureName, Network } from '../architecture.ts';
import { elementBytes, type Tensor } from '../tensor.ts';
import { buildGraph } from './build-graph.ts';
import { floatBytes, readFloats } from './weight-values.ts';

const chosen = ['resnet-bottleneck', 'vit-registers', 'convnext', 'vgg', 'squeezenet-1-0'];
const networks = goldenNetworks().filter(({ name }) => chosen.includes(name));

type StoredType = 'float16' | 'bfloat16' | 'float64';

/** Values as another type, rounded towards zero where it is bfloat16. */
function bytesAs(floats: Float32Array, type: StoredType): Uint8Array {
  if (type === 'float16') return floatBytes(floats, 'float16');
  if (type === 'float64') return new Uint8Array(Float64Array.from(floats).buffer);
  return new Uint8Array(Uint16Array.from(new Uint32Array(floats.buffer), (bits) => bits >>> 16).buffer);
}

/** The same network with all weights in one file, at odd places, as another type. */
function storeAs({ architecture, facts, weights }: GoldenNetwork, type: StoredType, file: string): Network {
  const parts: Uint8Array[] = [new Uint8Array(3)];
  let offset = 3;
  const stored = new Map<string, Tensor>();
  for (const [name, tensor] of weights) {
    if (tensor.type !== 'float32') continue;
    const bytes = bytesAs(readFloats(tensor), type);
    expect(bytes.length).toBe((tensor.read().length / 4) * elementBytes[type]);
    stored.set(name, {
      type,
      shape: tensor.shape,
      span: { file, offset, length: bytes.length },
      read: () => bytes.slice(),
    });
    parts.push(bytes);
    offset += bytes.length;
  }
  writeFileSync(file, Buffer.concat(parts));
  return { architecture: architecture as ArchitectureName, facts, weights: stored };
}

describe.each(networks.map((golden) => [golden.name, golden] as const))('%s', (name, golden) => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'intermodel-stored-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const { height, width } = golden;
  const inputSize = { height, width };

  it.each([
    ['float16', 'float32'],
    ['bfloat16', 'float32'],
    ['float64', 'float32'],
    ['float64', 'float16'],
    ['bfloat16', 'float16'],
  ] as const)('runs from %s, referred to, as it does with weights inside as %s', async (stored, dtype) => {
    const network = storeAs(golden, stored, path.join(folder, 'weights.bin'));
    const built = buildGraph(network, { inputSize, dtype });
    const file = path.join(folder, `${name}.onnx`);
    const run = async (bytes: Uint8Array) => {
      writeFileSync(file, bytes);
      const session = await openSession({ file, tensors: [built.layer], threads: 1, inputSize });
      const values = (await session.run(drawImages(2, height, width), 2)).get(built.layer)?.data;
      await session.release();
      return values;
    };
    const inside = built.toBytes({ weights: 'inside' });
    const referred = built.toBytes({ weights: 'referred', folder });
    expect(await run(inside)).toEqual(await run(referred));
    // To list layers takes a process each time.
    if (stored === 'bfloat16' && dtype === 'float32') {
      const { choice } = await listLayers(file);
      expect([choice.tensor, choice.reason]).toEqual([built.layer, choice.reason]);
    }
    const casts = built.constants.filter((constant) => constant.stored !== undefined).length;
    expect(casts).toBeGreaterThan(10);
  });
});
