import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openSession } from '@intermodel/onnx';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../reading/open-checkpoint.ts';
import { walkTensors } from '../reading/walk-tensors.ts';
import type { Tensor } from '../tensor.ts';
import { buildGraph } from './build-graph.ts';

const folder = path.resolve(import.meta.dirname, '../../../../../shared/checkpoints');
const isThere = existsSync(folder);
const floats = (name: string) =>
  new Float32Array(new Uint8Array(readFileSync(path.join(folder, 'expected', name))).buffer);

/** Weights of residual networks for CIFAR, by the usual names. */
async function weightsOf(file: string): Promise<Map<string, Tensor>> {
  const checkpoint = await openCheckpoint(path.join(folder, 'files', file));
  const weights = new Map<string, Tensor>();
  for (const [names, tensor] of walkTensors(checkpoint.root)) {
    const [, own] = /^state_dict\.module\.(.+)$/u.exec(names.join('.')) ?? [];
    if (own !== undefined) weights.set(own.replace(/^linear\./u, 'fc.'), tensor);
  }
  return weights;
}

describe.skipIf(!isThere)(
  `published networks${isThere ? '' : ' (skipped: ../shared/checkpoints is not there)'}`,
  () => {
    it.each([
      ['resnet20-12fca82f.th', 'layer3.2', 'resnet20-layer3-2x64x8x8.f32'],
      ['resnet44-014dd654.th', 'layer3.6', 'resnet44-layer3-2x64x8x8.f32'],
    ])('%s gives what torch makes of it, at %s', async (file, layer, expectedFile) => {
      const expected = floats(expectedFile);
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const built = buildGraph({
        architecture: 'resnet',
        facts: { shortcut: 'zeros' },
        weights: await weightsOf(file),
      });
      expect([built.layer, built.unused]).toEqual([layer, []]);
      const own = mkdtempSync(path.join(tmpdir(), 'intermodel-published-'));
      const model = path.join(own, 'model.onnx');
      writeFileSync(model, built.toBytes({ weights: 'inside' }));
      const session = await openSession({ file: model, tensors: [layer], inputSize: { height: 32, width: 32 } });
      const values = (await session.run(floats('input-2x3x32x32.f32'), 2)).get(layer)?.data ?? new Float32Array();
      await session.release();
      rmSync(own, { recursive: true });
      expect(values.length).toBe(expected.length);
      const worst = values.reduce(
        (most, value, index) => Math.max(most, Math.abs(value - (expected[index] as number))),
        0,
      );
      process.stdout.write(`${file}: ${(worst / largest).toExponential(1)} of the largest value.\n`);
      expect(worst / largest).toBeLessThan(1e-5);
    });
  },
);
