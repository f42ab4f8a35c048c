import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { cutShards, hashShards, type ImageSource, type LabelledImageEntry } from '@intermodel/data-loading';
import { cutTasks, defineStudy, planStudy, studyGraph, type OpenedStudy } from '@intermodel/pipelines';
import { FileHashes, fileStore, StudySteps, type GraphStep } from '@intermodel/steps';

/**
 * Plans a study of many models and images that there are not: graph, tasks, plan and store are real, files are names.
 * Of the first models some steps lie in the store. Prints figures as a line of JSON.
 *
 *   large-study.ts MODELS IMAGES STORED
 */
const [models = 1000, images = 1_000_000, stored = 20_000] = process.argv.slice(2).map(Number);
const imagesPerShard = 1024;
const modelsOfPass = 10;

/** Files of which only the names are known. */
class NamedFiles extends FileHashes {
  override hash(file: string): Promise<string> {
    return Promise.resolve(hashOf(file));
  }
}

const figures: Record<string, number> = {};
let before = performance.now();
// As the command plans.
setFlagsFromString('--heap-growing-percent=25');
const folder = mkdtempSync(path.join(tmpdir(), 'bench-large-'));
try {
  const file = path.join(folder, 'model.onnx');
  writeFileSync(file, '');
  const study = defineStudy(
    {
      data: { images: '.', labels: '.', labelNames: 'labels.csv' },
      runtime: { imagesPerShard },
      models: Array.from({ length: models }, (_, index) => ({
        name: `model${String(index)}`,
        ...{ file, layer: 'layer', input: { preset: 'imagenet', width: 224, height: 224 } },
      })),
    },
    { folder, checkFiles: false },
  );
  const shards = await hashShards(cutShards(imagesOf(images), imagesPerShard), new NamedFiles());
  figures.shards = shards.length;
  const placed = study.models.map((model) => ({
    ...{ model, layout: 'NCHW' as const },
    places: [
      {
        ...{ model, layer: 'layer', reading: {}, warning: undefined },
        modelHash: hashOf(model.name),
        modelFiles: new Map([[file, hashOf(model.name)]]),
      },
    ],
  }));
  const source = { images: [], vocabulary: { concepts: [], categories: [] }, warnings: [] } as unknown as ImageSource;
  const opened: OpenedStudy = {
    ...{ study, shards, placed, source, tasks: [] },
    images: { study, source, shards },
    groups: Array.from({ length: Math.ceil(models / modelsOfPass) }, (_, index) =>
      placed.slice(index * modelsOfPass, (index + 1) * modelsOfPass),
    ),
  };
  lap('secondsToCutImages');
  const { graph } = studyGraph(opened, { galleries: true, tableFiles: new Map() });
  const store = fileStore(path.join(folder, 'steps'));
  const steps = new StudySteps({ store, signal: new AbortController().signal, onEvent: () => undefined });
  lap('secondsToTellGraph');
  let left = stored;
  for (const step of graph.steps()) {
    if (left-- <= 0) break;
    await store.write(step.description, partsOf(step));
  }
  lap('secondsToStore');
  const tasks = cutTasks(graph, opened);
  lap('secondsToCutTasks');
  const plan = await planStudy(graph, { steps, hashes: new NamedFiles() });
  let wanted = 0;
  let states = 0;
  for (const family of graph.kept) for (const step of family.steps()) if (++states > 0 && plan.isWanted(step)) wanted++;
  lap('secondsToPlan');
  figures.secondsOfPlanning =
    (figures.secondsToTellGraph ?? 0) + (figures.secondsToCutTasks ?? 0) + (figures.secondsToPlan ?? 0);
  figures.steps = states;
  figures.wanted = wanted;
  figures.tasks = tasks.length;
  figures.entriesOfAFolder = Math.max(
    ...readdirSync(path.join(folder, 'steps', 'steps')).map(
      (name) => readdirSync(path.join(folder, 'steps', 'steps', name)).length,
    ),
  );
  figures.megabytes = Number(/VmHWM:\s+(\d+)/u.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(JSON.stringify(figures));

function imagesOf(count: number): LabelledImageEntry[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `train/n${String(index % 1000).padStart(4, '0')}/image_${String(index).padStart(8, '0')}`;
    return {
      image: `${name}.jpg`,
      file: `/data/images/${name}.jpg`,
      labels: [{ kind: 'raster', file: `/data/labels/${name}.png`, mapping: 'numbers' } as never],
    };
  });
}

/** Parts of no content, but for the images that labels list: a shard without one would need no further step. */
function partsOf({ family }: GraphStep): Record<string, Uint8Array> {
  const text = new TextEncoder().encode(JSON.stringify({ images: [''] }));
  return Object.fromEntries(Object.keys(family.parts).map((part) => [part, text]));
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function lap(name: string): void {
  const now = performance.now();
  figures[name] = (now - before) / 1000;
  before = now;
}
