import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { drawScenes, writeMobileNetV2, writePlainLayout } from '@intermodel/testing';
import { measureProcess, printFigure } from './measure.ts';

const command = path.resolve(import.meta.dirname, '../../apps/cli/bin/intermodel.js');
const modelCount = 10;
const imageCount = 16;
const side = 96;

/**
 * Peak memory of one model and of many that share their pass: all of them are open at the same time, up to 1 GiB of
 * files.
 */
export function benchManyModels(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  try {
    const layout = writePlainLayout(
      path.join(folder, 'data'),
      drawScenes({ count: imageCount, width: 160, height: 120, seed: 1 }),
    );
    const models = Array.from({ length: modelCount }, (_, index) => {
      const file = path.join(folder, `m${String(index)}.onnx`);
      return {
        name: `m${String(index)}`,
        file,
        layer: writeMobileNetV2(file, { seed: index + 1, inputSize: side }).tensor,
        input: { preset: 'imagenet', width: side, height: side },
      };
    });
    const peak = (count: number) => {
      const study = path.join(folder, `${String(count)}.json`);
      writeFileSync(
        study,
        JSON.stringify({
          data: { ...layout },
          models: models.slice(0, count),
          runtime: { threads: 2 },
          gallery: { units: 0 },
        }),
      );
      return measureProcess(command, ['run', study, '--quiet', '--out', path.join(folder, `out-${String(count)}`)])
        .megabytes;
    };
    const [one, many] = [peak(1), peak(modelCount)];
    printFigure(
      'models',
      `MobileNetV2-sized, ${String(imageCount)} images: peak memory, 1 model`,
      `${one.toFixed(0)} MB`,
    );
    printFigure('models', `the same with ${String(modelCount)} models that share a pass`, `${many.toFixed(0)} MB`);
    printFigure('models', 'memory of each further model', `${((many - one) / (modelCount - 1)).toFixed(1)} MB`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
