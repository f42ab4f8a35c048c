import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createRandom } from '@intermodel/numerics';
import { defineStudy, dissectStudy, readStudyFile, studyStatus } from '@intermodel/pipelines';
import { fileStore, type StepStore } from '@intermodel/steps';
import { buildOnnxModel, drawScenes, writePlainLayout, writeResNet50, type PlainLayout } from '@intermodel/testing';
import { lastValueFrom } from 'rxjs';
import { barestStore } from './barest-store.ts';
import { measureProcess, median, printFigure } from './measure.ts';

const command = path.resolve(import.meta.dirname, '../../apps/cli/bin/intermodel.js');
const imageCount = 200;
const modelCount = 20;
const units = 2048;
const pairsMeasured = 6;

/** What keeping the steps of a study costs, and what it saves. */
export async function benchIncremental(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  try {
    const layout = writePlainLayout(
      path.join(folder, 'data'),
      drawScenes({ count: imageCount, width: 320, height: 240, seed: 1 }),
    );
    await benchStore(folder, layout);
    await benchRuns(folder, layout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The two are measured in turn, now this one first, now the other, after a run of each that is not counted, since a
 * machine's speed drifts.
 */
async function benchStore(folder: string, layout: PlainLayout): Promise<void> {
  const file = path.join(folder, 'resnet50.onnx');
  const { tensor } = writeResNet50(file, { seed: 1, sparse: true });
  const study = defineStudy({
    data: { ...layout },
    models: [{ name: 'resnet50', file, layer: tensor, input: 'imagenet' }],
  });
  const seconds = async (store: StepStore) => {
    const start = performance.now();
    await lastValueFrom(dissectStudy(study, { store }));
    return (performance.now() - start) / 1000;
  };
  const steps = path.join(folder, 'steps');
  const onDisk = async () => {
    rmSync(steps, { recursive: true, force: true });
    return seconds(fileStore(steps));
  };
  const barest = () => seconds(barestStore());
  await barest();
  await onDisk();
  printFigure(
    'incremental',
    'ResNet-50-sized, bytes on disk per image and model',
    `${(folderSize(steps) / imageCount / 1024).toFixed(0)} KiB`,
  );
  const ratios: number[] = [];
  for (let pair = 0; pair < pairsMeasured; pair++) {
    if (pair % 2 === 0) {
      const alone = await barest();
      ratios.push((await onDisk()) / alone);
    } else {
      const stored = await onDisk();
      ratios.push(stored / (await barest()));
    }
  }
  printFigure(
    'incremental',
    'store on disk (packed, hashed, flushed), cold run against one that only holds what is read back',
    `${((median(ratios) - 1) * 100).toFixed(1)} %`,
    'under 3 %',
  );
}

async function benchRuns(folder: string, layout: PlainLayout): Promise<void> {
  const random = createRandom(1);
  for (let model = 0; model < modelCount; model++)
    writeFileSync(
      path.join(folder, `m${String(model)}.onnx`),
      smallModel(() => random.uniform() - 0.5),
    );
  const study = (models: number) => {
    const file = path.join(folder, 'study.json');
    const described = Array.from({ length: models }, (_, model) => ({
      name: `m${String(model)}`,
      file: `m${String(model)}.onnx`,
      layer: 'maps',
      input: { preset: 'zero-one', width: 56, height: 56 },
    }));
    writeFileSync(file, JSON.stringify({ data: { ...layout }, models: described }));
    return file;
  };
  const run = (file: string, out: string) =>
    measureProcess(command, ['run', file, '--quiet', '--out', path.join(folder, out)]).seconds;
  const alone = run(study(1), 'alone');
  const cold = run(study(modelCount - 1), 'out');
  const added = run(study(modelCount), 'out');
  const unchanged = median([0, 1, 2].map(() => run(study(modelCount), 'out')));
  const status = await studyStatus(readStudyFile(study(modelCount)), { out: path.join(folder, 'out') });
  if (!status.isComplete) throw new Error('a run left steps undone');
  printFigure(
    'incremental',
    `${String(modelCount - 1)} models of ${String(units)} units, ${String(imageCount)} images, cold`,
    `${cold.toFixed(1)} s`,
  );
  printFigure('incremental', 'one of them alone, cold', `${alone.toFixed(1)} s`);
  printFigure(
    'incremental',
    `one model added to ${String(modelCount - 1)}`,
    `${added.toFixed(1)} s`,
    `at most ${(alone + 2).toFixed(1)} s: one model and 2 s`,
  );
  printFigure('incremental', `nothing changed, ${String(modelCount)} models`, `${unchanged.toFixed(2)} s`, 'under 2 s');
}

/** A model that runs in no time: one layer of 2,048 units with maps of 7 x 7. */
function smallModel(weight: () => number): Uint8Array {
  return buildOnnxModel({
    inputs: [{ name: 'input', dims: ['batch', 3, 56, 56] }],
    outputs: [{ name: 'scores', dims: ['batch', units] }],
    nodes: [
      { op: 'Conv', inputs: ['input', 'weights'], outputs: ['convolved'], attributes: { strides: [8, 8] } },
      { op: 'Relu', inputs: ['convolved'], outputs: ['maps'] },
      { op: 'GlobalAveragePool', inputs: ['maps'], outputs: ['pooled'] },
      { op: 'Flatten', inputs: ['pooled'], outputs: ['scores'] },
    ],
    initializers: { weights: { dims: [units, 3, 8, 8], data: Array.from({ length: units * 3 * 64 }, weight) } },
  });
}

function folderSize(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);
}
