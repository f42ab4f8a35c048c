import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { listLayers } from './list-layers.ts';

/**
 * What is chosen of each architecture: what the last block puts out before global pooling (or before the head flattens
 * it), at 224 x 224.
 */
const architectures: Readonly<Record<string, readonly [kind: 'map' | 'tokens', units: number, side: number]>> = {
  alexnet: ['map', 256, 6], vgg11_bn: ['map', 512, 7], resnet18: ['map', 512, 7], resnet50: ['map', 2048, 7], resnext50_32x4d: ['map', 2048, 7], wide_resnet50_2: ['map', 2048, 7],
  squeezenet1_1: ['map', 512, 13], densenet121: ['map', 1024, 7], inception_v3: ['map', 2048, 8], googlenet: ['map', 1024, 7], shufflenet_v2_x1_0: ['map', 1024, 7],
  mobilenet_v2: ['map', 1280, 7], mobilenet_v3_large: ['map', 960, 7], mnasnet1_0: ['map', 1280, 7], regnet_x_400mf: ['map', 400, 7], regnet_y_400mf: ['map', 440, 7],
  efficientnet_b0: ['map', 1280, 7], efficientnet_v2_s: ['map', 1280, 7], convnext_tiny: ['map', 768, 7], vit_b_32: ['tokens', 768, 7], swin_t: ['map', 768, 7], maxvit_t: ['map', 512, 7],
}; // prettier-ignore

const folder = process.env['TORCHVISION_EXPORTS'] ?? '';
const isThere = folder !== '' && existsSync(folder);
const files = isThere ? readdirSync(folder).filter((name) => name.endsWith('.onnx')) : [];

describe.skipIf(!isThere)(
  `torchvision${isThere ? '' : ' (skipped: TORCHVISION_EXPORTS names no folder of exports, see tools/golden/torchvision-exports.py)'}`,
  () => {
    it.each(Object.entries(architectures))(
      '%s: the same layer with head and without, of every operator set',
      { timeout: 600_000 },
      async (name, [kind, units, side]) => {
        const own = files.filter((file) => file.startsWith(`${name}-`));
        expect(own.length).toBeGreaterThanOrEqual(6);
        for (const file of own) {
          const inputSize = name === 'inception_v3' ? { height: 299, width: 299 } : { height: 224, width: 224 };
          const { layers, choice } = await listLayers(path.join(folder, file), { inputSize });
          expect([file, layers.find(({ usual }) => usual)]).toEqual([
            file,
            expect.objectContaining({
              kind,
              units,
              height: side,
              width: side,
              prefixTokens: kind === 'tokens' ? 1 : 0,
              guessed: false,
            }),
          ]);
          expect(choice.reason).not.toBe('');
        }
      },
    );
  },
);
