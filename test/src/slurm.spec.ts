import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { StudyTasks } from '@intermodel/pipelines';
import { lackingSlurm, startSlurm, until, type SlurmCluster } from '@intermodel/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command, folderBytes, intermodel, temporaryFolder } from './command-line.ts';
import { exit, smallStudies, start } from './small-studies.ts';

const lacking = lackingSlurm();
if (lacking !== '') console.warn(`slurm.spec: skipped, since ${lacking}`);

const { at, study } = smallStudies();
const inCluster = temporaryFolder();
let cluster: SlurmCluster | undefined;

beforeAll(async () => {
  if (lacking !== '') return;
  cluster = await startSlurm(inCluster());
  process.env['SLURM_CONF'] = cluster.env['SLURM_CONF'];
  // Workers that wait while there is a file `hold`, and break down where the one named `broken` holds their task.
  writeFileSync(
    at('worker.sh'),
    `#!/bin/sh
while test -e ${at('hold')} || test -e "${at('hold')}-$SLURM_JOB_NAME-$SLURMD_NODENAME"; do sleep 0.1; done
for word; do
  if grep -q "^$word$" ${at('broken')} 2>/dev/null; then echo 'error BROKEN: no memory left' >&2; exit 3; fi
done
exec ${process.execPath} ${command} "$@"
`,
  );
});
afterAll(() => {
  cluster?.stop();
});

const small = { models: ['a', 'b'], more: { runtime: { imagesPerShard: 6 } } };
const byWorker = ['--command', 'sh', '--command'];

function submit(file: string, store: string, ...argv: string[]) {
  return intermodel(['submit', file, '--store', at(store), ...argv]);
}

/** Where submitted tasks stand, as `status` tells it. */
function standing(file: string, store: string) {
  const { code, stdout, stderr } = intermodel(['status', file, '--store', at(store), '--json']);
  expect([code, stderr]).toEqual([0, '']);
  const { submission } = JSON.parse(stdout) as {
    submission: {
      running: Record<'wave' | 'model' | 'job', string>[];
      waiting: number;
      failed: Record<'wave' | 'model' | 'error' | 'reason' | 'log', string>[];
    };
  };
  return submission;
}

function tasks(file: string, store: string, ...argv: string[]): StudyTasks['tasks'] {
  const { stdout } = intermodel(['plan', file, '--store', at(store), ...argv, '--json']);
  return (JSON.parse(stdout) as StudyTasks).tasks;
}

/** Elements that Slurm has, by its own words. */
function squeue(format: string, ...argv: string[]): string[] {
  const { stdout } = spawnSync('squeue', ['-h', '-r', '-o', format, ...argv], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line !== '');
}

function sameBytes(file: string, store: string): void {
  for (const [out, argv] of [
    ['shared', ['--store', at(store)]],
    ['alone', []],
  ] as const) {
    rmSync(at(out), { recursive: true, force: true });
    expect(intermodel(['run', file, '--out', at(out), '--quiet', ...argv])).toMatchObject({ code: 0 });
  }
  expect(folderBytes(at('shared'))).toEqual(folderBytes(at('alone')));
}

describe.skipIf(lacking !== '')('a study on a Slurm cluster', () => {
  it('is made by arrays of tasks though a node dies in the middle: the same bytes as on one machine', async () => {
    const file = study({ ...small, file: 'killed.json' });
    writeFileSync(at('hold'), '');
    const watch = start([
      ...['submit', file, '--store', at('killed'), '--engine', 'slurm', '--shards-per-task', '2', '--watch'],
      ...['--poll-seconds', '1', ...byWorker, at('worker.sh')],
    ]);
    const ended = exit(watch);
    await until(() => squeue('%T %N', '--states=RUNNING').length === 2, watch.told);
    expect(squeue('%j', '--states=PENDING,RUNNING').filter((name) => name === 'killed-counts')).toHaveLength(8);
    const { running, waiting, failed } = standing(file, 'killed');
    expect(running.map(({ wave, job }) => [wave, job])).toEqual([
      ['labels', expect.stringMatching(/^\d+_1$/u)],
      ['labels', expect.stringMatching(/^\d+_2$/u)],
    ]);
    expect(failed).toEqual([]);
    expect(running.length + waiting).toBe(tasks(file, 'killed', '--shards-per-task', '2').length);
    writeFileSync(at('hold-killed-counts-n1'), '');
    rmSync(at('hold'));
    await until(() => squeue('%j %N', '--states=RUNNING').includes('killed-counts n1'), watch.told);
    await until(() => (cluster?.workers('n1').length ?? 0) > 0, watch.told);
    cluster?.killNode('n1');
    rmSync(at('hold-killed-counts-n1'));
    expect([await ended, watch.told()]).toEqual([
      0,
      expect.stringMatching(/submitted again, as \d+ tasks ended without their steps: NODE_FAIL\b.*: counts 1 /u),
    ]);
    // In a log, a line as each further tenth is done.
    const counts = Array.from(watch.told().matchAll(/^(\d+) of (\d+) tasks done, \d+ run, \d+ wait/gmu));
    expect(counts.length).toBeGreaterThan(1);
    expect(counts.length).toBeLessThanOrEqual(10);
    cluster?.startNode('n1');
    expect(standing(file, 'killed')).toMatchObject({ running: [], waiting: 0, failed: [] });
    sameBytes(file, 'killed');
  });

  it('goes on without what a failed task leaves, tells of it, and is made whole by what is submitted again', async () => {
    const file = study({ ...small, file: 'it\'s $(odd)\n"name".json' });
    const broken = tasks(file, 'failed').find(({ wave, model }) => wave === 'thresholds' && model === 'b');
    writeFileSync(at('broken'), `${broken?.key ?? ''}\n`);
    const submitted = submit(file, 'failed', '--engine', 'slurm', ...byWorker, at('worker.sh'), '--json');
    expect([submitted.code, submitted.stderr]).toEqual([0, '']);
    await until(
      () => squeue('%i').length === 0,
      () => squeue('%i %T').join(),
    );
    const left = tasks(file, 'failed').filter(({ state }) => state !== 'done');
    expect(left.map(({ wave, model }) => `${wave} ${model}`)).toEqual([
      'thresholds b',
      'overlaps b',
      'matches b',
      'nulls b',
      'replicates b',
    ]);
    const { failed } = standing(file, 'failed');
    expect(failed.map(({ wave, reason }) => [wave, reason])).toEqual(left.map(({ wave }) => [wave, 'FAILED']));
    expect(failed[0]).toMatchObject({
      error: 'error BROKEN: no memory left',
      log: expect.stringContaining(at('failed')) as string,
    });
    expect(failed[1]?.error).toMatch(/^error TASKS_FAILED: .*overlaps b/u);
    expect(intermodel(['status', file, '--store', at('failed')]).stdout).toMatch(
      /0 tasks run, 0 wait, 5 failed[^]*BROKEN[^]*log: \//u,
    );
    // By the worker that was submitted first.
    const watched = submit(file, 'failed', '--watch', '--retries', '1', '--poll-seconds', '1');
    expect(watched).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /error TASKS_FAILED: \d tasks failed as often as they may[^]*thresholds b: job \d+_1, FAILED: error BROKEN/u,
      ) as string,
    });
    rmSync(at('broken'));
    expect(submit(file, 'failed', '--resume', '--json')).toMatchObject({ code: 0, stderr: '' });
    const again = submit(file, 'failed', '--resume');
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('Nothing to submit')]);
    await until(
      () => squeue('%i').length === 0,
      () => squeue('%i %T').join(),
    );
    sameBytes(file, 'failed');
    expect(squeue('%T', '--states=all', '--name=it-s-odd-name-thresholds').length).toBeGreaterThan(1);
  });

  it('is ended by whoever submitted it, and goes on after that', async () => {
    const file = study({ ...small, file: 'cancelled.json' });
    writeFileSync(at('hold'), '');
    expect(submit(file, 'cancelled', '--engine', 'slurm', ...byWorker, at('worker.sh'))).toMatchObject({ code: 0 });
    await until(
      () => squeue('%T', '--states=RUNNING').length > 0,
      () => squeue('%i %T').join(),
    );
    const { stdout } = submit(file, 'cancelled', '--cancel', '--json');
    expect(JSON.parse(stdout)).toEqual({ cancelled: 7, of: 'jobs' });
    rmSync(at('hold'));
    await until(
      () => squeue('%i').length === 0,
      () => squeue('%i %T').join(),
    );
    expect(submit(file, 'cancelled', '--cancel').stdout).toContain('Nothing was submitted or waiting');
    expect(standing(file, 'cancelled')).toMatchObject({ running: [], waiting: 0 });
    const { code } = submit(file, 'cancelled', '--resume', '--watch', '--poll-seconds', '1', '--quiet');
    expect(code).toBe(0);
    expect(tasks(file, 'cancelled').every(({ state }) => state === 'done')).toBe(true);
  });

  it('is only shown by a dry run, in arrays as large as the site allows', () => {
    const file = study({
      ...small,
      file: 'dry.json',
      more: { runtime: { imagesPerShard: 1, executionProviders: ['cuda', 'cpu'] } },
    });
    const shown = (...argv: string[]) => {
      const { code, stdout, stderr } = submit(
        file,
        'dry',
        '--engine',
        'slurm',
        '--shards-per-task',
        '1',
        '--dry-run',
        ...argv,
      );
      expect([code, stderr]).toEqual([0, '']);
      expect(spawnSync('sh', ['-n'], { input: stdout }).status).toBe(0);
      return stdout.split('\n').filter((line) => line.includes('$(sbatch'));
    };
    const grouped = shown('--array-limit', '3', '--partition', 'main', '--slurm-option', '--comment=a b');
    expect(grouped[1]).toMatch(
      /^counts=\$\(sbatch --parsable --job-name=dry-counts --array=1-18%3 --no-requeue .*--partition=main --gres=gpu:1 .*'--comment=a b' \S+\/dry\/submissions\/0001\/counts\.sh\)$/u,
    );
    expect(shown('--tasks-per-element', '1').slice(2, 5)).toEqual([
      expect.stringMatching(/^counts=.*--array=1-20 /u),
      expect.stringMatching(/^counts_2=.*--array=1-20 /u),
      expect.stringMatching(/^counts_3=.*--array=1-12 /u),
    ]);
    expect(shown()[2]).toMatch(/^thresholds=\$\(sbatch --dependency=afterany:\$labels:\$counts /u);
    expect(existsSync(at('dry'))).toBe(false);
    expect(squeue('%i')).toEqual([]);
  });

  it('is not submitted where Slurm refuses it, by its own words', () => {
    const file = study({ ...small, file: 'refused.json' });
    const refused = (...argv: string[]) => {
      const { code, stderr } = submit(file, 'refused', '--engine', 'slurm', ...argv);
      expect(code).toBe(2);
      return stderr;
    };
    expect(refused('--partition', 'none')).toMatch(
      /^error SLURM_REFUSED: sbatch says: invalid partition specified: none/u,
    );
    expect(refused('--memory', '99T')).toContain('SLURM_REFUSED');
    expect(refused('--slurm-option', '--no-such-option')).toMatch(/SLURM_REFUSED.*no-such-option/u);
    // A later array that is refused takes the earlier ones with it.
    expect(readdirSync(path.join(at('refused'), 'submissions'))).toEqual([]);
    expect(squeue('%i')).toEqual([]);
  });
});
