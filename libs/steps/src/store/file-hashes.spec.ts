import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdtempSync,
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
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileHashes } from './file-hashes.ts';
import { LineIndex } from './line-index.ts';
import type { StoreWarning } from './step-store.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'hashes-'));
const at = (name: string) => path.join(folder, name);
const hashOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
const settled = ['empty', 'small', 'large', 'touched', 'replaced', 'unseen', 'kept'];

// Only files that have not changed for 2 s are remembered: wait once for all tests.
beforeAll(async () => {
  for (const name of settled)
    writeFileSync(at(name), name === 'large' ? Buffer.alloc(3_000_001, 'large') : name === 'empty' ? '' : name);
  await delay(2300);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe(FileHashes, () => {
  it('hashes each file once, and remembers it for the next run', async () => {
    const indexFile = at('1.index');
    const first = new FileHashes({ indexFile });
    const files = ['empty', 'small', 'large'].map(at);
    const expected = files.map(hashOf);
    expect(await Promise.all([...files, ...files].map((file) => first.hash(file)))).toEqual([...expected, ...expected]);
    expect(first.filesRead).toBe(3);
    first.save();
    const second = new FileHashes({ indexFile });
    for (const [index, file] of files.entries()) expect(await second.hash(file)).toBe(expected[index]);
    expect(await second.hash(path.relative(process.cwd(), at('small')))).toBe(expected[1]);
    expect(second.filesRead).toBe(0);
    const verifying = new FileHashes({ indexFile, verify: true });
    for (const file of [...files, ...files]) await verifying.hash(file);
    expect(verifying.filesRead).toBe(3);
  });

  it('hashes again what has another size, time or inode, even if its time was set back', async () => {
    const hashes = new FileHashes();
    const before = [await hashes.hash(at('touched')), await hashes.hash(at('replaced'))];
    const { atime, mtime } = statSync(at('touched'));
    writeFileSync(at('touched'), 'TOUCHED');
    utimesSync(at('touched'), atime, mtime);
    writeFileSync(at('new'), 'REPLACE!');
    utimesSync(at('new'), atime, mtime);
    renameSync(at('new'), at('replaced'));
    expect(await hashes.hash(at('touched'))).toBe(hashOf(at('touched')));
    expect(await hashes.hash(at('replaced'))).toBe(hashOf(at('replaced')));
    truncateSync(at('replaced'), 3);
    const after = [await hashes.hash(at('touched')), await hashes.hash(at('replaced'))];
    expect(after).toEqual([hashOf(at('touched')), hashOf(at('replaced'))]);
    expect(after).not.toEqual(before);
    expect(hashes.filesRead).toBeGreaterThanOrEqual(5);
  });

  it('trusts no memory of a file that had just been written', async () => {
    const hashes = new FileHashes();
    for (let round = 0; round < 20; round++) {
      writeFileSync(at('fresh'), `round ${String(round % 10)}`);
      expect(await hashes.hash(at('fresh'))).toBe(hashOf(at('fresh')));
    }
    expect(hashes.filesRead).toBe(20);
  });

  it('finds and reports, when asked to verify, bytes that changed unseen', async () => {
    const indexFile = at('2.index');
    const first = new FileHashes({ indexFile });
    await first.hash(at('unseen'));
    first.save();
    const lie = '0'.repeat(64);
    const index = new LineIndex<unknown>({ file: indexFile, check: (value) => value });
    index.set(at('unseen'), { ...(index.get(at('unseen')) as object), sha256: lie });
    index.save();
    expect(await new FileHashes({ indexFile }).hash(at('unseen'))).toBe(lie);
    const warnings: StoreWarning[] = [];
    expect(
      await new FileHashes({ indexFile, verify: true, warn: (warning) => warnings.push(warning) }).hash(at('unseen')),
    ).toBe(hashOf(at('unseen')));
    expect(warnings).toEqual([
      { code: 'FILE_CHANGED_UNSEEN', message: expect.any(String) as string, file: at('unseen') },
    ]);
  });

  it('names a file that was changed or removed while it was in use, and lets one be that was only touched', async () => {
    const hashes = new FileHashes();
    writeFileSync(at('used'), 'used');
    const sha256 = await hashes.hash(at('used'));
    utimesSync(at('used'), 1, 1);
    await hashes.checkUnchanged(at('used'), sha256);
    writeFileSync(at('used'), 'gone');
    await expect(hashes.checkUnchanged(at('used'), sha256)).rejects.toMatchObject({
      code: 'FILE_CHANGED',
      message: expect.stringMatching(/used: was changed while it was being read[\s\S]*Run again/u) as string,
    });
    rmSync(at('used'));
    await expect(hashes.checkUnchanged(at('used'), sha256)).rejects.toMatchObject({
      code: 'FILE_CHANGED',
      message: expect.stringContaining('was removed') as string,
    });
  });

  it('starts anew from a broken index', async () => {
    const indexFile = at('3.index');
    writeFileSync(indexFile, Buffer.from([0, 255, 10, 123, 10]));
    const warnings: StoreWarning[] = [];
    const hashes = new FileHashes({ indexFile, warn: (warning) => warnings.push(warning) });
    expect(await hashes.hash(at('kept'))).toBe(hashOf(at('kept')));
    hashes.save();
    expect(warnings.map(({ code }) => code)).toEqual(['INDEX_DAMAGED']);
    const next = new FileHashes({ indexFile });
    expect(await next.hash(at('kept'))).toBe(hashOf(at('kept')));
    expect(next.filesRead).toBe(0);
  });

  it('names a file that is missing or none at all, and stops when told', async () => {
    const hashes = new FileHashes();
    execFileSync('mkfifo', [at('pipe')]);
    await expect(hashes.hash(at('pipe'))).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining('is a pipe') as string,
    });
    await expect(hashes.hash(at('none'))).rejects.toMatchObject({
      code: 'FILE_MISSING',
      message: expect.stringContaining('none') as string,
    });
    await expect(hashes.hash(folder)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining('is a folder') as string,
    });
    const controller = new AbortController();
    const hashing = hashes.hash(at('large'), controller.signal);
    controller.abort(new Error('stopped'));
    await expect(hashing).rejects.toThrow('stopped');
    expect(await hashes.hash(at('large'))).toBe(hashOf(at('large')));
  });

  it('hears that it is to stop between many small files', async () => {
    const hashes = new FileHashes();
    const controller = new AbortController();
    setTimeout(() => {
      controller.abort(new Error('stopped'));
    }, 1);
    const hashAll = async () => {
      for (let round = 0; round < 100_000; round++) await hashes.hash(at('small'), controller.signal);
    };
    await expect(hashAll()).rejects.toThrow('stopped');
  });
});
