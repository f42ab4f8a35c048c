import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readStudyFile, runStudy, type StudyEvent } from '@intermodel/pipelines';
import { buildOnnxModel, drawScenes, writePlainLayout } from '@intermodel/testing';
import { lastValueFrom, toArray } from 'rxjs';
import { beforeAll } from 'vitest';
import { command, folderBytes, temporaryFolder } from './command-line.ts';

/** Images of `data`. */
export const imageCount = 26;

/** What a study file differs in. */
export interface StudyChoices {
  readonly models?: readonly string[];
  readonly data?: string;
  readonly file?: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Studies in a temporary folder. */
export interface SmallStudies {
  /** Path in the folder. */
  readonly at: (...parts: string[]) => string;
  /** Writes a study file and gives its path. */
  readonly study: (choices?: StudyChoices) => string;
  /** Runs a study in this process and gives all that it told. */
  readonly run: (file: string, out: string, options?: { readonly verify?: boolean }) => Promise<readonly StudyEvent[]>;
  /** What a run from nothing gives. */
  readonly fromNothing: (file: string) => Promise<Record<string, string>>;
}

/**
 * Gives the specs of a file four models (a to d) of one layer with weights of their own, and 26 drawn scenes, in shards
 * of 3 to 6; call at top level.
 */
export function smallStudies(): SmallStudies {
  const at = temporaryFolder();
  beforeAll(() => {
    writePlainLayout(at('data'), drawScenes({ count: imageCount, width: 64, height: 48, seed: 7 }));
    for (const [index, name] of ['a', 'b', 'c', 'd'].entries()) writeModel(at(`${name}.onnx`), index);
  });

  const study: SmallStudies['study'] = ({
    models = ['a', 'b', 'c'],
    data = 'data',
    file = 'study.json',
    more = {},
  } = {}) => {
    const input = { width: 32, height: 32, preset: 'zero-one' };
    const content = {
      data: { images: `${data}/images`, labels: `${data}/labels`, labelNames: `${data}/labels.csv` },
      models: models.map((name) => ({ name, file: `${name}.onnx`, layer: 'maps', input })),
      runtime: { imagesPerShard: 6 },
      gallery: { units: 2, images: 2 },
      embedding: { components: 1, clusters: 2 },
      ...more,
    };
    writeFileSync(at(file), JSON.stringify(content));
    return at(file);
  };

  const run: SmallStudies['run'] = (file, out, options = {}) =>
    lastValueFrom(runStudy(readStudyFile(file), { out: at(out), command: 'test', ...options }).pipe(toArray()));

  const fromNothing: SmallStudies['fromNothing'] = async (file) => {
    rmSync(at('fresh'), { recursive: true, force: true });
    await run(file, 'fresh');
    return folderBytes(at('fresh'));
  };

  return { at, study, run, fromNothing };
}

/** Writes a model of 16 units whose weights depend on the seed. */
export function writeModel(file: string, seed: number): void {
  const weights = Array.from({ length: 16 * 3 * 9 }, (_, place) => Math.sin(place * (seed + 1.3)));
  const graph = {
    inputs: [{ name: 'input', dims: ['batch', 3, 32, 32] }],
    outputs: [{ name: 'scores', dims: ['batch', 16] }],
    nodes: [
      { op: 'Conv', inputs: ['input', 'weights'], outputs: ['convolved'] },
      { op: 'Relu', inputs: ['convolved'], outputs: ['maps'] },
      { op: 'GlobalAveragePool', inputs: ['maps'], outputs: ['pooled'] },
      { op: 'Flatten', inputs: ['pooled'], outputs: ['scores'] },
    ],
    initializers: { weights: { dims: [16, 3, 3, 3], data: weights } },
  };
  writeFileSync(file, buildOnnxModel(graph));
}

/** Steps of a run that were computed: `maps a`, once for each shard. */
export function computed(events: readonly StudyEvent[]): string[] {
  return events.flatMap((event) =>
    event.kind === 'step-done' ? [`${event.step} ${event.subject.split(' ')[0] ?? ''}`.trim()] : [],
  );
}

/** Files but for those that tell of the way to them too: of changes, and of what was noticed. */
export function tablesOf(bytes: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(bytes).filter(([name]) => !['changes.json', 'report.html', 'manifest.json'].includes(name)),
  );
}
export function imageFile(folder: string, image: number): string {
  return path.join(
    folder,
    'images',
    `scene-${String(image).padStart(3, '0')}.${path.extname(readdirSync(path.join(folder, 'images'))[0] ?? '').slice(1)}`,
  );
}

/** All files of an image: itself and its label planes. */
export function filesOf(folder: string, image: number): string[] {
  const stem = `scene-${String(image).padStart(3, '0')}`;
  return ['images', 'labels'].flatMap((kind) =>
    readdirSync(path.join(folder, kind))
      .filter((name) => name.startsWith(stem))
      .map((name) => path.join(folder, kind, name)),
  );
}

export function removeImage(folder: string, image: number): void {
  for (const file of filesOf(folder, image)) rmSync(file);
}

export function copyImage(folder: string, image: number, to: string): void {
  for (const file of filesOf(folder, image))
    cpSync(file, file.replace(`scene-${String(image).padStart(3, '0')}`, `scene-${to}`));
}

export function start(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): ChildProcess & { readonly told: () => string } {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [command, ...argv], { stdio: ['ignore', 'pipe', 'pipe'], env });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return Object.assign(child, { told: () => text });
}

export function exit(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', resolve));
}

export async function until(holds: () => boolean, what: () => string): Promise<void> {
  const begun = Date.now();
  while (!holds()) {
    if (Date.now() - begun > 500_000) throw new Error(`not within minutes: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
