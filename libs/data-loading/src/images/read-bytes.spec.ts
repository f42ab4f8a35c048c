import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FileReader } from './read-bytes.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'intermodel-read-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
const file = path.join(folder, 'bytes');
writeFileSync(file, Uint8Array.of(1, 2, 3));
const empty = path.join(folder, 'empty');
writeFileSync(empty, '');

/** A reader for which each look at the clock finds that so much time has gone by. */
function readerOf(milliseconds: number): FileReader {
  let now = 0;
  return new FileReader(() => (now += milliseconds));
}

describe('FileReader', () => {
  it.each([
    ['a disk that answers at once', 0],
    ['a slow disk', 50],
  ])('gives the same bytes from %s', async (_, milliseconds) => {
    const reader = readerOf(milliseconds);
    for (let time = 0; time < 3; time++)
      expect([[...(await reader.read(file))], (await reader.read(empty)).length]).toEqual([[1, 2, 3], 0]);
  });

  it('reads by the thread pool for a while after a file that took long', async () => {
    const reader = readerOf(50);
    expect(reader.readsBeside).toBe(false);
    await reader.read(file);
    let files = 0;
    for (; reader.readsBeside; files++) await reader.read(file);
    expect(files).toBe(64);
    const prompt = readerOf(0.5);
    await prompt.read(file);
    expect(prompt.readsBeside).toBe(false);
  });

  it.each([0, 50])('names a file that cannot be read, at %d ms a file', async (milliseconds) => {
    const reader = readerOf(milliseconds);
    await reader.read(file);
    await expect(reader.read(path.join(folder, 'none'))).rejects.toMatchObject({
      code: 'FILE_MISSING',
      details: { file: path.join(folder, 'none') },
    });
    await expect(reader.read(folder)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  it('does not wait for the writer of a pipe', async () => {
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(readerOf(0).read(pipe)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining('is a pipe') as string,
    });
  });
});
