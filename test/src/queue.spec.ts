import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openStudyQueue, type QueuedStudy } from '@intermodel/distribution';
import { createRandom } from '@intermodel/numerics';
import { hashStudyInputs, identifyStudy, programVersion, readStudyFile, type StudyTasks } from '@intermodel/pipelines';
import { hasRedis, startRedis, type RedisServer } from '@intermodel/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderBytes, intermodel } from './command-line.ts';
import { exit, imageFile, smallStudies, start, until } from './small-studies.ts';

const { at, study } = smallStudies();
const more = { diffPreset: 'gandissect', runtime: { imagesPerShard: 4 } };

describe.skipIf(!hasRedis)('a study on a queue (skipped where redis-server is not installed)', () => {
  let redis: RedisServer;
  let servers = 0;
  const children: ReturnType<typeof start>[] = [];

  beforeEach(async () => {
    redis = await startRedis(at(`redis ${String(++servers)}`));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = exit(child);
      child.kill('SIGKILL');
      await ended;
    }
    await redis.kill();
  });

  const launch = (argv: readonly string[], address = redis.address) => {
    const child = start(argv, { INTERMODEL_REDIS: address });
    children.push(child);
    return Object.assign(child, { ended: exit(child) });
  };
  const worker = (...argv: string[]) =>
    launch([
      'work',
      '--queue',
      '--allow-root',
      at(),
      '--lock-seconds',
      '6',
      '--concurrency',
      '1',
      '--verbose',
      ...argv,
    ]);
  const submit = (file: string, store: string, ...argv: string[]) =>
    launch(['submit', file, '--store', at(store), '--engine', 'bullmq', '--shards-per-task', '1', ...argv]);
  const planned = (file: string, store: string) => {
    const { stdout } = intermodel(['plan', file, '--store', at(store), '--shards-per-task', '1', '--json']);
    return (JSON.parse(stdout) as StudyTasks).tasks;
  };
  /** Steps that a worker made, but for what it found out of models for itself. */
  const stepsOf = (told: string) =>
    Array.from(
      told.matchAll(/^((?:labels|maps|histogram|top|thresholds|overlaps|matches|nulls|replicates) .*): done/gmu),
      ([, step = '']) => step,
    );
  const submitted = async (file: string, store: string): Promise<QueuedStudy> => ({
    ...{ program: programVersion, file, set: [], store: at(store), shardsPerTask: 1 },
    hash: identifyStudy(readStudyFile(file)).hash,
    inputs: await hashStudyInputs(readStudyFile(file), { store: at(store) }),
  });

  it('comes out as on one machine, though workers are killed and the server is', async () => {
    const random = createRandom(19);
    const file = study({ file: 'killed.json', more });
    const submitting = submit(file, 'killed');
    const workers = Array.from({ length: 4 }, () => worker());
    const all = () => workers.flatMap(({ told }) => stepsOf(told())).length;
    await until(() => all() > 3, submitting.told);
    for (let kill = 0; kill < 2; kill++) {
      const before = all();
      await until(() => all() >= before + Math.floor(random.uniform() * 8), submitting.told);
      workers[kill]?.kill('SIGKILL');
      if (kill === 0) {
        await redis.kill();
        await delay(300);
        await redis.start();
      }
    }
    expect([await submitting.ended, submitting.told()]).toEqual([0, expect.stringContaining('All tasks are done')]);
    expect(planned(file, 'killed').every(({ state }) => state === 'done')).toBe(true);
    expect(intermodel(['run', file, '--out', at('killed-out'), '--store', at('killed'), '--quiet']).code).toBe(0);
    const alone = intermodel(['run', file, '--out', at('alone'), '--verbose']);
    expect(folderBytes(at('killed-out'))).toEqual(folderBytes(at('alone')));
    // What a killed worker had finished of its task is stored: not even these steps are made again.
    const count = (steps: readonly string[], step: string) => steps.filter((each) => each === step).length;
    const made = workers.flatMap(({ told }) => stepsOf(told()));
    const needed = stepsOf(alone.stderr);
    expect(made.filter((step) => count(made, step) > count(needed, step))).toEqual([]);
    expect(made.length).toBeGreaterThan(needed.length - 20);
    for (const survivor of workers.slice(2)) {
      survivor.kill('SIGTERM');
      expect(await survivor.ended).toBe(130);
      expect(survivor.told()).not.toMatch(/UNEXPECTED|    at /u);
    }
  });

  it('gives back the task in hand of a worker that is told to stop, and the rest goes on', async () => {
    const file = study({ file: 'stopped.json', models: ['a', 'b'], more });
    const submitting = submit(file, 'stopped');
    const first = worker();
    await until(() => /: runs$/mu.test(first.told()), submitting.told);
    first.kill('SIGTERM');
    expect(await first.ended).toBe(130);
    expect(first.told()).toContain('the task in hand was given back');
    const queue = await openStudyQueue(redis.address);
    const states = (await queue.tasks(await submitted(file, 'stopped'))).map(({ state }) => state);
    await queue.close();
    expect(states).toContain('waiting');
    expect(states.filter((state) => state !== 'waiting')).toEqual([]);
    const second = worker('--until-empty', '--json');
    expect([await submitting.ended, await second.ended]).toEqual([0, 0]);
    expect(planned(file, 'stopped').every(({ state }) => state === 'done')).toBe(true);
  });

  it('sets aside what fails each time, tells why, and goes on with what does not need it', async () => {
    cpSync(at('data'), at('damaged'), { recursive: true });
    const image = imageFile(at('damaged'), 3);
    truncateSync(image, Math.floor(statSync(image).size * 0.6));
    const file = study({ file: 'damaged.json', models: ['a', 'b'], data: 'damaged', more });
    const submitting = submit(file, 'damaged');
    const working = worker();
    expect(await submitting.ended).toBe(1);
    const { told } = submitting;
    expect(told()).toMatch(
      /^error TASKS_FAILED: \d tasks were set aside, and \d+ are made of what they were to leave$/mu,
    );
    expect(told()).toContain(path.basename(image));
    expect(told()).not.toContain('    at ');
    const tasks = planned(file, 'damaged');
    // Of the waves that need no other, all but what is about this image.
    const open = tasks.filter(({ wave, state }) => ['labels', 'counts'].includes(wave) && state !== 'done');
    expect(open.length).toBe(Number(/(\d) tasks were set aside/u.exec(told())?.[1]));
    const asking = launch(['status', file, '--store', at('damaged')]);
    expect([await asking.ended, asking.told()]).toEqual([
      0,
      expect.stringMatching(/^Submitted to bullmq: 0 tasks run, 0 wait, \d failed[^]*scene/mu),
    ]);
    // Who does not know where the queue is is told what the store tells.
    expect(intermodel(['status', file, '--store', at('damaged')])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('could not be asked: it was not said where the queue is') as string,
    });
    working.kill('SIGTERM');
    await working.ended;
    expect(working.told()).toMatch(/^to be tried again: [^\n]*\n/mu);
    expect(working.told()).toMatch(/^set aside: /mu);
  });

  it('is left to itself by Ctrl-C, come back to by the same command, and emptied by --cancel', async () => {
    const file = study({ file: 'left.json', models: ['a', 'b'], more });
    const submitting = submit(file, 'left');
    await until(() => submitting.told().includes('no worker is connected'), submitting.told);
    submitting.kill('SIGINT');
    expect(await submitting.ended).toBe(130);
    expect(submitting.told()).toContain('the queue goes on');
    expect(submitting.told()).toMatch(/^\d+ tasks handed out: labels \d+, counts \d+/mu);
    const again = submit(file, 'left', '--detach', '--json');
    expect(await again.ended).toBe(0);
    const detached = submit(file, 'left', '--detach');
    expect([await detached.ended, detached.told()]).toEqual([0, expect.stringMatching(/^wave +tasks\nlabels +\d+\n/u)]);
    expect(detached.told()).not.toContain('Files are in');
    const cancel = (...argv: string[]) => launch(['submit', file, '--store', at('left'), '--cancel', ...argv]);
    const cancelling = cancel('--json');
    expect(await cancelling.ended).toBe(0);
    expect(cancelling.told()).toContain('"of": "tasks"');
    expect(Number(/"cancelled": (\d+)/u.exec(cancelling.told())?.[1])).toBeGreaterThan(10);
    const nothing = cancel();
    expect([await nothing.ended, nothing.told()]).toEqual([
      0,
      'Nothing was submitted or waiting; what is finished is stored.\n',
    ]);
    const idle = worker('--until-empty', '--json');
    expect(await idle.ended).toBe(0);
    expect(JSON.parse(idle.told()) as object).toEqual({ tasks: 0, steps: 0 });
    const last = submit(file, 'left');
    worker();
    expect([await last.ended, last.told()]).toEqual([0, expect.stringContaining('All tasks are done')]);
  });

  it('is not worked on outside of the folders that are allowed, as another study, or by another version', async () => {
    mkdirSync(at('outside'));
    mkdirSync(at('inside'));
    const inside = study({ file: 'inside/study.json', data: '../data', more });
    const models = ['a', 'b'].map((name) => ({ name, file: `../${name}.onnx`, layer: 'maps' }));
    writeFileSync(inside, JSON.stringify({ ...(JSON.parse(readFileSync(inside, 'utf8')) as object), models }));
    const file = study({ file: 'refused.json', models: ['a', 'b'], more });
    symlinkSync(file, at('inside', 'link.json'));
    const honest = await submitted(file, 'refused');
    const queue = await openStudyQueue(redis.address);
    const wrong: readonly (readonly [Partial<QueuedStudy>, RegExp])[] = [
      [{ file: '/etc/passwd' }, /^PATH_NOT_ALLOWED: \/etc\/passwd is not within/u],
      [{ file: at('inside', 'nothing.json') }, /^FILE_MISSING/u],
      [{ file: at('inside', 'link.json') }, /^PATH_NOT_ALLOWED/u],
      [{ file: at('inside', '..', 'refused.json') }, /^PATH_NOT_ALLOWED/u],
      [{ file: 'inside/study.json' }, /^PATH_NOT_ALLOWED/u],
      // The study itself lies inside, but not what it names.
      [{ file: inside }, /^PATH_NOT_ALLOWED: \S+data\/images is not within/u],
      [{ program: '0.0.9' }, /^VERSION_DIFFERS: [^\n]*version 0\.0\.9/u],
    ];
    const options = { attempts: 1 };
    for (const [difference] of wrong) {
      const given = {
        ...honest,
        store: at('inside', `store ${String(wrong.findIndex(([each]) => each === difference))}`),
        ...difference,
      };
      await queue.submit(given, [], options);
    }
    const refusing = launch(['work', '--queue', '--allow-root', at('inside'), '--lock-seconds', '1'], redis.address);
    for (const [index, [difference, reason]] of wrong.entries()) {
      const given = { ...honest, store: at('inside', `store ${String(index)}`), ...difference };
      const reasons: string[] = [];
      const seen = new AbortController();
      const watching = await openStudyQueue(redis.address);
      await watching
        .watch(
          given,
          (event) => {
            if (event.kind !== 'refused') return;
            reasons.push(event.reason);
            seen.abort();
          },
          seen.signal,
        )
        .catch(() => undefined);
      await watching.close();
      expect(reasons[0]).toMatch(reason);
      await queue.cancel(given);
    }
    await queue.close();
    refusing.kill('SIGTERM');
    expect(await refusing.ended).toBe(130);
    expect(refusing.told()).toContain('stopped with no task in hand, and other workers go on');
    const refusals = refusing.told().match(/^not worked on here: .*$/gmu) ?? [];
    expect(refusals.slice(0, 1)).toEqual([
      'not worked on here: /etc/passwd is not within the folders that this worker may use',
    ]);
    // Once for each study and reason, each with its paths once.
    expect([...new Set(refusals)]).toEqual(refusals);
    expect(refusing.told()).not.toContain('allowRoots');
    for (const index of wrong.keys()) expect(readdirSync(at('inside'))).not.toContain(`store ${String(index)}`);
  });

  it('is refused where its files differ from those that were submitted, and these are named', async () => {
    const file = study({ file: 'differing.json', models: ['a', 'b'], more });
    const submitting = submit(file, 'differing');
    await until(() => submitting.told().includes('no worker is connected'), submitting.told);
    const model = readFileSync(at('b.onnx'));
    cpSync(at('c.onnx'), at('b.onnx'));
    const refusing = worker();
    await until(() => submitting.told().includes('INPUT_DIFFERS'), submitting.told);
    expect(submitting.told()).toMatch(/INPUT_DIFFERS: [^\n]*b\.onnx \(SHA-256 [0-9a-f]{64} here, [0-9a-f]{64} where/u);
    expect(submitting.told()).not.toContain('a.onnx');
    writeFileSync(at('b.onnx'), model);
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, before.replace('"units":2', '"units":3'));
    await until(() => refusing.told().includes('this is not the study that was meant'), refusing.told);
    writeFileSync(file, before);
    const other = worker();
    expect([await submitting.ended, other.told()]).toEqual([0, expect.stringContaining(': done')]);
  });

  it('tells nobody the password of the server, and whether it was wrong', async () => {
    const secret = 'geheim-4711';
    const locked = await startRedis(at('locked'), ['--requirepass', secret, '--maxmemory-policy', 'allkeys-lru']);
    const address = `redis://:${secret}@127.0.0.1:${String(locked.port)}`;
    const file = study({ file: 'secret.json', models: ['a', 'b'], more });
    const argv = ['submit', file, '--store', at('secret'), '--engine', 'bullmq'];
    const told: string[] = [];
    const ended = async (child: ReturnType<typeof launch>) => {
      const code = await child.ended;
      told.push(child.told());
      return [code, child.told()];
    };
    const refused = [2, expect.stringMatching(/error REDIS_REFUSED: Redis at redis:\/\/127\.0\.0\.1:\d+ refuses/u)];
    expect(await ended(launch(argv, locked.address))).toEqual(refused);
    expect(await ended(launch(argv, address.replace('4711', '4712')))).toEqual(refused);
    expect(await ended(launch(['work', '--queue', '--allow-root', at()], address.replace('4711', '4713')))).toEqual(
      refused,
    );
    expect(await ended(launch([...argv, '--dry-run'], address))).toMatchObject([0, expect.any(String)]);
    const working = launch(['work', '--queue', '--allow-root', at(), '--verbose'], address);
    const [code, text] = await ended(launch([...argv, '--redis', address]));
    expect([code, text]).toEqual([0, expect.stringContaining('maxmemory-policy allkeys-lru')]);
    expect((await ended(launch(['status', file, '--store', at('secret'), '--json'], address)))[0]).toBe(0);
    await locked.kill();
    await until(() => working.told().includes('waiting for Redis at redis://127.0.0.1:'), working.told);
    working.kill('SIGTERM');
    expect((await ended(working))[0]).toBe(130);
    for (const each of told) expect(each).not.toContain('geheim');
    const files = readdirSync(at('secret'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const { parentPath, name } of files)
      expect(readFileSync(path.join(parentPath, name)).includes('geheim')).toBe(false);
    rmSync(at('secret'), { recursive: true });
  });

  it('tells of tasks of the study file as it was before, and takes them out', async () => {
    const file = study({ file: 'edited.json', models: ['a', 'b'], more });
    const few = ['--detach', '--shards-per-task', '8'];
    const first = submit(file, 'edited', ...few);
    expect([await first.ended, first.told()]).toEqual([0, expect.not.stringContaining('as it was before')]);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"units":2', '"units":3'));
    const second = submit(file, 'edited', ...few);
    expect(await second.ended).toBe(0);
    expect(second.told()).toMatch(/^note: \d+ tasks of this study file as it was before.* --cancel takes/mu);
    const cancelling = launch(['submit', file, '--store', at('edited'), '--cancel']);
    expect([await cancelling.ended, cancelling.told()]).toEqual([
      0,
      expect.stringMatching(/^\d+ tasks were taken out of the queue; what is finished is stored\.$/mu),
    ]);
    const idle = worker('--until-empty');
    expect(await idle.ended).toBe(0);
  });

  it('is an error where the server cannot be reached, which a worker waits for', async () => {
    const late = await startRedis(at('late'));
    await late.kill();
    const file = study({ file: 'late.json', models: ['a', 'b'], more });
    const working = launch(['work', '--queue', '--allow-root', at(), '--until-empty'], late.address);
    const submitting = launch(['submit', file, '--store', at('late-store'), '--engine', 'bullmq'], late.address);
    expect([await submitting.ended, submitting.told()]).toEqual([
      1,
      expect.stringMatching(/error REDIS_UNREACHABLE: Redis at \S+ cannot be reached: connect ECONNREFUSED/u),
    ]);
    await late.start();
    expect(await working.ended).toBe(0);
    const lines = working.told().trim().split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^waiting for Redis at .*ECONNREFUSED/u),
      expect.stringMatching(/is there$/u),
      '0 tasks done; 0 steps were made here',
    ]);
    await late.kill();
  });
});
