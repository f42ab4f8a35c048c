import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InputError } from '@intermodel/errors';
import { externalLocations, openSession, readModel } from '@intermodel/onnx';
import { drawImages, goldenNetworks } from '@intermodel/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Network } from '../architecture.ts';
import { buildGraph } from './build-graph.ts';
import { writeModel } from './write-model.ts';

const golden = goldenNetworks().find(({ name }) => name === 'resnet-basic');
if (golden === undefined) throw new Error('no network to write');
const network: Network = { architecture: 'resnet', facts: {}, weights: golden.weights };

describe('writeModel', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'intermodel-write-model-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const run = async (file: string) => {
    const session = await openSession({ file, tensors: ['layer4.1'], threads: 1 });
    const values = (await session.run(drawImages(1, 64, 64), 1)).get('layer4.1');
    await session.release();
    return values;
  };

  it('writes a file that stands alone, or weights beside it where they are too many', async () => {
    const built = buildGraph(network);
    const alone = path.join(folder, 'alone.onnx');
    const large = path.join(folder, 'large.onnx');
    expect(writeModel(built, alone)).toEqual([alone]);
    expect(readFileSync(alone)).toEqual(Buffer.from(built.toBytes({ weights: 'inside' })));
    expect(writeModel(built, large, { insideBytesMost: 1000 })).toEqual([large, `${large}.data`]);
    expect(readdirSync(folder).sort()).toEqual(['alone.onnx', 'large.onnx', 'large.onnx.data']);
    expect(statSync(large).size).toBeLessThan(20_000);
    expect(await run(large)).toEqual(await run(alone));
  });

  it.each([undefined, 1000])(
    'writes nothing where a weight cannot be read (inside up to %s bytes)',
    (insideBytesMost) => {
      const broken = {
        type: 'float32' as const,
        shape: [8],
        span: undefined,
        read: () => {
          throw new InputError('CHECKPOINT_TRUNCATED', 'the file became shorter');
        },
      };
      const built = buildGraph({ ...network, weights: new Map([...network.weights, ['layer4.1.bn2.bias', broken]]) });
      const write = () =>
        writeModel(built, path.join(folder, 'out.onnx'), insideBytesMost === undefined ? {} : { insideBytesMost });
      expect(write).toThrow(expect.objectContaining({ code: 'CHECKPOINT_TRUNCATED' }));
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it('leaves no weights without their model', () => {
    mkdirSync(path.join(folder, 'out.onnx'));
    expect(() => writeModel(buildGraph(network), path.join(folder, 'out.onnx'), { insideBytesMost: 1000 })).toThrow(
      expect.objectContaining({ code: 'WRITE_FAILED' }),
    );
    expect(readdirSync(folder)).toEqual(['out.onnx']);
  });

  it('refuses to refer to weights outside the folder of the model', () => {
    const file = path.join(folder, 'models', 'out.onnx');
    mkdirSync(path.dirname(file));
    expect(() => writeModel(buildGraph(network), file, { weights: 'referred' })).toThrow(
      expect.objectContaining({ code: 'NETWORK_WEIGHTS_OUTSIDE' }),
    );
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });

  it('refuses to refer to weights from a folder that is not there', () => {
    const file = path.join(folder, 'nowhere', 'out.onnx');
    expect(() => writeModel(buildGraph(network), file, { weights: 'referred' })).toThrow(
      expect.objectContaining({ code: 'NETWORK_WEIGHTS_OUTSIDE' }),
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refers to weights by the name of a link in its folder, as download caches have them elsewhere', () => {
    const link = path.join(folder, 'linked.safetensors');
    symlinkSync(golden.file, link);
    const weights = new Map(
      [...golden.weights].map(([name, tensor]) => [name, { ...tensor, span: { ...tensor.span, file: link } }]),
    );
    const file = path.join(folder, 'out.onnx');
    writeModel(buildGraph({ ...network, weights }), file, { weights: 'referred' });
    expect(externalLocations(readModel(file).graph.initializers)).toEqual(['linked.safetensors']);
  });
});
