import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { poolFeatures } from '@intermodel/activation-streaming';
import { defineStudy, dissectStudy, type StudyConsumer } from '@intermodel/pipelines';
import type { FeaturePool, ImageFeaturesBatch } from '@intermodel/schemas';
import { fileStore } from '@intermodel/steps';
import { buildBatch, column, readLists, readStrings } from '@intermodel/streams';
import { drawScenes, writePlainLayout, writeResNet50, type PlainLayout, type RandomNetwork } from '@intermodel/testing';
import { concatMap, lastValueFrom, map, tap, toArray } from 'rxjs';
import { median, printFigure } from './measure.ts';

const images = 200;
const roundsMeasured = 5;

/** What a pass that dissects a ResNet-50 takes with its features beside, pooled or as a grid, and without. */
export async function benchFeaturePass(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  try {
    const layout = writePlainLayout(folder, drawScenes({ count: images, width: 320, height: 240, seed: 1 }));
    const file = path.join(folder, 'resnet50.onnx');
    const network = { file, ...writeResNet50(file, { seed: 1, sparse: true }) };
    const ratios: Record<'mean' | 'grid', number[]> = { mean: [], grid: [] };
    let before = await dissection(network, layout);
    for (let round = 0; round < roundsMeasured; round++)
      for (const pool of ['mean', 'grid'] as const) {
        const beside = await dissection(network, layout, pool);
        const after = await dissection(network, layout);
        ratios[pool].push(beside / ((before + after) / 2));
        before = after;
      }
    for (const pool of ['mean', 'grid'] as const)
      printFigure(
        'probing',
        `features (${pool}) beside a dissection, ratio`,
        median(ratios[pool]).toFixed(3),
        'at most 1.10',
      );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Seconds from the first image to the matches. */
async function dissection(
  { file, tensor }: RandomNetwork & { readonly file: string },
  layout: PlainLayout,
  pool?: FeaturePool,
): Promise<number> {
  const study = defineStudy({ data: { ...layout }, models: [{ name: 'resnet50', file, layer: tensor }] });
  const store = path.join(path.dirname(file), 'store');
  let [started, pooled] = [0, 0];
  const features: StudyConsumer = {
    identity: `features-${pool ?? ''}/1`,
    stage: () =>
      concatMap((activations) =>
        activations.pipe(
          poolFeatures(pool === undefined ? {} : { pool }),
          toArray(),
          map((batches) => joined(batches)),
          tap(({ numRows }) => (pooled += numRows)),
        ),
      ),
    conclude: () => Promise.resolve(),
  };
  await lastValueFrom(
    dissectStudy(study, { store: fileStore(store), ...(pool === undefined ? {} : { consumers: [features] }) }).pipe(
      tap((event) => {
        if (event.kind === 'progress' && event.step === 'images' && started === 0) started = performance.now();
      }),
    ),
  );
  const elapsed = performance.now() - started;
  rmSync(store, { recursive: true, force: true });
  if (pool !== undefined && pooled !== images)
    throw new Error(`expected features of ${String(images)} images, got ${String(pooled)}`);
  return elapsed / 1000;
}

function joined(batches: readonly ImageFeaturesBatch[]): ImageFeaturesBatch {
  const [first] = batches;
  if (first === undefined) throw new Error('a shard has images');
  const lists = batches.map((batch) => readLists(column(batch, 'features')) as unknown as Float32Array);
  const features = new Float32Array(lists.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const list of lists) {
    features.set(list, at);
    at += list.length;
  }
  return buildBatch(first.schema, { image: batches.flatMap((batch) => readStrings(column(batch, 'image'))), features });
}
