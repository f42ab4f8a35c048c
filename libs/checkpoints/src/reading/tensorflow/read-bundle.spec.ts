import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { InputError } from '@intermodel/errors';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../open-checkpoint.ts';
import { memorySource } from '../bytes/byte-source.ts';
import { readBundleEntry } from './bundle-messages.ts';
import { maskedCrc32c } from './crc32c.ts';
import { readBundle } from './read-bundle.ts';

const golden = path.resolve(import.meta.dirname, '../../../golden/containers');
const folder = mkdtempSync(path.join(tmpdir(), 'bundle-'));
const prefix = path.join(folder, 'model.ckpt-12');
const ends = ['.index', '.data-00000-of-00002', '.data-00001-of-00002'];

beforeEach(() => {
  for (const end of ends) copyFileSync(path.join(golden, `model.ckpt-12${end}`), prefix + end);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const refusal = (code: string, text: string) =>
  expect.objectContaining({ code, message: expect.stringMatching(new RegExp(text, 'su')) as string }) as Error;

/** A table of one block, with whatever entries, and its checksums as they should be. */
function tableOf(entries: readonly [string, readonly number[]][], packed = 0): Uint8Array {
  const block = (content: readonly number[]) => {
    const body = Uint8Array.from([...content, packed]);
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(maskedCrc32c(body));
    return [...body, ...sum];
  };
  const restarts = [0, 0, 0, 0, 1, 0, 0, 0];
  const content = entries.flatMap(([key, value]) => [0, key.length, value.length, ...Buffer.from(key), ...value]);
  const data = block([...content, ...restarts]);
  const meta = block(restarts);
  const handle = [0, data.length - 5];
  const index = block([0, 1, handle.length, 122, ...handle, ...restarts]);
  const handles = [data.length, meta.length - 5, data.length + meta.length, index.length - 5];
  const footer = Buffer.alloc(48);
  footer.set(handles);
  footer.writeBigUInt64LE(0xdb4775248b80fb57n, 40);
  return Uint8Array.from([...data, ...meta, ...index, ...footer]);
}

const header: [string, number[]] = ['', [8, 1]];
const read = (entries: readonly [string, readonly number[]][], packed?: number) =>
  readBundle({
    file: 'm.index',
    index: memorySource('m.index', tableOf(entries, packed)),
    prefix: 'm',
    open: (name) =>
      name === 'm.data-00000-of-00001' ? memorySource(name, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)) : undefined,
  });
/** A variable of float32 with two values, and more fields. */
const variable = (...more: number[]) => [8, 1, 18, 4, 18, 2, 8, 2, 40, 8, ...more];

describe('TensorFlow checkpoints', () => {
  it('have variables where the index tells', () => {
    const { root } = read([header, ['w', variable()]]);
    const value = root.kind === 'dictionary' ? root.entries.get('w') : undefined;
    expect(value?.kind === 'tensor' && [value.tensor.type, value.tensor.shape, ...value.tensor.read()]).toEqual([
      'float32',
      [2],
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
    ]);
  });

  it.each<[string, readonly [string, readonly number[]][], string, string]>([
    ['no head', [['w', variable()]], 'CHECKPOINT_TENSORFLOW', 'no head'],
    ['a head of no files', [['', []]], 'CHECKPOINT_TENSORFLOW', '0 files'],
    ['a file that is missing', [['', [8, 2]]], 'CHECKPOINT_SHARDS', 'm.data-00000-of-00002, m.data-00001-of-00002'],
    ['keys out of order', [header, ['b', variable()], ['a', variable()]], 'CHECKPOINT_TENSORFLOW', 'not in order'],
    ['a key twice', [header, ['b', variable()], ['b', variable()]], 'CHECKPOINT_TENSORFLOW', 'not in order'],
    ['slices', [header, ['w', variable(58, 0)]], 'CHECKPOINT_TENSOR_KIND', '"w".*slices'],
    [
      'quantised values',
      [header, ['w', [8, 11, 18, 4, 18, 2, 8, 2, 40, 2]]],
      'CHECKPOINT_TENSOR_KIND',
      '"w".*quantised',
    ],
    ['bytes beyond the file', [header, ['w', variable(32, 1)]], 'CHECKPOINT_TRUNCATED', 'variable "w"'],
    [
      'bytes before the file',
      [header, ['w', variable(32, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1)]],
      'CHECKPOINT_TRUNCATED',
      'variable "w"',
    ],
    ['another number of bytes', [header, ['w', variable(40, 4)]], 'CHECKPOINT_TENSORFLOW', '4 bytes for shape .2.'],
    ['a file of no number', [header, ['w', variable(24, 7)]], 'CHECKPOINT_TENSORFLOW', 'not there'],
    ['no message', [header, ['w', [255]]], 'CHECKPOINT_TENSORFLOW', 'says nothing of "w"'],
  ])('refuse %s', (_, entries, code, text) => {
    expect(() => read(entries)).toThrow(refusal(code, text));
  });

  it('refuse blocks that are packed', () => {
    expect(() => read([header], 1)).toThrow(refusal('CHECKPOINT_TENSORFLOW', 'packed by method 1'));
  });

  it('know a negative size for none', () => {
    expect(
      readBundleEntry(Uint8Array.of(8, 1, 18, 13, 18, 11, 8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1)),
    ).toBeUndefined();
  });

  it('refuse an index of which any byte of a block was changed', async () => {
    const bytes = readFileSync(`${prefix}.index`);
    for (let place = 0; place < bytes.length - 48; place += 3) {
      const bent = Uint8Array.from(bytes);
      bent[place] = (bent[place] as number) ^ 0x10;
      writeFileSync(`${prefix}.index`, bent);
      // The block about blocks, of 13 bytes before that of the index, is never read.
      const outcome = await openCheckpoint(prefix).then(
        () => 'read',
        (error: unknown) => (error as InputError).code,
      );
      expect(['CHECKPOINT_TENSORFLOW', ...(inMeta(bytes, place) ? ['read'] : [])]).toContain(outcome);
    }
  });

  it('name the files that are missing', async () => {
    rmSync(`${prefix}.data-00001-of-00002`);
    await expect(openCheckpoint(prefix)).rejects.toThrow(
      refusal('CHECKPOINT_SHARDS', 'model.ckpt-12.data-00001-of-00002'),
    );
    writeFileSync(`${prefix}.data-00001-of-00002`, '');
    await expect(openCheckpoint(prefix)).rejects.toThrow(refusal('CHECKPOINT_TRUNCATED', 'ends early'));
  });
});

/** Whether a byte belongs to the block that the footer names first. */
function inMeta(bytes: Uint8Array, place: number): boolean {
  const footer = bytes.subarray(bytes.length - 48);
  const start = ((footer[0] as number) & 0x7f) | ((footer[1] as number) << 7);
  return place >= start && place < start + 13;
}
