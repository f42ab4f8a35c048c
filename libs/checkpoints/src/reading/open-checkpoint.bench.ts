import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { torchZipBytes } from '@intermodel/testing';
import { bench, describe } from 'vitest';
import { openCheckpoint } from './open-checkpoint.ts';
import { walkTensors } from './walk-tensors.ts';

/** As many tensors as a ResNet-50 has, of 100 MB in all. */
const count = 320;
const values = new Float32Array(Math.ceil(100e6 / 4 / count)).fill(0.5);
const names = Array.from({ length: count }, (_, index) => `layer.${String(index)}.weight`);
const file = path.join(mkdtempSync(path.join(tmpdir(), 'intermodel-bench-')), 'checkpoint.pth');
writeFileSync(file, torchZipBytes(Object.fromEntries(names.map((name) => [name, { shape: [values.length], values }]))));

describe(`a checkpoint of torch with ${String(count)} tensors (100 MB)`, () => {
  bench('names and shapes listed', async () => {
    const { root } = await openCheckpoint(file);
    const found = [...walkTensors(root)].filter(
      ([, { shape, span }]) => shape[0] === values.length && span !== undefined,
    );
    if (found.length !== count) throw new Error(`${String(found.length)} tensors were found where they lie`);
  });

  bench('all values read', async () => {
    const { root } = await openCheckpoint(file);
    let bytes = 0;
    for (const [, tensor] of walkTensors(root)) bytes += tensor.read().length;
    if (bytes !== count * values.byteLength) throw new Error(`${String(bytes)} bytes were read`);
  });

  bench('rival: the file read as it is', () => {
    const bytes = readFileSync(file).length;
    if (bytes < 100e6) throw new Error(`${String(bytes)} bytes were read`);
  });
});
