import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { fileStore, stepKey, stepStates, TaskClaims, type StoreWarning } from '@intermodel/steps';
import { describeStore } from '@intermodel/steps/store-contract';
import { startS3Server, whyNoS3Server, type S3Server } from '@intermodel/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bucketClaims, BucketConditions } from './bucket-claims.ts';
import { Bucket } from './bucket.ts';
import { objectStore, type ObjectStoreOptions } from './object-store.ts';
import { readStoreAddress } from './store-address.ts';

const why = whyNoS3Server();
if (why !== undefined) process.stderr.write(`object stores: ${why}\n`);

const folder = mkdtempSync(path.join(tmpdir(), 'objects-'));
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
  if (why === undefined) {
    client.destroy();
    await server.stop();
  }
  rmSync(folder, { recursive: true, force: true });
});

let places = 0;
/** An address that nobody used before, with a cache of its own. */
function place() {
  const prefix = `of ${String(++places)}/ü`;
  const cacheFolder = path.join(folder, String(places));
  const warnings: StoreWarning[] = [];
  const address = `s3://studies/${prefix}`;
  const open = (options: ObjectStoreOptions = {}) =>
    objectStore(address, { cacheFolder, warn: (warning) => warnings.push(warning), ...options });
  return { address, prefix, cacheFolder, warnings, open, objectOf: (key: string) => objectOf(prefix, key) };
}
const objectOf = (prefix: string, key: string) => `${prefix}/steps/${key.slice(0, 3)}/${key}.step`;
const get = async (Key: string) => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'studies', Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};
const put = (Key: string, Body: Uint8Array | string) =>
  client.send(new PutObjectCommand({ Bucket: 'studies', Key, Body }));
const objects = async (prefix: string) =>
  ((await client.send(new ListObjectsV2Command({ Bucket: 'studies', Prefix: `${prefix}/` }))).Contents ?? []).map(
    ({ Key }) => Key,
  );
const uploads = async () =>
  ((await client.send(new ListMultipartUploadsCommand({ Bucket: 'studies' }))).Uploads ?? []).map(({ Key }) => Key);
/** Parts of unfinished uploads: one without any takes no room. */
const partsUnderWay = async () => {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: 'studies' }));
  const lists = Uploads.map(({ Key, UploadId }) =>
    client.send(new ListPartsCommand({ Bucket: 'studies', Key, UploadId })).then(
      ({ Parts = [] }) => Parts.length,
      () => 0, // It has ended meanwhile.
    ),
  );
  return (await Promise.all(lists)).reduce((sum, count) => sum + count, 0);
};
const filesIn = (within: string) =>
  readdirSync(within, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(within, name))
    .filter((file) => statSync(file).isFile());

const text = (value: string) => new Uint8Array(Buffer.from(value));
const describeStep = (n: number) => ({ step: 's', codeVersion: '1', inputs: {}, options: { n } });
const keyOf = (n: number) => stepKey(describeStep(n));
/** States of steps, and what a list of the store would tell. */
async function statesOf(prefix: string, steps: readonly number[]) {
  const warnings: string[] = [];
  const cacheFolder = path.join(folder, 'states');
  const store = objectStore(`s3://studies/${prefix}`, { cacheFolder, warn: ({ code }) => warnings.push(code) });
  const look = await stepStates(store, new Set(steps.map(keyOf)));
  return { warnings, states: steps.map((n) => look(describeStep(n)).state) };
}
const large = 20 << 20;
function* largeContent(seed = 0, bytes = large): Generator<Uint8Array> {
  const chunk = Buffer.alloc(1 << 20);
  for (let done = 0; done < bytes; done += chunk.length) yield chunk.fill(seed + (done >> 20));
}
const fixture = (name: string, ...args: string[]) => [
  process.execPath,
  ...['--import', 'tsx', '--conditions=@intermodel/source'],
  ...[fileURLToPath(new URL(`fixtures/${name}`, import.meta.url)), ...args],
];

describe.skipIf(why !== undefined)('an object store', () => {
  describeStore('that is new', () => place().open());

  it('holds the bytes of a file store, under the same names', async () => {
    const { open, prefix } = place();
    const files = path.join(folder, 'files');
    for (const store of [open(), fileStore(files)])
      for (let n = 0; n < 3; n++) await store.write(describeStep(n), { a: text('abc'), b: largeContent(n, n * large) });
    const names = await objects(prefix);
    expect(names).toHaveLength(3);
    for (const name of names) {
      const file = path.join(files, 'steps', (name ?? '').slice(`${prefix}/steps/`.length));
      expect((await get(name ?? '')).equals(readFileSync(file))).toBe(true);
    }
    expect(await uploads()).toEqual([]);
  });

  it('is nothing but its objects: another cache, or none, finds and reads the same', async () => {
    const { open } = place();
    const record = await open().write(describeStep(1), { a: text('abc'), b: largeContent() });
    for (const options of [{}, { cacheFolder: path.join(folder, 'other') }, { cacheMegabytes: 0 }]) {
      const store = open(options);
      expect(await store.find(record.key)).toStrictEqual(record);
      expect(await store.read(record.key, 'a')).toStrictEqual(text('abc'));
      expect((await store.read(record.key, 'b'))?.length).toBe(large);
    }
  });

  it('lists more than the service tells at a time', async () => {
    const { open } = place();
    const store = open();
    const all = Array.from({ length: 1100 }, (_, n) => n);
    for (let from = 0; from < all.length; from += 50)
      await Promise.all(all.slice(from, from + 50).map((n) => store.write(describeStep(n), { a: text('') })));
    expect((await store.list()).map(({ key }) => key)).toEqual(all.map(keyOf).sort());
  });

  it('looks for many at once, and then anew', async () => {
    const { open } = place();
    const [one, other] = [open(), open()];
    await one.write(describeStep(1), { a: text('a') });
    await other.lookAhead?.([keyOf(1), keyOf(2)]);
    await server.halt();
    try {
      expect(await other.find(keyOf(1))).toMatchObject({ key: keyOf(1) });
      expect(await other.find(keyOf(2))).toBeUndefined();
    } finally {
      await server.resume();
    }
    await one.write(describeStep(2), { a: text('a') });
    await one.remove(keyOf(1));
    expect(await other.find(keyOf(1))).toBeUndefined();
    expect(await other.find(keyOf(2))).toMatchObject({ key: keyOf(2) });
  });

  it('tells of steps that are all there without a list of all that is there', async () => {
    const { open, prefix } = place();
    const store = open();
    for (let n = 0; n < 3; n++) await store.write(describeStep(n), { a: text('a') });
    await put(`${prefix}/steps/000/${'0'.repeat(64)}.step`, 'damaged');
    const { warnings, states } = await statesOf(prefix, [0, 1, 2]);
    expect([states, warnings]).toEqual([['done', 'done', 'done'], []]);
    const missing = await statesOf(prefix, [0, 1, 7]);
    expect(missing.states).toEqual(['done', 'done', 'stale']);
    expect(missing.warnings).toEqual(['STEP_DAMAGED']);
  });

  it('takes the same step from two at once, and leaves what is there to others where it is the same', async () => {
    const { open, objectOf } = place();
    const stores = [open(), open({ cacheFolder: path.join(folder, 'second') })];
    for (const bytes of [3, large]) {
      const records = await Promise.all(
        stores.map((store) => store.write(describeStep(bytes), { a: largeContent(0, bytes) })),
      );
      expect(records[0]).toStrictEqual(records[1]);
      for (const store of stores) expect(await store.find(keyOf(bytes))).toStrictEqual(records[0]);
    }
    const name = objectOf(keyOf(3));
    const { LastModified: first } = await client.send(new GetObjectCommand({ Bucket: 'studies', Key: name }));
    await delay(1100);
    await stores[0]?.write(describeStep(3), { a: largeContent(0, 3) });
    expect((await client.send(new GetObjectCommand({ Bucket: 'studies', Key: name }))).LastModified).toEqual(first);
    await stores[0]?.write(describeStep(3), { a: text('other') });
    expect(await stores[1]?.read(keyOf(3), 'a')).toEqual(text('other'));
    expect(await uploads()).toEqual([]);
  });
});

describe.skipIf(why !== undefined)('a damaged object', () => {
  it('counts as missing, wherever it is damaged, until it is written anew', async () => {
    const { open, objectOf, warnings, prefix } = place();
    await open().write(describeStep(1), { a: text('abcdef') });
    const name = objectOf(keyOf(1));
    const whole = await get(name);
    const bend = (at: number) => Buffer.from(whole.map((byte, index) => (index === at ? byte ^ 1 : byte)));
    const damages = [
      bend(2),
      bend(whole.length - 200),
      bend(whole.length - 2),
      whole.subarray(1),
      whole.subarray(0, 9),
    ];
    for (const bytes of [...damages, Buffer.from(''), Buffer.from('<html>')]) {
      await put(name, bytes);
      warnings.length = 0;
      const store = open({ cacheFolder: path.join(folder, `fresh-${String(Math.random())}`) });
      expect(await store.read(keyOf(1), 'a')).toBeUndefined();
      expect(await store.find(keyOf(1))).toBeUndefined();
      expect(warnings).toMatchObject([
        { code: 'STEP_DAMAGED', file: `s3://studies/${prefix}/steps/${name.slice(-73)}` },
      ]);
      expect(await store.list()).toEqual([{ key: keyOf(1), bytes: bytes.length, record: undefined }]);
      await store.write(describeStep(1), { a: text('abcdef') });
      expect(await store.read(keyOf(1), 'a')).toEqual(text('abcdef'));
      expect((await get(name)).equals(whole)).toBe(true);
    }
  });

  it('is not replaced by what lies in the cache under its key', async () => {
    const { open } = place();
    const store = open();
    await store.write(describeStep(1), { a: text('mine') });
    await open({ cacheFolder: path.join(folder, 'third') }).write(describeStep(1), { a: text('other') });
    expect(await store.read(keyOf(1), 'a')).toEqual(text('other'));
    await store.remove(keyOf(1));
    expect(await open().read(keyOf(1), 'a')).toBeUndefined();
  });
});

describe.skipIf(why !== undefined)('an upload that comes to nothing', () => {
  it('leaves nothing where its source fails, or the run is stopped', async () => {
    const { open, prefix, cacheFolder } = place();
    const store = open();
    const failing = function* () {
      yield* largeContent();
      throw new Error('out of images');
    };
    await expect(store.write(describeStep(1), { a: failing() })).rejects.toThrow('out of images');
    for (const milliseconds of [0, 20, 40, 80, 120]) {
      const stop = new AbortController();
      const writing = store.write(describeStep(1), { a: largeContent(0, 3 * large) }, stop.signal);
      setTimeout(() => {
        stop.abort(new Error('stopped'));
      }, milliseconds);
      const outcome = await writing.then(
        () => 'written',
        (error: unknown) => (error as Error).message,
      );
      if (outcome === 'written') await store.remove(keyOf(1));
      else expect(outcome).toBe('stopped');
    }
    expect(await objects(prefix)).toEqual([]);
    expect(await uploads()).toEqual([]);
    expect(filesIn(cacheFolder).filter((file) => file.includes('partial'))).toEqual([]);
  });

  it('leaves nothing after kill -9, once another process of the machine came', async () => {
    const { open, address, prefix, cacheFolder } = place();
    const written = new Set<string>();
    const moments = [50, 150, 250, 'in an upload', 'in an upload', 'in an upload'] as const;
    for (const moment of moments) {
      const [program = '', ...argv] = fixture('write-steps.mjs', address, cacheFolder, '40');
      const child = spawn(program, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
      child.stdout.on('data', (chunk: Buffer) => {
        for (const key of chunk.toString().match(/[0-9a-f]{64}/gu) ?? []) written.add(key);
      });
      await once(child.stdout, 'data');
      if (moment === 'in an upload') while ((await partsUnderWay()) === 0) await delay(1);
      else await delay(moment);
      child.kill('SIGKILL');
      await once(child, 'close');
      const store = open();
      (await store.share()).release();
      expect(await partsUnderWay()).toBe(0);
      expect(filesIn(cacheFolder).filter((file) => file.includes('partial'))).toEqual([]);
      for (const { key, record } of await store.list()) {
        expect(record?.key).toBe(key);
        expect((await open({ cacheMegabytes: 0 }).read(key, 'a'))?.length).toBe(40 << 20);
      }
      for (const key of written) expect(await store.find(key)).toBeDefined();
    }
    // Who has the store alone ends those of other machines too.
    await client.send(new CreateMultipartUploadCommand({ Bucket: 'studies', Key: objectOf(prefix, keyOf(1)) }));
    await client.send(new CreateMultipartUploadCommand({ Bucket: 'studies', Key: 'of somebody else' }));
    (await open().lock()).release();
    expect((await uploads()).length).toBeGreaterThanOrEqual(2);
    (await open().lock({ alone: true, waitMilliseconds: 10_000 })).release();
    expect(await uploads()).toEqual(['of somebody else']);
  });

  it('says so where the service is gone, leaves nothing, and goes on when it is back', async () => {
    const { open, prefix } = place();
    const store = open();
    await store.write(describeStep(1), { a: text('a') });
    const writing = store.write(describeStep(2), { a: largeContent(0, 5 * large) });
    await delay(100);
    await server.halt();
    const refused = { name: 'MachineError', code: 'STORE_UNREACHABLE' };
    await expect(writing).rejects.toMatchObject(refused);
    await expect(store.find(keyOf(1))).rejects.toMatchObject(refused);
    await server.resume();
    expect(await store.find(keyOf(2))).toBeUndefined();
    expect(await objects(prefix)).toHaveLength(1);
    await store.write(describeStep(2), { a: largeContent(0, 5 * large) });
    expect((await store.read(keyOf(2), 'a'))?.length).toBe(5 * large);
  });
});

describe.skipIf(why !== undefined)('a connection that breaks off', () => {
  /** Passes on what comes and goes, and breaks the first connections once so many bytes have come back. */
  async function breaking(times: number, bytes: number, use: (endpoint: string) => Promise<void>) {
    let left = times;
    const relay = createServer((near) => {
      const far = connect(Number(new URL(server.endpoint).port), '127.0.0.1');
      let came = 0;
      far.on('data', (chunk: Buffer) => {
        if ((came += chunk.length) < bytes || left === 0) near.write(chunk);
        else {
          left--;
          far.removeAllListeners('data').destroy();
          near.destroy();
        }
      });
      near.pipe(far);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const)
        one.on('error', () => undefined).on('close', () => other.destroy());
    });
    await once(relay.listen(0, '127.0.0.1'), 'listening');
    try {
      await use(`http://127.0.0.1:${String((relay.address() as AddressInfo).port)}`);
    } finally {
      relay.close();
    }
  }

  it('in the midst of a step is made up for once, and told of when it breaks again', async () => {
    const { open, cacheFolder } = place();
    await open({ cacheFolder: path.join(folder, 'whole') }).write(describeStep(1), { a: largeContent() });
    await breaking(1, 5 << 20, async (endpoint) => {
      expect((await open({ endpoint }).read(keyOf(1), 'a'))?.length).toBe(large);
    });
    rmSync(cacheFolder, { recursive: true });
    await breaking(2, 5 << 20, async (endpoint) => {
      const reading = open({ endpoint }).read(keyOf(1), 'a');
      await expect(reading.then((read) => read?.length)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
      expect(filesIn(cacheFolder).filter((file) => file.includes('partial'))).toEqual([]);
    });
  });
});

describe.skipIf(why !== undefined)('claims in a bucket', () => {
  const claimsOf = (address: string) => {
    const bucket = new Bucket(readStoreAddress(address));
    return bucketClaims(bucket, new BucketConditions(bucket), 'claims/');
  };

  it('are made by one of twenty at once', async () => {
    const { address, prefix } = place();
    const all = Array.from({ length: 20 }, () => claimsOf(address));
    const made = await Promise.all(all.map((claims, index) => claims.create('a.1', String(index))));
    expect(made.filter(Boolean)).toEqual([true]);
    expect(await all[0]?.read('a.1')).toBe(String(made.indexOf(true)));
    expect(await all[0]?.list()).toEqual(['a.1']);
    expect(await objects(prefix)).toEqual([`${prefix}/claims/a.1`]);
  });

  it('do not come back once they are removed', async () => {
    const { address } = place();
    const [one, other] = [claimsOf(address), claimsOf(address)];
    expect(await one.rewrite('a.1', 'x')).toBe(false);
    expect(await one.create('a.1', '1')).toBe(true);
    expect(await one.rewrite('a.1', '2')).toBe(true);
    expect(await one.rewrite('a.1', '3')).toBe(true);
    expect(await other.read('a.1')).toBe('3');
    await other.remove('a.1');
    await other.remove('a.1');
    expect(await one.rewrite('a.1', '4')).toBe(false);
    expect(await other.read('a.1')).toBeUndefined();
    expect(await one.create('a.1', '5')).toBe(true);
  });

  it('give each task to one of many stores', async () => {
    const { open } = place();
    const all = Array.from({ length: 6 }, () => new TaskClaims(open().claims ?? ''));
    const outcomes = await Promise.all(all.map((claims) => claims.claim('ab')));
    const held = outcomes.filter((outcome) => 'release' in outcome);
    expect(held).toHaveLength(1);
    await held[0]?.release();
    expect(await all[0]?.tasks()).toEqual([]);
  });
});

describe.skipIf(why !== undefined)('the cache of an object store', () => {
  const kept = (cacheFolder: string) => filesIn(cacheFolder).filter((file) => file.endsWith('.step'));
  const fileOf = (cacheFolder: string, n: number) =>
    kept(cacheFolder).find((file) => file.includes(keyOf(n))) ?? 'none';

  it('serves what was read or written, and what is damaged or removed there is fetched anew', async () => {
    const { open, cacheFolder, warnings } = place();
    await open({ cacheFolder: path.join(folder, 'elsewhere') }).write(describeStep(1), { a: text('abc') });
    const store = open();
    expect(await store.read(keyOf(1), 'a')).toEqual(text('abc'));
    const file = fileOf(cacheFolder, 1);
    const whole = readFileSync(file);
    for (const bytes of [Buffer.from(whole.map((byte, at) => (at === 1 ? byte ^ 1 : byte))), whole.subarray(3)]) {
      writeFileSync(file, bytes);
      expect(await store.read(keyOf(1), 'a')).toEqual(text('abc'));
      expect(readFileSync(file).equals(whole)).toBe(true);
    }
    rmSync(file);
    mkdirSync(file);
    expect(await store.read(keyOf(1), 'a')).toEqual(text('abc'));
    rmSync(cacheFolder, { recursive: true });
    expect(await store.read(keyOf(1), 'a')).toEqual(text('abc'));
    await store.write(describeStep(2), { a: text('abc') });
    expect(kept(cacheFolder)).toHaveLength(2);
    expect(warnings.map(({ code }) => code)).toEqual(['CACHE_NOT_WRITTEN']);
  });

  it('holds what was used last, up to its limit, whoever uses it', async () => {
    const { open, cacheFolder } = place();
    const third = 350_000;
    const [one, other] = [open({ cacheMegabytes: 1 }), open({ cacheMegabytes: 1 })];
    const content = (n: number) => new Uint8Array(third).fill(n);
    const isContent = (n: number, read: Uint8Array | undefined) => Buffer.from(content(n)).equals(read ?? text(''));
    await one.write(describeStep(1), { a: content(1) });
    await other.write(describeStep(2), { a: content(2) });
    for (const [n, ago] of [
      [1, 1000],
      [2, 900],
    ] as const)
      utimesSync(fileOf(cacheFolder, n), Date.now() / 1000 - ago, Date.now() / 1000 - ago);
    expect(isContent(1, await other.read(keyOf(1), 'a'))).toBe(true);
    await one.write(describeStep(3), { a: content(3) });
    expect(kept(cacheFolder).map((file) => path.basename(file, '.step'))).toEqual(
      expect.arrayContaining([keyOf(1), keyOf(3)]),
    );
    for (let n = 4; n < 12; n++) await (n % 2 === 0 ? one : other).write(describeStep(n), { a: content(n) });
    const bytes = kept(cacheFolder).reduce((sum, file) => sum + statSync(file).size, 0);
    expect(bytes).toBeLessThanOrEqual(2 ** 20);
    expect(bytes).toBeGreaterThan(0);
    for (let n = 1; n < 12; n++) expect(isContent(n, await one.read(keyOf(n), 'a'))).toBe(true);
    await one.write(describeStep(20), { a: new Uint8Array(2 ** 20) });
    expect(fileOf(cacheFolder, 20)).toBe('none');
    expect((await one.read(keyOf(20), 'a'))?.length).toBe(2 ** 20);
  });

  it('does not fetch a long object for the sake of a small part of it, whose bytes are verified all the same', async () => {
    const { open, cacheFolder, warnings, objectOf } = place();
    await open({ cacheFolder: path.join(folder, 'writer') }).write(describeStep(1), {
      a: largeContent(),
      b: text('b'),
    });
    const store = open();
    expect(await store.read(keyOf(1), 'b')).toEqual(text('b'));
    expect(existsSync(cacheFolder)).toBe(false);
    expect((await store.read(keyOf(1), 'a'))?.length).toBe(large);
    expect(kept(cacheFolder)).toHaveLength(1);
    const bent = await get(objectOf(keyOf(1)));
    bent[large] = 0;
    await put(objectOf(keyOf(1)), bent);
    expect(await open({ cacheFolder: path.join(folder, 'reader') }).read(keyOf(1), 'b')).toBeUndefined();
    expect(warnings.map(({ code }) => code)).toEqual(['STEP_DAMAGED']);
  });

  it('may be a place that cannot be written: steps are read without it, and none is written', async () => {
    const { open, warnings } = place();
    await open().write(describeStep(1), { a: text('abc'), b: text('') });
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    const store = open({ cacheFolder: file });
    expect(await store.read(keyOf(1), 'a')).toEqual(text('abc'));
    expect(await store.read(keyOf(1), 'b')).toEqual(text(''));
    expect(warnings.map(({ code }) => code)).toEqual(['CACHE_NOT_WRITTEN']);
    await expect(store.write(describeStep(2), { a: text('') })).rejects.toMatchObject({
      code: 'CACHE_UNUSABLE',
      message: expect.stringContaining('`cacheFolder`') as string,
    });
    expect(await store.find(keyOf(2))).toBeUndefined();
  });

  const mayMount = spawnSync('unshare', ['-Urm', 'sh', '-c', 'mount -t tmpfs -o size=1m tmpfs /mnt']).status === 0;
  it.skipIf(!mayMount)('says so where its disk is full, and goes on once there is room', async () => {
    const { address, open } = place();
    mkdirSync(path.join(folder, 'disk'));
    const script = 'mount -t tmpfs -o size=1m tmpfs "$0" && exec "$@"';
    const disk = path.join(folder, 'disk');
    const child = spawn('unshare', ['-Urm', 'sh', '-c', script, disk, ...fixture('fill-cache.mjs', address, disk)]);
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    await once(child, 'close');
    const { told } = JSON.parse(out) as { readonly told: { key?: string; code?: string; message?: string }[] };
    expect(told.map(({ key, code }) => code ?? key)).toEqual([keyOf(0), keyOf(1), 'CACHE_UNUSABLE', keyOf(3)]);
    expect(told[2]?.message).toMatch(/the local cache of the object store: the disk is full[\s\S]*`cacheFolder`/u);
    const store = open();
    expect((await store.list()).map(({ key }) => key)).toEqual([0, 1, 3].map(keyOf).sort());
  });
});

describe.skipIf(why !== undefined)('what keeps an object store from being used', () => {
  const failure = (address: string, options: ObjectStoreOptions = {}) =>
    objectStore(address, { cacheFolder: path.join(folder, 'failing'), ...options })
      .find(keyOf(1))
      .then(
        () => expect.unreachable('it was found'),
        (thrown: unknown) => {
          const error = thrown as Error & { readonly code: string };
          const told = JSON.stringify([error.message, error, error.stack, error.cause]);
          for (const { AWS_SECRET_ACCESS_KEY = '' } of [server.env, server.stranger])
            expect(told).not.toContain(AWS_SECRET_ACCESS_KEY);
          expect(told).not.toContain(server.env.AWS_ACCESS_KEY_ID);
          return [error.name, error.code, /what to do: (.*)/u.exec(error.message)?.[1]];
        },
      );

  it('is told: no bucket, no permission, wrong or no credentials, no region, no service', async () => {
    expect(await failure('s3://nobody-has-this/x')).toEqual([
      'InputError',
      'BUCKET_MISSING',
      expect.stringContaining('Create it') as string,
    ]);
    useEnvironment(server.stranger);
    expect((await failure('s3://studies/x')).slice(0, 2)).toEqual(['MachineError', 'STORE_DENIED']);
    useEnvironment({ ...server.env, AWS_SECRET_ACCESS_KEY: 'wrong' });
    expect((await failure('s3://studies/x')).slice(0, 2)).toEqual(['InputError', 'CREDENTIALS_WRONG']);
    useEnvironment({ ...server.env, AWS_ACCESS_KEY_ID: 'nobody' });
    expect((await failure('s3://studies/x')).slice(0, 2)).toEqual(['InputError', 'CREDENTIALS_WRONG']);
    useEnvironment({ ...server.env, AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' });
    expect((await failure('s3://studies/x')).slice(0, 2)).toEqual(['InputError', 'CREDENTIALS_MISSING']);
    useEnvironment({ ...server.env, AWS_ENDPOINT_URL_S3: '' });
    expect((await failure('s3://studies/x')).slice(0, 2)).toEqual(['InputError', 'REGION_MISSING']);
    for (const endpoint of ['http://127.0.0.1:9', 'http://nowhere.invalid']) {
      useEnvironment({ ...server.env, AWS_ENDPOINT_URL_S3: endpoint });
      expect((await failure('s3://studies/x')).slice(0, 2)).toEqual(['MachineError', 'STORE_UNREACHABLE']);
    }
  });

  it('may be mended by ~/.aws alone', async () => {
    const { open, address } = place();
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = server.env;
    await open().write(describeStep(1), { a: text('a') });
    const [config, credentials] = ['config', 'credentials'].map((name) => path.join(folder, name)) as [string, string];
    writeFileSync(config, `[profile lab]\nendpoint_url = ${server.endpoint}\n`);
    writeFileSync(
      credentials,
      `[lab]\naws_access_key_id = ${AWS_ACCESS_KEY_ID}\naws_secret_access_key = ${AWS_SECRET_ACCESS_KEY}\n`,
    );
    useEnvironment({ AWS_PROFILE: 'lab', AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials });
    expect(await objectStore(address).find(keyOf(1))).toMatchObject({ key: keyOf(1) });
  });

  it('loads nothing and writes nothing before it is used', () => {
    const cacheFolder = path.join(folder, 'unused');
    objectStore('s3://studies', { cacheFolder });
    expect(existsSync(cacheFolder)).toBe(false);
  });
});
