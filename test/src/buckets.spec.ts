import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { startS3Server, whyNoS3Server, type S3Server } from '@intermodel/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { folderBytes, intermodel, type Run } from './command-line.ts';
import { exit, smallStudies, start } from './small-studies.ts';

const why = whyNoS3Server();
if (why !== undefined) process.stderr.write(`studies over buckets: ${why}\n`);

const { at, study } = smallStudies();
const more = { diffPreset: 'gandissect', runtime: { imagesPerShard: 4 } };
const ofStudy = (file: string) => study({ file, more });

let server: S3Server;
let client: S3Client;
const before = { ...process.env };
const useEnvironment = (env: Readonly<Record<string, string>>) => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, env);
};
beforeAll(async () => {
  if (why !== undefined) return;
  server = await startS3Server();
  useEnvironment(server.env);
  client = new S3Client({ endpoint: server.endpoint, region: 'us-east-1', forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: 'studies' }));
});
afterEach(() => {
  if (why === undefined) useEnvironment(server.env);
});
afterAll(async () => {
  useEnvironment({});
  Object.assign(process.env, before);
  if (why !== undefined) return;
  client.destroy();
  await server.stop();
});

/** Checks that no credentials stand in what was said, and gives it back. */
function unspoken<T>(said: T): T {
  const text = JSON.stringify(said);
  for (const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } of [server.env, server.stranger])
    for (const secret of [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY]) expect(text).not.toContain(secret);
  return said;
}
const inBucket = (prefix: string, cache = prefix) => [
  '--store',
  `s3://studies/${prefix}`,
  '--cache',
  at('caches', cache),
];
const said = (...argv: string[]): Run => unspoken(intermodel(argv));
const worker = (file: string, prefix: string, cache: string) =>
  start(['work', file, ...inBucket(prefix, cache), '--shards-per-task', '2', '--concurrency', '1', '--json']);
const objects = async (prefix: string) =>
  (await client.send(new ListObjectsV2Command({ Bucket: 'studies', Prefix: `${prefix}/` }))).KeyCount ?? 0;

function alone(file: string): Record<string, string> {
  rmSync(at('alone'), { recursive: true, force: true });
  expect(intermodel(['run', file, '--out', at('alone'), '--quiet'])).toMatchObject({ code: 0 });
  return folderBytes(at('alone'));
}

describe.skipIf(why !== undefined)('a study over a bucket', () => {
  it('is shared out by workers without a common folder, and a run ends with the bytes of one over a folder', async () => {
    const file = ofStudy('shared.json');
    const workers = ['1', '2', '3'].map((cache) => worker(file, 'shared', cache));
    expect(await Promise.all(workers.map(exit))).toEqual([0, 0, 0]);
    workers.forEach((each) => unspoken(each.told()));
    const place = inBucket('shared', '4');
    const plan = said('plan', file, ...place, '--shards-per-task', '2');
    expect([plan.code, plan.stdout]).toEqual([0, expect.stringContaining('All tasks are done')]);
    const run = said('run', file, '--out', at('shared'), ...place, '--verbose');
    expect(run.code).toBe(0);
    expect([...new Set(Array.from(run.stderr.matchAll(/^(\S+).*: done/gmu), ([, step]) => step))].toSorted()).toEqual([
      ...['bootstrap', 'description', 'embedding', 'gallery', 'images', 'profiles', 'report', 'tables', 'tested'],
    ]);
    expect(folderBytes(at('shared'))).toEqual(alone(file));
    const status = said('status', file, '--out', at('shared'), ...inBucket('shared', '5'));
    expect([status.code, status.stdout]).toEqual([0, expect.stringContaining('Complete: a run computes nothing.')]);
    const again = said('run', file, '--out', at('shared'), ...place, '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ steps: { run: 0 } });
    // Nothing of the credentials is in what was written.
    const written = ['shared', 'caches'].flatMap((name) =>
      readdirSync(at(name), { recursive: true, encoding: 'utf8' }).map((each) => path.join(at(name), each)),
    );
    for (const each of written.filter((name) => statSync(name).isFile())) unspoken(readFileSync(each, 'latin1'));
    // What no study needs goes, and nothing else; a worker keeps it waiting.
    const held = await objects('shared/steps');
    const smaller = study({ file: 'shared.json', models: ['a', 'b'], more });
    const cleaned = said('clean', smaller, '--out', at('shared'), ...place, '--remove', '--json');
    expect(JSON.parse(cleaned.stdout)).toMatchObject({ removed: true });
    expect(await objects('shared/steps')).toBeLessThan(held);
    expect(said('clean', smaller, '--out', at('shared'), ...place).stdout).toMatch(/^Nothing to remove/u);
    expect(await objects('shared/claims')).toBe(0);
    expect(await objects('shared/writers')).toBe(0);
    expect(await objects('shared/probe')).toBe(0);
  });

  it('says so where the service goes away, and goes on when it is back, to the same bytes', async () => {
    const file = ofStudy('gone.json');
    const run = start(['run', file, '--out', at('gone'), ...inBucket('gone'), '--verbose']);
    let halted: Promise<void> | undefined;
    run.stderr?.on('data', () => {
      if (/^maps .*: done/mu.test(run.told())) halted ??= server.halt();
    });
    expect(await exit(run)).toBe(1);
    await halted;
    expect(unspoken(run.told())).toMatch(
      /^error STORE_UNREACHABLE: s3:\/\/studies\/gone\S*: the object store cannot be reached \(ECONNREFUSED\)\n {2}what to do: .*\n$/mu,
    );
    expect(run.told()).not.toMatch(/^ +at /mu);
    await server.resume();
    expect(said('run', file, '--out', at('gone'), ...inBucket('gone'))).toMatchObject({ code: 0 });
    expect(folderBytes(at('gone'))).toEqual(alone(file));
  });

  it('goes on where a worker was killed', async () => {
    const file = ofStudy('killed.json');
    const first = start(['work', file, ...inBucket('killed', 'k1'), '--shards-per-task', '2', '--verbose']);
    first.stderr?.on('data', () => {
      if (/^maps .*: done/mu.test(first.told())) first.kill('SIGKILL');
    });
    const second = worker(file, 'killed', 'k2');
    await exit(first);
    expect(await exit(second)).toBe(0);
    expect(said('run', file, '--out', at('killed'), ...inBucket('killed', 'k3'))).toMatchObject({ code: 0 });
    expect(folderBytes(at('killed'))).toEqual(alone(file));
  });

  it('waits for nobody, and says who holds the store', async () => {
    const file = ofStudy('held.json');
    const run = start(['run', file, '--out', at('held'), ...inBucket('held'), '--verbose']);
    let refused: Run | undefined;
    run.stderr?.on('data', () => {
      refused ??= /: started|: done/u.test(run.told())
        ? said('run', file, '--out', at('other'), ...inBucket('held'))
        : undefined;
    });
    expect(await exit(run)).toBe(0);
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        new RegExp(`^error STORE_LOCKED: s3://studies/held: is in use by process ${String(run.pid)}\n`, 'u'),
      ) as string,
    });
  });

  it('hands its address on to those who are to make its tasks', () => {
    const file = ofStudy('submitted.json');
    const argv = ['submit', file, ...inBucket('submitted'), '--engine', 'files', '--jobs', at('jobs'), '--dry-run'];
    const { code, stdout } = said(...argv);
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining(`--store s3://studies/submitted --cache ${at('caches')}`),
    ]);
  });
});

describe.skipIf(why !== undefined)('the command, where a bucket cannot be used,', () => {
  const refusal = (argv: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    useEnvironment({ ...server.env, ...env });
    const file = ofStudy('refused.json');
    const run = said('run', file, '--out', at('refused'), ...argv);
    expect(run.stderr).not.toMatch(/^ +at /mu);
    expect(run.stderr.split('\n').length).toBeLessThanOrEqual(4);
    expect(readdirSync(at()).includes('refused')).toBe(false);
    return [run.code, /^error (\w+): /u.exec(run.stderr)?.[1], run.stderr] as const;
  };

  it('says why in three lines at most, and leaves nothing', () => {
    const bucket = ['--store', 's3://studies/x'];
    expect(refusal(['--store', 's3://nobody-has-this']).slice(0, 2)).toEqual([2, 'BUCKET_MISSING']);
    expect(refusal(bucket, { AWS_SECRET_ACCESS_KEY: 'wrong' }).slice(0, 2)).toEqual([2, 'CREDENTIALS_WRONG']);
    expect(refusal(bucket, { AWS_ACCESS_KEY_ID: '' }).slice(0, 2)).toEqual([2, 'CREDENTIALS_MISSING']);
    expect(refusal(bucket, server.stranger).slice(0, 2)).toEqual([1, 'STORE_DENIED']);
    expect(refusal(bucket, { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' }).slice(0, 2)).toEqual([
      1,
      'STORE_UNREACHABLE',
    ]);
    const [code, kind, text] = refusal(['--store', 's3://user:sesame@studies/x']);
    expect([code, kind]).toEqual([2, 'ADDRESS_INVALID']);
    expect(text).not.toMatch(/sesame|user/u);
    expect(refusal(['--store', 's3://']).slice(0, 2)).toEqual([2, 'ADDRESS_INVALID']);
    const [, unused, told] = refusal(['--store', at('steps'), '--cache', at('cache')]);
    expect([unused, told]).toEqual(['CACHE_NOT_USED', expect.stringContaining('--cache')]);
    const full = refusal([...bucket, '--cache', '/dev/null/cache']);
    expect(full).toEqual([1, 'CACHE_UNUSABLE', expect.stringContaining('--cache')]);
  });
});

describe('plan, where a bucket cannot be reached,', () => {
  it.each<[Record<string, string>, RegExp]>([
    [
      { AWS_ENDPOINT_URL_S3: '127.0.0.1:9' },
      /^error ENDPOINT_INVALID: s3:\/\/studies\/x: .*"127\.0\.0\.1:9".*https:\/\//su,
    ],
    [{ AWS_ENDPOINT_URL_S3: 'ftp://key:sesame@nas' }, /^error ENDPOINT_INVALID: (?!.*sesame)/su],
    [{ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' }, /^error STORE_UNREACHABLE: s3:\/\/studies\/x: /u],
    [{}, /^error REGION_MISSING: s3:\/\/studies\/x: /u],
  ])('speaks of the store and of no model: %j', (env, message) => {
    const none = { AWS_CONFIG_FILE: at('none'), AWS_SHARED_CREDENTIALS_FILE: at('none') };
    useEnvironment({
      ...none,
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_MAX_ATTEMPTS: '1',
      ...env,
    });
    const run = intermodel([
      'plan',
      ofStudy('unreached.json'),
      '--store',
      's3://studies/x',
      '--cache',
      at('unreached'),
    ]);
    expect(run.stderr).toMatch(message);
  });
});
