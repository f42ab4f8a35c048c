import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStore } from './file-store.ts';
import { thisMachine } from './process-identity.ts';
import type { StoreWarning } from './step-store.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'store-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const command = (script: string, ...args: string[]) => [
  process.execPath,
  '--import',
  'tsx',
  '--conditions=@intermodel/source',
  fileURLToPath(new URL(`fixtures/${script}`, import.meta.url)),
  ...args,
];
const start = (script: string, ...args: string[]) => {
  const [program = '', ...rest] = command(script, ...args);
  return spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
};

/** Name and hash of every file of a store's steps. */
function stepFiles(store: string): Record<string, string> {
  return Object.fromEntries(
    filesOf(store, 'steps').map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(path.join(store, 'steps', name)))
        .digest('hex'),
    ]),
  );
}

/** Files in and below a folder of a store; none where it was not made. */
function filesOf(store: string, folder: string): string[] {
  const within = path.join(store, folder);
  if (!existsSync(within)) return [];
  return readdirSync(within, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(path.join(within, name)).isFile(),
  );
}

const stepFile = (store: string, key: string) => path.join(store, 'steps', key.slice(0, 3), `${key}.step`);

async function expectWhole(store: string): Promise<number> {
  const warnings: StoreWarning[] = [];
  const reopened = fileStore(store, { warn: (warning) => warnings.push(warning) });
  (await reopened.lock()).release();
  const entries = await reopened.list();
  for (const { key, record } of entries)
    for (const { name } of record?.parts ?? []) expect(await reopened.read(key, name)).toBeDefined();
  expect(warnings.filter(({ code }) => code === 'STEP_DAMAGED')).toEqual([]);
  expect(filesOf(store, 'steps').filter((name) => !name.endsWith('.step'))).toEqual([]);
  expect(filesOf(store, 'partial')).toEqual([]);
  return entries.length;
}

describe('a file store whose writer is killed', () => {
  it('holds whole steps only after kill -9 at 30 random moments, goes on from there, and ends with the bytes of an undisturbed run', async () => {
    const disturbed = path.join(folder, 'disturbed');
    const undisturbed = path.join(folder, 'undisturbed');
    const count = '500';
    const [moments] = fc.sample(fc.array(fc.nat(40), { minLength: 30, maxLength: 30 }), { seed: 6, numRuns: 1 });
    let kept = 0;
    for (const moment of moments ?? []) {
      const child = start('write-steps.mjs', disturbed, count);
      await once(child.stdout, 'data');
      await delay(moment);
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      const whole = await expectWhole(disturbed);
      expect(whole).toBeGreaterThanOrEqual(kept);
      kept = whole;
    }
    for (const store of [disturbed, undisturbed])
      expect(await once(start('write-steps.mjs', store, count), 'exit')).toEqual([0, null]);
    expect(Object.keys(stepFiles(undisturbed)).length).toBe(Number(count));
    expect(stepFiles(disturbed)).toEqual(stepFiles(undisturbed));
  });

  it.each([0, 1, 4])('removes the half-written file of a writer that died before chunk %i', async (chunk) => {
    const child = start('write-steps.mjs', folder, '10', '7', String(chunk));
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    expect(filesOf(folder, 'partial').length).toBe(1);
    const warnings: StoreWarning[] = [];
    (await fileStore(folder, { warn: (warning) => warnings.push(warning) }).lock()).release();
    expect(warnings).toEqual([
      {
        code: 'LEFTOVERS_REMOVED',
        message: 'removed 1 part-written file of runs that were stopped',
        file: path.join(folder, 'partial'),
      },
    ]);
    expect(await expectWhole(folder)).toBe(7);
  });

  // Part-written files of earlier versions lie among the steps.
  it.each(['partial', 'steps'])(
    'leaves alone in %s what a living process, or a fresh one of another machine, is writing',
    async (place) => {
      const key = 'a'.repeat(64);
      const own = `${key}.${thisMachine}-${String(process.pid)}--00.partial`;
      const dead = `${key}.${thisMachine}-${String(process.pid)}-1-00.partial`;
      const foreign = `${key}.00000000-1-1-00.partial`;
      const old = `${key}.00000000-1-1-01.partial`;
      for (const enter of ['lock', 'share'] as const) {
        mkdirSync(path.join(folder, enter, place), { recursive: true });
        for (const name of [own, dead, foreign, old]) writeFileSync(path.join(folder, enter, place, name), '');
        utimesSync(path.join(folder, enter, place, old), 0, 0);
        (await fileStore(path.join(folder, enter))[enter]()).release();
        expect(filesOf(path.join(folder, enter), place).sort()).toEqual([own, foreign].sort());
      }
    },
  );
});

describe('the folders of a file store', () => {
  const describeStep = (n: number) => ({ step: 's', codeVersion: '1', inputs: {}, options: { n } });

  it('are named by the first three digits of the keys, and each step lies in its own', async () => {
    const store = fileStore(folder);
    const keys: string[] = [];
    for (let n = 0; n < 20; n++) keys.push((await store.write(describeStep(n), { a: Uint8Array.of(n) })).key);
    expect(filesOf(folder, 'steps').sort()).toEqual(
      keys.map((key) => path.join(key.slice(0, 3), `${key}.step`)).sort(),
    );
    expect((await store.list()).map(({ key }) => key)).toEqual(keys.sort());
  });

  it('may hold steps of the former layout, in no folder of their own: found, read, listed once, replaced and removed', async () => {
    const warnings: StoreWarning[] = [];
    const store = fileStore(folder, { warn: (warning) => warnings.push(warning) });
    const former = (key: string) => path.join(folder, 'steps', `${key}.step`);
    const record = await store.write(describeStep(1), { a: Uint8Array.of(1) });
    const other = await store.write(describeStep(2), { a: Uint8Array.of(2) });
    renameSync(stepFile(folder, record.key), former(record.key));
    expect(await store.find(record.key)).toStrictEqual(record);
    expect(await store.read(record.key, 'a')).toEqual(Uint8Array.of(1));
    const both = [record, other].sort((one, two) => (one.key < two.key ? -1 : 1));
    const entries = both.map((each) => ({ key: each.key, bytes: each.bytes, record: each }));
    expect(await store.list()).toStrictEqual(entries);
    await store.write(describeStep(1), { a: Uint8Array.of(1) });
    expect(await store.list()).toStrictEqual(entries);
    await store.remove(record.key);
    expect(await store.find(record.key)).toBeUndefined();
    expect(filesOf(folder, 'steps')).toEqual([path.relative(path.join(folder, 'steps'), stepFile(folder, other.key))]);

    renameSync(stepFile(folder, other.key), former(other.key));
    truncateSync(former(other.key), 5);
    expect(await store.find(other.key)).toBeUndefined();
    expect(warnings).toMatchObject([{ code: 'STEP_DAMAGED', file: former(other.key) }]);
    expect(await store.list()).toEqual([{ key: other.key, bytes: 5, record: undefined }]);
    await store.write(describeStep(2), { a: Uint8Array.of(2) });
    expect(await store.read(other.key, 'a')).toEqual(Uint8Array.of(2));
  });
});

interface Filled {
  readonly failure: { readonly type: string; readonly code: string; readonly system: string; readonly message: string };
  readonly kept: number;
  readonly whole: readonly boolean[];
  readonly left: readonly string[];
  readonly again: number;
}

function expectRecovery(output: string, system: string, reason: RegExp): void {
  const { failure, kept, whole, left, again } = JSON.parse(output) as Filled;
  expect(failure).toMatchObject({ type: 'MachineError', code: 'WRITE_FAILED', system });
  expect(failure.message).toMatch(reason);
  expect(failure.message).toMatch(/[0-9a-f]{64}\.step: /u);
  expect(kept).toBeGreaterThan(0);
  expect(whole).toEqual(Array.from({ length: kept }, () => true));
  expect(left).toEqual(Array.from({ length: kept }, () => '.step'));
  expect(again).toBe(100_000);
}

// A namespace of its own lets the child mount a small disk that vanishes with it.
const mayMount = spawnSync('unshare', ['-Urm', 'sh', '-c', 'mount -t tmpfs -o size=1m tmpfs /mnt']).status === 0;

describe('a file store on a full disk', () => {
  it.skipIf(!mayMount)('names the file, keeps what is finished, and goes on after space is made', () => {
    const { stdout } = spawnSync(
      'unshare',
      [
        '-Urm',
        'sh',
        '-c',
        'mount -t tmpfs -o size=2m tmpfs "$0" && exec "$@"',
        folder,
        ...command('fill-disk.mjs', folder),
      ],
      { encoding: 'utf8' },
    );
    expectRecovery(stdout, 'ENOSPC', /the disk is full[\s\S]*Free some space and run again/u);
  });

  it.skipIf(process.platform === 'win32')('does the same where a file may not grow', () => {
    const { stdout } = spawnSync('sh', ['-c', 'ulimit -f 1000; exec "$@"', 'sh', ...command('fill-disk.mjs', folder)], {
      encoding: 'utf8',
    });
    expectRecovery(stdout, 'EFBIG', /cannot be written \(EFBIG\)/u);
    expect(existsSync(path.join(folder, 'steps'))).toBe(true);
  });

  it('takes a pipe in the place of a step for damage, and puts the step there', async () => {
    const warnings: StoreWarning[] = [];
    const store = fileStore(folder, { warn: (warning) => warnings.push(warning) });
    const step = { step: 's', codeVersion: '1', inputs: {}, options: {} };
    const { key } = await store.write(step, { a: Uint8Array.of(1) });
    rmSync(stepFile(folder, key));
    execFileSync('mkfifo', [stepFile(folder, key)]);
    expect(await store.read(key, 'a')).toBeUndefined();
    expect(warnings.map(({ code }) => code)).toEqual(['STEP_DAMAGED']);
    await store.write(step, { a: Uint8Array.of(2) });
    expect(await store.read(key, 'a')).toEqual(Uint8Array.of(2));
  });

  it('says so where the folder cannot be made', async () => {
    writeFileSync(path.join(folder, 'file'), '');
    const store = fileStore(path.join(folder, 'file', 'store'));
    await expect(
      store.write({ step: 's', codeVersion: '1', inputs: {}, options: {} }, { a: new Uint8Array(1) }),
    ).rejects.toMatchObject({
      code: 'WRITE_FAILED',
      message: expect.stringContaining('a part of the path is a file') as string,
    });
    await expect(store.lock()).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(await store.list()).toEqual([]);
  });
});

describe('a file store that reads a part again and again', () => {
  it('finds damage that came after the first reading', async () => {
    const warnings: StoreWarning[] = [];
    const store = fileStore(folder, { warn: (warning) => warnings.push(warning) });
    const content = Buffer.alloc(100_000, 'content');
    const { key } = await store.write({ step: 'maps', codeVersion: '1', inputs: {}, options: {} }, { maps: content });
    const file = stepFile(folder, key);
    const { atime, mtime } = statSync(file);
    await delay(2100); // Times of files may be 2 s coarse; a younger one is verified each time.
    for (let reading = 0; reading < 3; reading++)
      expect(Buffer.from((await store.read(key, 'maps')) ?? [])).toEqual(content);
    const bytes = readFileSync(file);
    bytes[5000] = (bytes[5000] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    utimesSync(file, atime, mtime);
    expect(await store.read(key, 'maps')).toBeUndefined();
    expect(warnings.map(({ code }) => code)).toEqual(['STEP_DAMAGED']);
  });
});
