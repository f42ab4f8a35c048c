import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeResNet50 } from '@intermodel/testing';
import { InferenceSession } from 'onnxruntime-node';
import { bench, describe } from 'vitest';
import { cutGraph } from './cut-graph.ts';
import { readModel } from './read-model.ts';

const file = path.join(mkdtempSync(path.join(tmpdir(), 'intermodel-bench-')), 'resnet50.onnx');
const { tensor } = writeResNet50(file);

describe('a layer of ResNet-50 (102 MB) set free', () => {
  bench('cut, weights left in place', () => {
    const bytes = cutGraph(readModel(file), [tensor], { weightsInPlace: true }).toBytes();
    if (bytes.length > 200_000) throw new Error(`weights were copied: ${String(bytes.length)} bytes`);
  });

  bench('cut into memory', () => {
    const bytes = cutGraph(readModel(file), [tensor]).toBytes();
    if (bytes.length < 90e6) throw new Error(`weights are missing: ${String(bytes.length)} bytes`);
  });

  bench(
    'rival: the runtime opens the whole model',
    async () => {
      const session = await InferenceSession.create(file);
      if (session.outputNames.length !== 1) throw new Error('the model has one output');
      await session.release();
    },
    { iterations: 5, time: 0 },
  );
});
