import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TaskClaims } from '@intermodel/steps';
import { drawScenes, writePlainLayout, writeResNet50 } from '@intermodel/testing';
import { median, printFigure, timeProcess } from './measure.ts';

const command = path.resolve(import.meta.dirname, '../../apps/cli/bin/intermodel.js');
const imageCount = 384;
const rounds = 3;
const claimCount = 2000;

/** Workers beside each other against one with all threads, what a claim and a worker cost, and the planning of a large study. */
export async function benchManyMachines(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  try {
    await benchWorkers(folder);
    await benchClaims(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  benchJoins();
  benchLargeStudy();
}

/** A ResNet-50-sized model: 1 worker with 2 threads and 2 workers with 1 thread, in turn. */
async function benchWorkers(folder: string): Promise<void> {
  const layout = writePlainLayout(
    path.join(folder, 'data'),
    drawScenes({ count: imageCount, width: 320, height: 240, seed: 1 }),
  );
  const file = path.join(folder, 'model.onnx');
  const { tensor } = writeResNet50(file, { seed: 1, sparse: true });
  const studyOf = (threads: number) => {
    const study = path.join(folder, `threads-${String(threads)}.json`);
    const model = { name: 'model', file, layer: tensor, input: { preset: 'imagenet', width: 224, height: 224 } };
    writeFileSync(
      study,
      JSON.stringify({ data: { ...layout }, models: [model], runtime: { threads, imagesPerShard: 16 } }),
    );
    return study;
  };
  const store = path.join(folder, 'store');
  const work = async (workers: number, threads: number) => {
    rmSync(store, { recursive: true, force: true });
    const study = studyOf(threads);
    const argv = [command, 'work', study, '--store', store, '--shards-per-task', '1', '--quiet'];
    const begun = performance.now();
    await Promise.all(Array.from({ length: workers }, () => run([...argv, '--concurrency', String(threads)])));
    return (performance.now() - begun) / 1000;
  };
  await work(1, 2);
  const ratios: number[] = [];
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = await work(1, 2);
    const both = await work(2, 1);
    const after = await work(1, 2);
    ratios.push((before + after) / 2 / both);
    seconds.push(both);
  }
  printFigure('machines', `2 workers of 1 thread, ${String(imageCount)} images`, `${median(seconds).toFixed(1)} s`);
  printFigure('machines', 'their throughput to that of 1 with 2 threads', median(ratios).toFixed(3), 'at least 0.95');
  const bytes = readdirSync(store, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.step'))
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);
  printFigure('machines', 'in the store for each image', `${(bytes / imageCount / 1024).toFixed(0)} KiB`);
  const nothing = Array.from({ length: rounds }, () =>
    timeProcess([command, 'work', studyOf(2), '--store', store, '--shards-per-task', '1', '--quiet']),
  );
  printFigure(
    'machines',
    'a worker that finds nothing to do',
    `${median(nothing.map(({ wall }) => wall)).toFixed(2)} s`,
  );
}

function run(argv: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'inherit'] }).on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${argv.join(' ')} ended with ${String(code)}`));
    });
  });
}

async function benchClaims(folder: string): Promise<void> {
  const claims = new TaskClaims(path.join(folder, 'claims'));
  const begun = performance.now();
  for (let index = 0; index < claimCount; index++) {
    const claim = await claims.claim(index.toString(16).padStart(64, '0'));
    if ('release' in claim) await claim.release();
  }
  const milliseconds = (performance.now() - begun) / claimCount;
  printFigure('machines', 'a task claimed and given back', `${milliseconds.toFixed(2)} ms`);
}

/** Memory of what joins the counts of a layer, by the number of its shards. */
function benchJoins(): void {
  const [few, many] = [64, 512].map((shards) => figuresOf('join-shards.ts', String(shards)).megabytes ?? Number.NaN);
  printFigure('machines', 'thresholds of 64 shards x 2,048 units: peak memory', `${(few ?? 0).toFixed(0)} MB`);
  printFigure('machines', 'of 512 shards', `${(many ?? 0).toFixed(0)} MB`, 'the same');
}

/** What a script prints, in a process of its own whose memory is measured. */
function figuresOf(script: string, ...argv: readonly string[]): Readonly<Record<string, number>> {
  const file = path.join(import.meta.dirname, script);
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', file, ...argv], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, number>;
}

function benchLargeStudy(): void {
  const figures = figuresOf('large-study.ts');
  const figure = (name: string) => figures[name] ?? Number.NaN;
  printFigure('machines', 'steps of 1,000 models x 1,000,000 images', String(figure('steps')));
  printFigure('machines', 'tasks', String(figure('tasks')));
  printFigure('machines', 'graph, tasks and plan', `${figure('secondsOfPlanning').toFixed(0)} s`, 'under 60 s');
  printFigure('machines', 'peak memory, images included', `${figure('megabytes').toFixed(0)} MB`, 'under 1,000 MB');
  printFigure('machines', 'a small step stored', `${(figure('secondsToStore') / 20).toFixed(2)} ms`);
}
