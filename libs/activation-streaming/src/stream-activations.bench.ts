import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openSession } from '@intermodel/onnx';
import { labelledImageSchema } from '@intermodel/schemas';
import { boundedMap, buildBatch } from '@intermodel/streams';
import { writeMobileNetV2, writeResNet50 } from '@intermodel/testing';
import { concatMap, from, lastValueFrom, toArray } from 'rxjs';
import { afterAll, bench, describe } from 'vitest';
import { openActivations } from './open-activations.ts';

// 64 images of 224 x 224 on two threads; ms per image = 1000 / (64 x hz).
const images = 64;
const rows = 16;
const folder = mkdtempSync(path.join(tmpdir(), 'intermodel-bench-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
const schema = labelledImageSchema({ height: 224, width: 224, labelHeight: 56, labelWidth: 56 });
const batch = buildBatch(schema, {
  image: Array.from({ length: rows }, String),
  pixels: Uint8Array.from({ length: rows * 224 * 224 * 3 }, (_, index) => (index * 7919 + (index >> 9) * 31) % 256),
  labels: {
    offsets: Int32Array.from({ length: rows + 1 }, (_, index) => index),
    values: new Uint16Array(rows * 56 * 56),
  },
});
const once = { time: 0, iterations: 5, warmupTime: 0, warmupIterations: 1 };

for (const [name, write] of [
  ['ResNet-50', writeResNet50],
  ['MobileNetV2', writeMobileNetV2],
] as const) {
  const file = path.join(folder, `${name}.onnx`);
  const { tensor, units } = write(file);
  // Opened once: what a model costs to open is not a matter of images.
  const [model, session] = await Promise.all([
    openActivations({ model: name, file, layers: [tensor], threads: 2 }),
    openSession({ file, tensors: [tensor], threads: 2 }),
  ]);
  afterAll(async () => {
    await Promise.all([model.close(), session.release()]);
  });

  describe(`${name}, ${String(images)} images, 2 threads`, () => {
    bench(
      'pixels to activations in a worker',
      async () => {
        const batches = Array.from({ length: images / rows }, () => batch);
        const activations = await lastValueFrom(
          from(batches).pipe(
            boundedMap((one) => model.infer(one), 2),
            concatMap((layers) => layers),
            toArray(),
          ),
        );
        const values = activations.reduce((sum, { numRows }) => sum + numRows, 0) * units * 49;
        if (values !== images * units * 49) throw new Error(`${String(values)} values`);
      },
      once,
    );

    bench(
      'rival: inference alone, blocking this thread',
      async () => {
        const input = new Float32Array(model.batchSize * 3 * 224 * 224).fill(0.5);
        let values = 0;
        for (let image = 0; image < images; image += model.batchSize)
          values += (await session.run(input, model.batchSize)).get(tensor)?.data.length ?? 0;
        if (values !== images * units * 49) throw new Error(`${String(values)} values`);
      },
      once,
    );
  });
}
