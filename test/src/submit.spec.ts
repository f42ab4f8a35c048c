import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { StudyTasks } from '@intermodel/pipelines';
import { describe, expect, it } from 'vitest';
import { folderBytes, intermodel } from './command-line.ts';
import { smallStudies } from './small-studies.ts';

const { at, study } = smallStudies();
const more = { runtime: { imagesPerShard: 4 } };
const cut = ['--shards-per-task', '2'];

function planned(file: string, store: string): StudyTasks['tasks'] {
  const { stdout } = intermodel(['plan', file, '--store', at(store), ...cut, '--json']);
  return (JSON.parse(stdout) as StudyTasks).tasks;
}

function submit(file: string, store: string, ...argv: string[]) {
  return intermodel(['submit', file, '--store', at(store), ...cut, ...argv]);
}

/** Runs over a store in which all is, and gives the bytes of the output beside those of a run that makes all itself. */
function outputs(file: string, store: string) {
  rmSync(at('out'), { recursive: true, force: true });
  expect(intermodel(['run', file, '--out', at('out'), '--store', at(store), '--quiet'])).toMatchObject({ code: 0 });
  rmSync(at('alone'), { recursive: true, force: true });
  expect(intermodel(['run', file, '--out', at('alone'), '--quiet'])).toMatchObject({ code: 0 });
  return { shared: folderBytes(at('out')), alone: folderBytes(at('alone')) };
}

describe('lists of commands', () => {
  it('give the bytes of one run when xargs runs them wave by wave, and may be run again', () => {
    const file = study({ file: 'it\'s a "study" $(false).json', more });
    const jobs = at("jobs of 'many'");
    const { code, stdout, stderr } = submit(file, 'a store', '--engine', 'files', '--jobs', jobs, '--json');
    expect([code, stderr]).toEqual([0, '']);
    const submission = JSON.parse(stdout) as { folder: string; jobs: { wave: string; tasks: number; job: string }[] };
    expect(submission.folder).toBe(jobs);
    expect(submission.jobs.map(({ wave }) => wave)).toEqual(['labels', 'counts', 'thresholds', 'overlaps', 'matches']);
    expect(submission.jobs.reduce((sum, { tasks }) => sum + tasks, 0)).toBe(planned(file, 'a store').length);
    for (const { job } of [...submission.jobs, ...submission.jobs.slice(0, 2)]) {
      const ran = spawnSync('xargs', ['-d', '\n', '-n', '1', '-P', '2', 'sh', '-c'], { input: readFileSync(job) });
      expect([ran.status, ran.stderr.toString()]).toEqual([0, '']);
    }
    expect(planned(file, 'a store').filter(({ state }) => state !== 'done')).toEqual([]);
    const { shared, alone } = outputs(file, 'a store');
    expect(shared).toEqual(alone);
    expect(submit(file, 'a store', '--engine', 'files', '--jobs', at('none'))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('All tasks are done') as string,
    });
  });

  it('are not written over what is there, nor by a dry run', () => {
    const file = study({ file: 'refused.json', more });
    mkdirSync(at('full'));
    writeFileSync(at('full', 'mine.txt'), 'mine');
    expect(submit(file, 'refused', '--engine', 'files', '--jobs', at('full'))).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error OUTPUT_NOT_EMPTY: .*full.*--jobs/su) as string,
    });
    expect(readdirSync(at('full'))).toEqual(['mine.txt']);
    const { code, stdout } = submit(file, 'untouched', '--engine', 'files', '--jobs', at('dry'), '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(/--expect-study [0-9a-f]{64} --batch "\$@"/u);
    expect(readdirSync(at()).filter((name) => ['dry', 'untouched'].includes(name))).toEqual([]);
  });
});

describe('a worker of a batch', () => {
  it('refuses another study than the one that was submitted, and says what differs', () => {
    const file = study({ file: 'differs.json', more });
    expect(submit(file, 'differs', '--engine', 'files', '--jobs', at('differs-jobs'))).toMatchObject({ code: 0 });
    study({ file: 'differs.json', more: { ...more, matching: { gate: 0.0625 } } });
    const list = readFileSync(at('differs-jobs', '1-labels.txt'), 'utf8');
    const ran = spawnSync('sh', ['-c', list.split('\n')[0] ?? ''], { encoding: 'utf8' });
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(/^error STUDY_DIFFERS: .*matching\.gate is 0\.0625 here, and was to be 0\.04\b/u);
  });

  it('does not wait for what nobody makes', () => {
    const file = study({ file: 'starved.json', more });
    const [task] = planned(file, 'starved').filter(({ wave }) => wave === 'matches');
    const { code, stderr } = intermodel([
      'work',
      file,
      '--store',
      at('starved'),
      ...cut,
      '--batch',
      '--task',
      task?.key ?? '',
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error TASKS_FAILED: tasks were left undone: made of what is not stored.*matches a/u);
  });
});
