import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Job, type IJob } from 'kubernetes-models/batch/v1';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { DistributedTask } from '../distributed-task.ts';
import type { WorkOrder } from '../engine.ts';
import { filesEngine } from './files-engine.ts';
import { kubernetesName } from './kubernetes-job.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "files of $(x) '"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const keys = [0, 1, 2].map((digit) => String(digit).repeat(64));
const order = (tasks: Partial<DistributedTask>[]): WorkOrder => ({
  ...{
    name: '2 Models: "a"',
    studyHash: 'f'.repeat(64),
    studyFile: '/s.json',
    store: '/store',
    submissions: '/s',
    gpuWaves: ['counts'],
  },
  command: ['printf', '%s,', 'two words'],
  tasks: tasks.map((task, index) => ({
    ...{ key: keys[index] ?? '', wave: 'counts', model: 'a', state: 'ready', seconds: undefined, ...task },
  })),
});
const jobs = () => path.join(folder, 'jobs');
const read = (name: string) => readFileSync(path.join(jobs(), name), 'utf8');

describe(filesEngine, () => {
  it('writes a list of commands for each wave with something to do, and how to run them', async () => {
    const engine = filesEngine({ jobs: jobs(), tasksPerElement: 2 });
    const all = order([{}, { state: 'done' }, { wave: 'overlaps', state: 'waiting' }]);
    const { jobs: submitted } = await engine.submit(all);
    expect(submitted.map(({ wave, tasks, elements }) => [wave, tasks, elements])).toEqual([
      ['counts', 1, 1],
      ['overlaps', 1, 1],
    ]);
    expect(readdirSync(jobs()).sort()).toEqual(
      ['1-counts.tasks', '1-counts.txt', '2-overlaps.tasks', '2-overlaps.txt', 'README.txt', 'work.sh'].sort(),
    );
    const ran = spawnSync('sh', ['-c', read('2-overlaps.txt')], { encoding: 'utf8' });
    expect(ran.stdout).toBe(`two words,--task,${keys[2] ?? ''},`);
    const [line = ''] = /xargs [^\n]*overlaps[^\n]*/u.exec(read('README.txt')) ?? [];
    expect(spawnSync('sh', ['-c', line], { encoding: 'utf8' }).stdout).toBe(ran.stdout);
    await expect(engine.submit(all)).rejects.toMatchObject({ code: 'OUTPUT_NOT_EMPTY' });
  });

  it('writes Kubernetes jobs that its schema takes, in which each index makes the tasks of its line', async () => {
    const engine = filesEngine({
      jobs: jobs(),
      image: 'lab/intermodel:1',
      volumes: [`data=${tmpdir()}`, 'more=/more'],
      parallelism: 2,
    });
    await engine.submit(order([{ memoryBytes: 2 ** 30 }, { memoryBytes: 2 ** 31 }, { memoryBytes: 1 }]));
    const expected: IJob = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'models-a-counts', labels: { app: 'intermodel' } },
      spec: {
        completionMode: 'Indexed',
        completions: 3,
        parallelism: 2,
        backoffLimitPerIndex: 3,
        maxFailedIndexes: 3,
        template: {
          spec: {
            restartPolicy: 'Never',
            terminationGracePeriodSeconds: 60,
            containers: [
              {
                name: 'worker',
                image: 'lab/intermodel:1',
                command: ['sh', path.join(jobs(), '1-counts.sh').replace('$', '$$$$')],
                resources: { requests: { memory: '2048Mi' }, limits: { 'nvidia.com/gpu': 1 } },
                volumeMounts: [
                  { name: 'volume-0', mountPath: tmpdir() },
                  { name: 'volume-1', mountPath: '/more' },
                ],
              },
            ],
            volumes: [
              { name: 'volume-0', persistentVolumeClaim: { claimName: 'data' } },
              { name: 'volume-1', persistentVolumeClaim: { claimName: 'more' } },
            ],
          },
        },
      },
    };
    const manifest = parse(read('1-counts.yaml')) as IJob;
    expect(manifest).toEqual(expected);
    new Job(manifest).validate();
    expect(() => {
      new Job({ ...manifest, spec: { completions: '3' } } as unknown as IJob).validate();
    }).toThrow(/completions/u);
    for (const [index, key] of keys.entries()) {
      const env = { ...process.env, JOB_COMPLETION_INDEX: String(index) };
      const ran = spawnSync('sh', [path.join(jobs(), '1-counts.sh')], { env, encoding: 'utf8' });
      expect(ran.stdout).toBe(`two words,--task,${key},`);
    }
    const beyond = { ...process.env, JOB_COMPLETION_INDEX: '3' };
    expect(spawnSync('sh', [path.join(jobs(), '1-counts.sh')], { env: beyond }).status).toBe(2);
    expect(read('README.txt')).toContain('job/models-a-counts');
  });

  it.each([[], ['data'], ['data=relative'], ['Data=/data'], ['data=/elsewhere']])(
    'refuses volumes that do not hold its files: %j',
    async (...volumes) => {
      const engine = filesEngine({ jobs: jobs(), image: 'image', volumes });
      await expect(engine.preview(order([{}]))).rejects.toMatchObject({ code: 'KUBERNETES_VOLUME' });
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it.each([{ volumes: ['data=/data'] }, { volumes: [] }, { parallelism: 2 }])(
    'refuses %j without an image, which would have no effect',
    (given) => {
      expect(() => filesEngine({ jobs: jobs(), ...given })).toThrow(
        expect.objectContaining({
          code: 'ENGINE_OPTION',
          details: expect.objectContaining({ expected: expect.stringContaining('`files.image`') as string }) as object,
        }),
      );
    },
  );

  it('refuses a folder with a line break, and keys that are none', async () => {
    const broken = filesEngine({ jobs: path.join(folder, 'a\nb') });
    await expect(broken.submit(order([{}]))).rejects.toMatchObject({ code: 'JOBS_FOLDER' });
    await expect(filesEngine({ jobs: jobs() }).submit(order([{ key: '$(id)' }]))).rejects.toThrow(RangeError);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe(kubernetesName, () => {
  it.each([
    ['Über-Study_2', 'counts', 'ber-study-2-counts'],
    ['42', 'counts', 'counts'],
    ['x'.repeat(80), 'counts', `${'x'.repeat(43)}-counts`],
  ])('makes a label of %j', (study, wave, name) => {
    expect(kubernetesName(study, wave)).toBe(name);
  });
});
