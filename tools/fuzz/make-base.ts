import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { unitMatchSchema } from '@intermodel/schemas';
import { batchCsvColumns, csvText, writeArrowFile } from '@intermodel/streams';
import {
  buildOnnxModel,
  drawScenes,
  syntheticUnitMatches,
  writeAde20kLayout,
  writeBrodenLayout,
  writeCocoInstancesLayout,
  writeCocoPanopticLayout,
  writeNpy,
  writePlainLayout,
  writeTaskLayouts,
  writeVocLayout,
  type OnnxModel,
} from '@intermodel/testing';

/** A network of two convolutions with a residual sum, as whole models of the fuzzing harness are. */
export const smallNetwork: OnnxModel = {
  inputs: [{ name: 'input', dims: ['batch', 3, 32, 32] }],
  outputs: [{ name: 'scores', dims: ['batch', 8] }],
  nodes: [
    {
      op: 'Conv',
      name: 'first',
      inputs: ['input', 'w1'],
      outputs: ['c1'],
      attributes: { pads: [1, 1, 1, 1], strides: [2, 2] },
    },
    { op: 'Relu', inputs: ['c1'], outputs: ['r1'] },
    { op: 'Conv', name: 'second', inputs: ['r1', 'w2'], outputs: ['c2'], attributes: { pads: [1, 1, 1, 1] } },
    { op: 'Add', inputs: ['c2', 'r1'], outputs: ['sum'] },
    { op: 'Relu', inputs: ['sum'], outputs: ['maps'] },
    { op: 'GlobalAveragePool', inputs: ['maps'], outputs: ['pooled'] },
    { op: 'Flatten', inputs: ['pooled'], outputs: ['scores'] },
  ],
  initializers: {
    w1: { dims: [8, 3, 3, 3], data: Array.from({ length: 216 }, (_, place) => Math.sin(place * 1.3)) },
    w2: { dims: [8, 8, 3, 3], data: Array.from({ length: 576 }, (_, place) => Math.sin(place * 2.1)) },
  },
};

/** Study of the small network over drawn scenes, with all kinds of keys; relative to the folder of a case. */
export const studyText = `title: A study
data:
  images: data/images
  labels: data/labels
  labelNames: data/labels.csv
models:
  - name: one
    file: model.onnx
    layer: maps
    input: { width: 32, height: 32, preset: zero-one }
  - name: two
    file: model.onnx
    layer: r1
    input: { width: 32, height: 32, preset: imagenet }
matching: { gate: 0.01 }
gallery: { units: 1, images: 1 }
embedding: { components: 1, clusters: 2 }
runtime: { imagesPerShard: 2 }
`;

/** Writes whole inputs of each kind, and the outputs of an embedding and of a dissection, into a folder. */
export function makeBase(base: string, command: string): void {
  const at = (...parts: string[]) => path.join(base, ...parts);
  mkdirSync(at('units'), { recursive: true });
  const batches = syntheticUnitMatches(5, 24);
  batches.forEach((batch, index) => {
    writeFileSync(at('units', `${String(index)}.csv`), csvText(batchCsvColumns(batch), batch.numRows));
    writeArrowFile(at('units', `${String(index)}.arrow`), unitMatchSchema, [batch]);
  });
  const scores = [
    'model,task,dataset,metric,score,higherIsBetter',
    ...batches.flatMap((_, model) =>
      ['one', 'two'].map(
        (dataset, place) =>
          `model ${String(model).padStart(4, '0')},classification,${dataset},accuracy,${String(((model * 7 + place * 3) % 11) / 11)},true`,
      ),
    ),
    '',
  ];
  writeFileSync(at('scores.csv'), scores.join('\n'));
  const models = batches.map((_, model) => `model ${String(model).padStart(4, '0')}`);
  const timm = models.map(
    (model, index) => `${model},224,${String(70 + index)},${String(30 - index)},"1,014.45",bicubic`,
  );
  const timmHeadings = 'model,img_size,top1,top1_err,param_count,interpolation';
  writeFileSync(at('results-imagenet.csv'), [timmHeadings, ...timm, ''].join('\n'));
  const lightly = models.map((model, index) => `| ${model} | Res50 | **${String(60 + index)}.5** % | - | [link](x) |`);
  const lightlyHeadings = ['| Model | Backbone | Linear Top1 | kNN Top1 | Checkpoint |', '|:--|---|--:|---|---|'];
  writeFileSync(at('benchmark.md'), ['# Benchmark', '', ...lightlyHeadings, ...lightly, '', 'More.', ''].join('\n'));
  const scenes = drawScenes({ count: 4, width: 32, height: 32, seed: 3 });
  writePlainLayout(at('data'), scenes);
  writeNpy(at('npy', 'labels', 'scene-000.npy'), scenes[0]?.objects ?? [], [32, 32]);
  cpSync(at('data', 'images', 'scene-000.png'), at('npy', 'images', 'scene-000.png'));
  cpSync(at('data', 'labels.csv'), at('npy', 'labels.csv'));
  for (const [name, write] of Object.entries({
    'coco-instances': writeCocoInstancesLayout,
    'coco-panoptic': writeCocoPanopticLayout,
    voc: writeVocLayout,
    broden: writeBrodenLayout,
    ade20k: writeAde20kLayout,
  }))
    write(at(name), scenes);
  for (const [format, write] of Object.entries(writeTaskLayouts)) write(at('tasks', format));
  writeFileSync(at('model.onnx'), buildOnnxModel(smallNetwork));
  writeFileSync(at('study.yaml'), studyText);
  const run = (...argv: string[]) => {
    const { status, stderr } = spawnSync(process.execPath, [command, ...argv], { cwd: base, encoding: 'utf8' });
    if (status !== 0) throw new Error(`intermodel ${argv.join(' ')} ended with ${String(status)}:\n${stderr}`);
  };
  run('embed', ...batches.map((_, index) => `units/${String(index)}.csv`), '--out', 'embedding', '--components', '2');
  run('run', 'study.yaml', '--out', 'out');
  rmSync(at('out', '.store', 'lock'), { force: true });
}
