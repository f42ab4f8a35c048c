import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openSession } from '@intermodel/onnx';
import { defineStudy, dissectStudy } from '@intermodel/pipelines';
import { drawScenes, writeMobileNetV2, writePlainLayout, writeResNet50, type PlainLayout, type RandomNetwork } from '@intermodel/testing';
import { column, readNumbers } from '@intermodel/streams';
import { lastValueFrom, tap } from 'rxjs';
import { measureProcess, median, printFigure } from './measure.ts';

const command = path.resolve(import.meta.dirname, '../../apps/cli/bin/intermodel.js');
const threads = 2;
const fewImages = 200;
const manyImages = 2000;

/** Inference alone, whole dissections of ResNet-50- and MobileNetV2-sized models, and memory by number of images. */
export async function benchDissect(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  try {
    const layout = writePlainLayout(path.join(folder, 'few'), drawScenes({ count: fewImages, width: 320, height: 240, seed: 1 }));
    const network = (name: string, write: typeof writeResNet50, sparse: boolean) => ({ name, file: path.join(folder, `${name}.onnx`), ...write(path.join(folder, `${name}.onnx`), { seed: 1, sparse }) });
    const dense = network('resnet50-dense', writeResNet50, false);
    const sparse = network('resnet50-sparse', writeResNet50, true);
    const mobile = network('mobilenetv2-dense', writeMobileNetV2, false);
    await benchModel(dense, layout, 'at most 1.20');
    await benchModel(sparse, layout, 'at most 1.15');
    await benchModel(mobile, layout, 'at most 2.00');
    benchMemory(sparse, layout, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface NamedNetwork extends RandomNetwork {
  readonly name: string;
  readonly file: string;
}

/** The two are measured in turn, three times, since a machine's speed drifts: the ratio is that of each pair. */
async function benchModel(network: NamedNetwork, layout: PlainLayout, goal: string): Promise<void> {
  const pairs: { readonly alone: number; readonly whole: number }[] = [];
  for (let round = 0; round < 3; round++) pairs.push({ alone: await inferenceAlone(network), whole: await wholeDissection(network, layout) });
  const per = (key: 'alone' | 'whole') => `${median(pairs.map((pair) => pair[key])).toFixed(1)} ms`;
  printFigure('dissect', `${network.name}: inference alone, per image`, per('alone'));
  printFigure('dissect', `${network.name}: whole dissection, per image`, per('whole'));
  printFigure('dissect', `${network.name}: ratio, median of 3 pairs`, median(pairs.map(({ alone, whole }) => whole / alone)).toFixed(2), goal);
}

async function inferenceAlone({ file, tensor }: NamedNetwork): Promise<number> {
  const session = await openSession({ file, tensors: [tensor], intraOpThreads: threads });
  const batch = 8;
  const values = Float32Array.from({ length: batch * 3 * 224 * 224 }, (_, index) => Math.sin(index));
  await session.run(values, batch);
  const start = performance.now();
  let seen = 0;
  for (; seen < fewImages; seen += batch) await session.run(values, batch);
  const elapsed = (performance.now() - start) / seen;
  await session.release();
  return elapsed;
}

/** From the first image to the finished tables, reading, decoding, labels, thresholds and overlaps included; opening the model is not. */
async function wholeDissection({ file, tensor, units, name }: NamedNetwork, layout: PlainLayout): Promise<number> {
  const study = defineStudy({ data: { ...layout }, models: [{ name, file, layer: tensor, input: 'imagenet' }], runtime: { threads } });
  let [started, images, intersections] = [0, 0, 0];
  const work = path.join(path.dirname(layout.images), 'work');
  await lastValueFrom(
    dissectStudy(study, { workFolder: work }).pipe(
      tap((event) => {
        if (event.kind === 'progress' && event.step === 'images' && started === 0) [started, images] = [performance.now(), event.done];
        if (event.kind === 'model') for (const { overlaps, matches } of event.layers) {
          intersections += readNumbers(column(overlaps, 'intersection')).reduce((sum, count) => sum + count, 0);
          if (matches.numRows !== units) throw new Error(`expected ${String(units)} units, got ${String(matches.numRows)}`);
        }
      }),
    ),
  );
  if (intersections === 0) throw new Error('no overlap was counted');
  return (performance.now() - started) / (fewImages - images);
}

/** The whole command in a process of its own, over 200 and 2,000 images. */
function benchMemory({ file, tensor }: NamedNetwork, few: PlainLayout, folder: string): void {
  const many = writePlainLayout(path.join(folder, 'many'), drawScenes({ count: manyImages, width: 320, height: 240, seed: 1 }));
  for (const [images, layout] of [[fewImages, few], [manyImages, many]] as const) {
    const { seconds, megabytes } = measureProcess(command, ['dissect', '--model', `${file}:${tensor}`, '--images', layout.images, '--labels', layout.labels, '--label-names', layout.labelNames, '--threads', String(threads), '--quiet', '--out', path.join(folder, `out-${String(images)}`)]);
    printFigure('dissect', `whole command, ${String(images)} images: time`, `${seconds.toFixed(1)} s`);
    printFigure('dissect', `whole command, ${String(images)} images: peak memory`, `${megabytes.toFixed(0)} MB`, 'under 1,000 MB, flat');
  }
}
