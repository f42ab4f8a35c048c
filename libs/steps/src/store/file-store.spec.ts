import { execFileSync, spawn, spawnSync } from 'node:child_process';
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
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStore } from './file-store.ts';
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
  const steps = path.join(store, 'steps');
  return Object.fromEntries(
    readdirSync(steps).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(path.join(steps, name)))
        .digest('hex'),
    ]),
  );
}

async function expectWhole(store: string): Promise<number> {
  const warnings: StoreWarning[] = [];
  const reopened = fileStore(store, { warn: (warning) => warnings.push(warning) });
  (await reopened.lock()).release();
  const entries = await reopened.list();
  for (const { key, record } of entries)
    for (const { name } of record?.parts ?? []) expect(await reopened.read(key, name)).toBeDefined();
  expect(warnings.filter(({ code }) => code === 'STEP_DAMAGED')).toEqual([]);
  const names = existsSync(path.join(store, 'steps')) ? readdirSync(path.join(store, 'steps')) : []; // A kill may come before the first step.
  expect(names.filter((name) => !name.endsWith('.step'))).toEqual([]);
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
    expect(readdirSync(path.join(folder, 'steps')).filter((name) => name.endsWith('.partial')).length).toBe(1);
    const warnings: StoreWarning[] = [];
    (await fileStore(folder, { warn: (warning) => warnings.push(warning) }).lock()).release();
    expect(warnings).toEqual([
      {
        code: 'LEFTOVERS_REMOVED',
        message: 'removed 1 part-written file of runs that were stopped',
        file: path.join(folder, 'steps'),
      },
    ]);
    expect(await expectWhole(folder)).toBe(7);
  });

  it('leaves alone what a living process, or a fresh one of another machine, is writing', async () => {
    const steps = path.join(folder, 'steps');
    mkdirSync(steps);
    const here = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
    const key = 'a'.repeat(64);
    const own = `${key}.${here}-${String(process.pid)}--00.partial`;
    const foreign = `${key}.00000000-1-1-00.partial`;
    const old = `${key}.00000000-1-1-01.partial`;
    for (const name of [own, foreign, old]) writeFileSync(path.join(steps, name), '');
    utimesSync(path.join(steps, old), 0, 0);
    (await fileStore(folder).lock()).release();
    expect(readdirSync(steps).sort()).toEqual([own, foreign].sort());
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
    rmSync(path.join(folder, 'steps', `${key}.step`));
    execFileSync('mkfifo', [path.join(folder, 'steps', `${key}.step`)]);
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
    const file = path.join(folder, 'steps', `${key}.step`);
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
