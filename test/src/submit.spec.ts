import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import type { StudyTasks } from '@intermodel/pipelines';
import { writeColourSegmenter } from '@intermodel/testing';
import { describe, expect, it } from 'vitest';
import { command, folderBytes, intermodel } from './command-line.ts';
import { exit, smallStudies, start, writeModel } from './small-studies.ts';

const { at, study } = smallStudies();
const more = { runtime: { imagesPerShard: 4 } };
const cut = ['--shards-per-task', '4'];

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
    expect(submission.jobs.map(({ wave }) => wave)).toEqual([
      'labels',
      'counts',
      'thresholds',
      'overlaps',
      'matches',
      'nulls',
      'replicates',
    ]);
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
      stdout: expect.stringContaining('all tasks are done') as string,
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

describe('manifests', () => {
  it('start the program as it is called in the image, or as was said', () => {
    const file = study({ file: 'image.json', more });
    const given = ['--engine', 'files', '--image', 'lab/intermodel:1', '--volume', `all=${at()}`];
    expect(submit(file, 'image', ...given, '--jobs', at('image-jobs'))).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(at('image-jobs', 'work.sh'), 'utf8')).toMatch(/^exec intermodel work /mu);
    expect(readFileSync(at('image-jobs', 'README.txt'), 'utf8')).toContain('as the command "intermodel"');
    const named = [...given, '--command', 'node', '--command', '/opt/i.js'];
    expect(submit(file, 'image', ...named, '--jobs', at('named-jobs'))).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(at('named-jobs', 'work.sh'), 'utf8')).toMatch(/^exec node \/opt\/i\.js work /mu);
    expect(readFileSync(at('named-jobs', 'README.txt'), 'utf8')).toContain('as the command "node /opt/i.js"');
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

  it('says which files are other ones than where it was submitted', () => {
    cpSync(at('data'), at('moved'), { recursive: true });
    const file = study({ file: 'moved.json', data: 'moved', models: ['a', 'b'], more });
    expect(submit(file, 'moved-store', '--engine', 'files', '--jobs', at('moved-jobs'))).toMatchObject({ code: 0 });
    const [first = ''] = readFileSync(at('moved-jobs', '2-counts.txt'), 'utf8').split('\n');
    writeModel(at('a.onnx'), 17);
    const ran = spawnSync('sh', ['-c', first], { encoding: 'utf8' });
    expect([ran.status, ran.stderr]).toEqual([
      2,
      expect.stringMatching(
        /^error INPUT_DIFFERS: .*moved\.json: .*a\.onnx \(SHA-256 [0-9a-f]{64} here, [0-9a-f]{64} where/u,
      ),
    ]);
    expect(ran.stderr).not.toContain('b.onnx');
    writeModel(at('a.onnx'), 0);
    expect(spawnSync('sh', ['-c', first], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  it('leaves what is finished when it is told to end', async () => {
    const file = study({ file: 'ended.json', more });
    const worker = start(['work', file, '--store', at('ended'), ...cut, '--batch', '--verbose']);
    worker.stderr?.on('data', () => {
      if (/^maps .*: done/mu.test(worker.told())) worker.kill('SIGTERM');
    });
    expect(await exit(worker)).toBe(130);
    const stored = planned(file, 'ended').reduce((sum, task) => sum + task.stored, 0);
    expect(stored).toBeGreaterThan(0);
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
    expect(stderr).toMatch(
      /^error TASKS_FAILED: 1 task was left undone, since what it is made of is not stored and nobody is making it: matches a needs overlaps a\n.*made first: labels, counts, thresholds, overlaps\. /u,
    );
  });
});

describe('a worker of a batch that meets a bad image', () => {
  it('makes all that does not need it, and names what it could not make', () => {
    cpSync(at('data'), at('torn'), { recursive: true });
    const [image = ''] = readdirSync(at('torn', 'images'));
    truncateSync(at('torn', 'images', image), Math.floor(statSync(at('torn', 'images', image)).size / 2));
    const file = study({ file: 'torn.json', data: 'torn', models: ['a', 'b'], more });
    const all = planned(file, 'torn-store').length;
    const worked = intermodel(['work', file, '--store', at('torn-store'), ...cut, '--batch']);
    expect(worked.code).toBe(1);
    expect(worked.stderr).toContain(image);
    expect(worked.stderr).toMatch(
      /^counts a [0-9a-f]{64}: error [A-Z_]+: [^]*^error TASKS_FAILED: 3 tasks failed: labels .*, counts a .*, counts b .*; \d+ tasks were left undone, since .*: thresholds a needs labels, counts a; overlaps a needs labels, counts a, thresholds a; .*; and \d+ more$/mu,
    );
    const left = planned(file, 'torn-store').filter(({ state }) => state !== 'done');
    const failing = left.filter(({ wave }) => wave === 'counts').map(({ model }) => model);
    expect(failing).toEqual(['a', 'b']);
    expect(left.length).toBeLessThan(all - 4);
  });
});

describe('what cannot be submitted', () => {
  const refused = (argv: readonly string[], code = 2) => {
    const file = study({ file: 'bad.json', more });
    const run = submit(file, 'bad-store', ...argv);
    expect(run.code).toBe(code);
    return run.stderr;
  };

  it.each<[string[], RegExp]>([
    [[], /^error ENGINE_NOT_GIVEN: .*--engine slurm/su],
    [['--resume'], /^error NOTHING_SUBMITTED: .*bad\.json.*--engine/su],
    [['--cancel'], /^error NOTHING_SUBMITTED: /u],
    [['--cancel', '--watch'], /^error SUBMIT_OPTIONS: --watch stands beside --cancel/u],
    [['--engine', 'slurm', '--dry-run', '--watch'], /^error SUBMIT_OPTIONS: /u],
    [['--engine', 'slurm', '--jobs', 'x'], /^error ENGINE_OPTION: --jobs is an option of the engine files/u],
    [['--engine', 'files', '--jobs', 'x', '--partition', 'p'], /^error ENGINE_OPTION: --partition .*slurm/u],
    [['--engine', 'files', '--jobs', 'x', '--slurm-option', '-a 1'], /^error ENGINE_OPTION: --slurm-option/u],
    [['--engine', 'files', '--jobs', 'x', '--volume', 'x=/tmp'], /^error ENGINE_OPTION: --volume .*--image/su],
    [['--engine', 'files', '--jobs', 'x', '--parallelism', '2'], /^error ENGINE_OPTION: --parallelism .*--image/su],
    [['--engine', 'files', '--jobs', 'x', '--detach'], /^error ENGINE_OPTION: --detach has no effect .*files/u],
    [['--engine', 'slurm', '--detach'], /^error ENGINE_OPTION: --detach has no effect .*slurm/u],
    [['--engine', 'bullmq', '--redis', 'redis://127.0.0.1:1', '--command', 'x'], /^error ENGINE_OPTION: --command /u],
    [['--engine', 'slurm', '--retries', '2'], /^error SUBMIT_OPTIONS: --retries .*--watch/su],
    [['--engine', 'slurm', '--poll-seconds', '2'], /^error SUBMIT_OPTIONS: --poll-seconds .*--watch/su],
    [['--engine', 'files'], /^error ENGINE_OPTION: the engine files lacks --jobs/u],
    [['--engine', 'files', '--jobs', 'x', '--watch'], /^error ENGINE_OPTION: .*--watch/u],
    [['--engine', 'files', '--jobs', 'x', '--image', 'i'], /^error KUBERNETES_VOLUME: .*--volume/su],
    [['--engine', 'slurm', '--slurm-option', '--wrap=id'], /^error SLURM_OPTION: .*--slurm-option/su],
    [['--engine', 'other'], /^error OPTION_VALUE: --engine: .*slurm/su],
    [['--engine', 'slurm', '--array-limit', '0'], /--array-limit/u],
  ])('is refused with what to do: %j', (argv, message) => {
    expect(refused(argv)).toMatch(message);
  });

  it('is told where Slurm, or a store that can be written, is not at hand', () => {
    const file = study({ file: 'bad.json', more });
    const without = spawnSync(
      process.execPath,
      [command, 'submit', file, '--store', at('no-slurm'), '--engine', 'slurm'],
      {
        env: { PATH: at() },
        encoding: 'utf8',
      },
    );
    expect([without.status, without.stderr]).toEqual([
      1,
      expect.stringMatching(/^error SLURM_MISSING: sbatch .*--engine files/su),
    ]);
    expect(readdirSync(at('no-slurm', 'submissions'))).toEqual([]);
    // Configured by nothing, Slurm does not know which controller to ask.
    const found = spawnSync('which', ['sbatch']).status === 0;
    if (found) {
      const lost = spawnSync(
        process.execPath,
        [command, 'submit', file, '--store', at('lost-slurm'), '--engine', 'slurm'],
        { env: { ...process.env, SLURM_CONF: '/dev/null' }, encoding: 'utf8' },
      );
      expect([lost.status, lost.stderr]).toEqual([
        1,
        expect.stringMatching(/^error SLURM_UNREACHABLE: sbatch says: .*sinfo/su),
      ]);
    } else console.warn('submit.spec: no Slurm that is not configured, since there is no sbatch');
    writeFileSync(at('a-file'), '');
    const { code, stderr } = submit(file, 'a-file', '--engine', 'files', '--jobs', at('no-store'));
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^error STORE_NOT_A_FOLDER: .*a-file/u)]);
  });

  it('are images without the labels of segmentation models, until one worker has made them', () => {
    writeColourSegmenter(at('colours.onnx'), {
      heads: [{ name: 'maps', classes: 3, weights: { 0: [1, 0, 0], 1: [0, 1, 0], 2: [0, 0, 1] } }],
    });
    writeFileSync(at('classes.csv'), 'index,name\n0,red\n1,green\n2,blue\n');
    const heads = [{ tensor: 'maps', category: 'color', classes: 'classes.csv' }];
    const segmenters = [{ file: 'colours.onnx', input: { preset: 'zero-one' }, heads }];
    const runtime = { imagesPerShard: 6, labelCache: 'kept-labels' };
    const file = study({
      file: 'segmented.json',
      models: ['a', 'b'],
      more: { data: { images: 'data/images', segmenters }, runtime },
    });
    const given = ['--engine', 'files', '--jobs', at('segmented-jobs')];
    const { code, stderr } = submit(file, 'segmented', ...given);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^error TASKS_UNKNOWN: .*26 images.*intermodel work.*--wave labels/su),
    ]);
    expect(intermodel(['work', file, '--store', at('segmented'), ...cut, '--wave', 'labels'])).toMatchObject({
      code: 0,
    });
    expect(submit(file, 'segmented', ...given)).toMatchObject({ code: 0, stderr: '' });
  });
});
