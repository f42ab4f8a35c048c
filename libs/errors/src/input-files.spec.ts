import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, readSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openInputFile, readInputFile } from './input-files.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'intermodel-input-'));
const at = (name: string) => path.join(folder, name);
const socket = createServer();

beforeAll(async () => {
  writeFileSync(at('file'), 'three');
  symlinkSync(at('file'), at('link'));
  symlinkSync(at('nowhere'), at('dangling'));
  symlinkSync(at('circle'), at('circle'));
  execFileSync('mkfifo', [at('pipe')]);
  await new Promise<void>((resolve) => socket.listen(at('socket'), resolve));
});
afterAll(() => {
  socket.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('files that the user named', () => {
  it('are opened and read, by links too', () => {
    for (const name of ['file', 'link']) {
      expect(readInputFile(at(name)).toString()).toBe('three');
      const { handle, bytes } = openInputFile(at(name));
      expect([bytes, readSync(handle, Buffer.alloc(9))]).toEqual([5, 5]);
      closeSync(handle);
    }
  });

  it.each([
    ['nowhere', 'FILE_MISSING', 'there is no such file'],
    ['dangling', 'FILE_MISSING', 'there is no such file'],
    ['circle', 'FILE_UNREADABLE', 'link that leads back to itself'],
    ['', 'FILE_UNREADABLE', 'is a folder'],
    ['pipe', 'FILE_UNREADABLE', 'is a pipe, device or socket'],
    ['socket', 'FILE_UNREADABLE', 'is a pipe, device or socket'],
  ])('are refused at once where "%s" is no file that can be read', (name, code, problem) => {
    for (const use of [openInputFile, readInputFile])
      expect(() => use(at(name)), use.name).toThrow(
        expect.objectContaining({ code, message: expect.stringContaining(problem) as string }),
      );
  });

  it.skipIf(!existsSync('/dev/zero'))('are no devices, which may never end', () => {
    expect(() => readInputFile('/dev/zero')).toThrow(/device or socket[\s\S]*into a file first/u);
  });
});
