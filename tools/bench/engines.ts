import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { objectStore, openStudyQueue, queueWorker } from '@intermodel/distribution';
import { TaskClaims, type StepStore } from '@intermodel/steps';
import {
  drawScenes,
  hasRedis,
  lackingSlurm,
  startRedis,
  startS3Server,
  startSlurm,
  until,
  whyNoS3Server,
  writeMobileNetV2,
  writePlainLayout,
} from '@intermodel/testing';
import { printFigure } from './measure.ts';

const command = path.resolve(import.meta.dirname, '../../apps/cli/bin/intermodel.js');
const queuedTasks = 5000;
const bucketSteps = 1000;
const atOnce = 16;
const bucketClaims = 50;
const arrayElements = 20;

/** What engines and buckets cost a task, beside the task: with real servers, where they are installed. */
export async function benchEngines(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  try {
    if (hasRedis) await benchQueue(path.join(folder, 'redis'));
    else console.log('engines      no redis-server is installed: a queue was not measured');
    const lacking = whyNoS3Server();
    if (lacking === undefined) await benchBucket(path.join(folder, 'cache'));
    else console.log(`engines      a bucket was not measured: ${lacking}`);
    const noSlurm = lackingSlurm();
    if (noSlurm === '') await benchSlurm(folder);
    else console.log(`engines      Slurm was not measured: ${noSlurm}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Tasks that cost nothing, handed out and taken by one worker. */
async function benchQueue(folder: string): Promise<void> {
  const redis = await startRedis(folder);
  const memory = () => {
    const { stdout } = spawnSync('redis-cli', ['-p', String(redis.port), 'info', 'memory'], { encoding: 'utf8' });
    return Number(/used_memory:(\d+)/u.exec(stdout)?.[1]);
  };
  try {
    const keys = Array.from({ length: queuedTasks }, (_, index) => index.toString(16).padStart(64, '0'));
    const study = {
      ...{ program: '', file: '/data/study.yaml', hash: '0'.repeat(64), set: [] },
      ...{ store: '/data/steps', shardsPerTask: 0, inputs: [] },
    };
    const queue = await openStudyQueue(redis.address);
    const before = memory();
    const begun = performance.now();
    await queue.submit(study, keys);
    const submitted = performance.now();
    const held = memory() - before;
    await queue.close();
    const nothing = () => Promise.resolve();
    const worker = queueWorker({
      ...{ address: redis.address, untilEmpty: true, signal: new AbortController().signal, onEvent: () => undefined },
      open: () =>
        Promise.resolve({
          ready: () => Promise.resolve({ keys: [], left: 0 }),
          make: () => Promise.resolve(1),
          ...{ close: nothing, stop: nothing },
        }),
    });
    await worker.ended;
    const each = (milliseconds: number) => `${(milliseconds / queuedTasks).toFixed(2)} ms`;
    printFigure('engines', 'a task handed to a queue', each(submitted - begun));
    printFigure('engines', 'a task taken from it, made and told', each(performance.now() - submitted));
    printFigure('engines', 'memory of Redis for a task that waits', `${(held / queuedTasks / 1000).toFixed(1)} KB`);
  } finally {
    await redis.kill();
  }
}

/** Small steps and claims in a bucket, client and service on the same machine. */
async function benchBucket(cacheFolder: string): Promise<void> {
  const server = await startS3Server();
  Object.assign(process.env, server.env);
  try {
    const { AWS_ACCESS_KEY_ID: user = '', AWS_SECRET_ACCESS_KEY: secret = '' } = server.env;
    const signed = [
      ...['--aws-sigv4', 'aws:amz:us-east-1:s3', '--user', `${user}:${secret}`],
      ...['--header', 'x-amz-content-sha256: UNSIGNED-PAYLOAD'],
    ];
    const made = spawnSync('curl', ['--fail', '--silent', ...signed, '--request', 'PUT', `${server.endpoint}/bench`]);
    if (made.status !== 0) throw new Error('the bucket could not be made');
    const store = objectStore('s3://bench/steps', { cacheFolder });
    const indices = Array.from({ length: bucketSteps }, (_, index) => index);
    const begun = performance.now();
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let index = indices.pop(); index !== undefined; index = indices.pop()) await writeStep(store, index);
      }),
    );
    const written = performance.now();
    const claims = new TaskClaims(store.claims ?? cacheFolder);
    for (let index = 0; index < bucketClaims; index++) {
      const claim = await claims.claim(index.toString(16).padStart(64, '0'));
      if ('release' in claim) await claim.release();
    }
    const claimed = performance.now();
    printFigure(
      'engines',
      `a small step stored in a bucket, ${String(atOnce)} at once`,
      `${((written - begun) / bucketSteps).toFixed(1)} ms`,
    );
    printFigure(
      'engines',
      'a task claimed there and given back',
      `${((claimed - written) / bucketClaims).toFixed(0)} ms`,
    );
  } finally {
    await server.stop();
  }
}

async function writeStep(store: StepStore, index: number): Promise<void> {
  const step = { step: 'bench', codeVersion: '1', options: { index }, inputs: {} };
  await store.write(step, { part: new Uint8Array(1000) });
}

/** Elements of an array that find their task done, on a cluster of two nodes with one processor each. */
async function benchSlurm(folder: string): Promise<void> {
  const layout = writePlainLayout(
    path.join(folder, 'data'),
    drawScenes({ count: 8, width: 160, height: 120, seed: 1 }),
  );
  const file = path.join(folder, 'model.onnx');
  const { tensor } = writeMobileNetV2(file, { seed: 1, inputSize: 96 });
  const study = path.join(folder, 'study.json');
  const model = { name: 'model', file, layer: tensor, input: { preset: 'imagenet', width: 96, height: 96 } };
  writeFileSync(study, JSON.stringify({ data: { ...layout }, models: [model] }));
  const work = [process.execPath, command, 'work', study, '--store', path.join(folder, 'steps'), '--quiet'];
  if (spawnSync(work[0] ?? '', work.slice(1)).status !== 0) throw new Error('the small study could not be made');
  const cluster = await startSlurm(path.join(folder, 'slurm'));
  const seconds = async (script: string) => {
    const begun = performance.now();
    const array = `--array=1-${String(arrayElements)}`;
    const { status, stderr } = spawnSync('sbatch', [array, '--output=/dev/null', '--wrap', script], {
      env: cluster.env,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    await until(
      () => spawnSync('squeue', ['-h'], { env: cluster.env, encoding: 'utf8' }).stdout.trim() === '',
      () => 'the array',
    );
    return (performance.now() - begun) / 1000 / arrayElements;
  };
  try {
    await seconds('true');
    printFigure('engines', 'an empty element of a Slurm array', `${(await seconds('true')).toFixed(2)} s`);
    printFigure('engines', 'an element that finds its task done', `${(await seconds(work.join(' '))).toFixed(2)} s`);
  } finally {
    cluster.stop();
  }
}
