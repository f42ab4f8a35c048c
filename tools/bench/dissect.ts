import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { openActivations } from '@intermodel/activation-streaming';
import { countShards, dissectActivations } from '@intermodel/concept-matching';
import { listLabelledImages, openLabelledImages } from '@intermodel/data-loading';
import { topActivationsDefaults } from '@intermodel/numerics';
import { openSession } from '@intermodel/onnx';
import { defineStudy, dissectStudy } from '@intermodel/pipelines';
import type { ActivationBatch } from '@intermodel/schemas';
import { fileStore } from '@intermodel/steps';
import {
  drawScenes,
  writeMobileNetV2,
  writePlainLayout,
  writeResNet50,
  type PlainLayout,
  type RandomNetwork,
} from '@intermodel/testing';
import { column, readNumbers } from '@intermodel/streams';
import { concatMap, from, lastValueFrom, toArray, windowCount } from 'rxjs';
import { measureProcess, median, printFigure } from './measure.ts';

const command = path.resolve(import.meta.dirname, '../../apps/cli/bin/intermodel.js');
const threads = 2;
const fewImages = 200;
const manyImages = 2000;
const imagesPerBatch = 8;
const inputSize = 224;
const roundsMeasured = 9;

/** Inference alone, whole dissections of ResNet-50- and MobileNetV2-sized models, and memory by number of images. */
export async function benchDissect(): Promise<void> {
  // As the command does it.
  setFlagsFromString('--heap-growing-percent=200');
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  try {
    const layout = writePlainLayout(
      path.join(folder, 'few'),
      drawScenes({ count: fewImages, width: 320, height: 240, seed: 1 }),
    );
    const network = (name: string, write: typeof writeResNet50, sparse: boolean) => ({
      name,
      file: path.join(folder, `${name}.onnx`),
      ...write(path.join(folder, `${name}.onnx`), { seed: 1, sparse }),
    });
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

/**
 * Inference alone and the whole are measured in turn, since a machine's speed drifts: the ratio is that of each whole
 * to
 * the mean of inference before and after it. The yardstick is the faster of two settings of the runtime: as it comes,
 * and
 * with threads that do not spin, which others on the machine disturb less. Which one that is, all rounds together
 * decide;
 * to take the faster one in each round would take what chance made fast.
 */
async function benchModel(network: NamedNetwork, layout: PlainLayout, goal: string): Promise<void> {
  const alone = async () => [await inferenceAlone(network, true), await inferenceAlone(network, false)] as const;
  const rounds: { readonly alone: readonly [spinning: number, waiting: number]; readonly whole: number }[] = [];
  let before = await alone();
  for (let round = 0; round < roundsMeasured; round++) {
    const whole = await wholeDissection(network, layout);
    const after = await alone();
    rounds.push({ alone: [(before[0] + after[0]) / 2, (before[1] + after[1]) / 2], whole });
    before = after;
  }
  const medianOf = (figure: (round: (typeof rounds)[number]) => number) => median(rounds.map(figure));
  const faster = medianOf(({ alone }) => alone[0]) < medianOf(({ alone }) => alone[1]) ? 0 : 1;
  const whole = medianOf((round) => round.whole);
  const ratios = rounds.map((round) => round.whole / round.alone[faster]).sort((one, other) => one - other);
  printFigure(
    'dissect',
    `${network.name}: inference alone, per image`,
    `${medianOf(({ alone }) => alone[faster]).toFixed(1)} ms`,
  );
  printFigure('dissect', `${network.name}: whole dissection, per image`, `${whole.toFixed(1)} ms`);
  printFigure(
    'dissect',
    `${network.name}: ratio, median of ${String(roundsMeasured)}`,
    median(ratios).toFixed(2),
    goal,
  );
  printFigure(
    'dissect',
    `${network.name}: ratio, least and greatest`,
    `${(ratios[0] ?? NaN).toFixed(2)} to ${(ratios.at(-1) ?? NaN).toFixed(2)}`,
  );
  const { kernels, top } = await countingAlone(network, layout);
  printFigure(
    'dissect',
    `${network.name}: thresholds and overlaps, one thread`,
    `${kernels.toFixed(1)} ms`,
    'at most 6 ms',
  );
  printFigure(
    'dissect',
    `${network.name}: share of the strongest images`,
    `${((100 * top) / whole).toFixed(1)} %`,
    'under 3 %',
  );
}

async function inferenceAlone({ file, tensor }: NamedNetwork, spinning: boolean): Promise<number> {
  const session = await openSession({ file, tensors: [tensor], threads, spinning });
  const values = Float32Array.from({ length: imagesPerBatch * 3 * inputSize ** 2 }, (_, index) => Math.sin(index));
  await session.run(values, imagesPerBatch);
  const start = performance.now();
  let seen = 0;
  for (; seen < fewImages; seen += imagesPerBatch) await session.run(values, imagesPerBatch);
  const elapsed = (performance.now() - start) / seen;
  await session.release();
  return elapsed;
}

/**
 * From the first image to the finished tables, reading, decoding, labels, thresholds and overlaps included; opening the
 * model is not.
 */
async function wholeDissection({ file, tensor, units, name }: NamedNetwork, layout: PlainLayout): Promise<number> {
  const study = defineStudy({
    data: { ...layout },
    models: [{ name, file, layer: tensor, input: 'imagenet' }],
    runtime: { threads },
  });
  let [started, intersections] = [0, 0];
  const store = path.join(path.dirname(layout.images), 'store');
  await lastValueFrom(
    dissectStudy(study, { store: fileStore(store) }).pipe(
      concatMap(async (event) => {
        if (event.kind === 'progress' && event.step === 'images' && started === 0) started = performance.now();
        if (event.kind === 'model')
          for (const { overlaps, matches } of event.layers) {
            intersections += readNumbers(column(await overlaps(), 'intersection')).reduce(
              (sum, count) => sum + count,
              0,
            );
            if (matches.numRows !== units)
              throw new Error(`expected ${String(units)} units, got ${String(matches.numRows)}`);
          }
      }),
    ),
  );
  const elapsed = performance.now() - started;
  rmSync(store, { recursive: true, force: true });
  if (intersections === 0) throw new Error('no overlap was counted');
  return elapsed / fewImages;
}

/**
 * Milliseconds an image that counting takes while nothing else runs, and those of them that go to the strongest images.
 */
async function countingAlone(
  network: NamedNetwork,
  layout: PlainLayout,
): Promise<{ readonly kernels: number; readonly top: number }> {
  const { batches, vocabulary } = await readMaps(network, layout);
  const start = performance.now();
  const { matches, shape } = await lastValueFrom(
    from(batches).pipe(dissectActivations({ vocabulary, maximumImages: fewImages })),
  );
  const end = performance.now();
  const shards = await lastValueFrom(
    from(batches).pipe(
      windowCount(imagesPerBatch),
      countShards({ maximumImages: fewImages, strongest: topActivationsDefaults }),
      toArray(),
    ),
  );
  const isCounted = shards.every(({ strongest }) => strongest !== undefined && strongest.numRows > 0);
  if (matches.numRows !== shape.units || !isCounted) throw new Error('the maps were not counted');
  const top = shards.reduce((sum, { strongestMilliseconds }) => sum + strongestMilliseconds, 0);
  return { kernels: (end - start) / fewImages, top: top / fewImages };
}

async function readMaps({ name, file, tensor }: NamedNetwork, layout: PlainLayout) {
  const set = await listLabelledImages(layout);
  const load = openLabelledImages({ geometry: { height: inputSize, width: inputSize }, vocabulary: set.vocabulary });
  const model = await openActivations({ model: name, file, layers: [tensor], threads });
  const batches: ActivationBatch[] = [];
  for (let first = 0; first < fewImages; first += imagesPerBatch)
    batches.push(...(await model.infer((await load(set.images.slice(first, first + imagesPerBatch))).batch)));
  await model.close();
  return { batches, vocabulary: set.vocabulary.concepts };
}

/**
 * The whole command in a process of its own, over 200 and 2,000 images; what it keeps of the maps is on the disk, and
 * in memory up to an option.
 */
function benchMemory({ file, tensor }: NamedNetwork, few: PlainLayout, folder: string): void {
  const many = writePlainLayout(
    path.join(folder, 'many'),
    drawScenes({ count: manyImages, width: 320, height: 240, seed: 1 }),
  );
  const { keptMapsMegabytes } = defineStudy({
    data: { ...few },
    models: [{ name: 'any', file, layer: tensor, input: 'imagenet' }],
  }).runtime;
  for (const [images, layout] of [
    [fewImages, few],
    [manyImages, many],
  ] as const) {
    const out = path.join(folder, `out-${String(images)}`);
    const { seconds, megabytes } = measureProcess(command, [
      'dissect',
      '--model',
      `${file}:${tensor}`,
      '--images',
      layout.images,
      '--labels',
      layout.labels,
      '--label-names',
      layout.labelNames,
      '--threads',
      String(threads),
      '--quiet',
      '--out',
      out,
    ]);
    const name = `whole command, ${String(images)} images`;
    printFigure('dissect', `${name}: time`, `${seconds.toFixed(1)} s`);
    printFigure('dissect', `${name}: peak memory`, `${megabytes.toFixed(0)} MB`, 'under 1,000 MB, flat');
    printFigure('dissect', `${name}: kept maps, of these in memory`, `at most ${keptMapsMegabytes.toFixed(0)} MiB`);
    printFigure(
      'dissect',
      `${name}: store on the disk`,
      `${(folderBytes(path.join(out, '.store')) / 1e6).toFixed(0)} MB`,
    );
  }
}

function folderBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce(
    (sum, name) => sum + statSync(path.join(folder, name)).size,
    0,
  );
}
