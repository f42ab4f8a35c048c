import path from 'node:path';
import { openSession } from '@intermodel/onnx';
import { drawImages, goldenNetworks, type GoldenNetwork } from '@intermodel/testing';
import { describe, expect, it } from 'vitest';
import type { ArchitectureName } from '../architecture.ts';
import { openCheckpoint } from '../reading/open-checkpoint.ts';
import { walkTensors } from '../reading/walk-tensors.ts';
import type { Tensor } from '../tensor.ts';
import { buildGraph } from './build-graph.ts';

const folder = path.resolve(import.meta.dirname, '../../golden/network-containers');
const contained = ['resnet-basic', 'vit-plain', 'convnext', 'vgg', 'alexnet', 'squeezenet-1-1'];
const containers = {
  'torch-zip': 'pth',
  'torch-legacy': 'legacy.pth',
  torchscript: 'script.pt',
  npz: 'npz',
  pickle: 'pkl',
  'flax-msgpack': 'msgpack',
  tensorflow: 'ckpt.index',
};

describe.each(
  goldenNetworks()
    .filter(({ name }) => contained.includes(name))
    .map((golden) => [golden.name, golden] as const),
)('%s', (name, golden) => {
  it.each(Object.entries(containers))(
    'gives the same graph from %s, whose weights run where they lie',
    async (container, ending) => {
      const checkpoint = await openCheckpoint(path.join(folder, `${name}.${ending}`));
      expect(checkpoint.container).toBe(container);
      const weights = new Map<string, Tensor>();
      // Counts of batches are kept, but are no weights.
      for (const [names, tensor] of walkTensors(checkpoint.root)) weights.set(names.join('.'), tensor);
      const { architecture, facts, height, width } = golden;
      const network = { architecture: architecture as ArchitectureName, facts };
      const inputSize = { height, width };
      const built = buildGraph({ ...network, weights }, { inputSize });
      expect(built.unused).toEqual([]);
      const expected = buildGraph({ ...network, weights: golden.weights }, { inputSize }).toBytes({
        weights: 'inside',
      });
      expect(Buffer.compare(built.toBytes({ weights: 'inside' }), expected)).toBe(0);
      const graph = built.toBytes({ weights: 'referred', folder });
      const session = await openSession({
        file: checkpoint.file,
        graph,
        tensors: [built.layer],
        threads: 1,
        inputSize,
      });
      const values = (await session.run(drawImages(2, height, width), 2)).get(built.layer)?.data ?? new Float32Array();
      await session.release();
      expect(largestDifference(values, golden)).toBeLessThan(1e-5);
    },
  );
});

function largestDifference(values: Float32Array, { layerValues }: GoldenNetwork): number {
  expect(values.length).toBe(layerValues.length);
  const largest = layerValues.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (
    values.reduce((most, value, index) => Math.max(most, Math.abs(value - (layerValues[index] as number))), 0) / largest
  );
}
