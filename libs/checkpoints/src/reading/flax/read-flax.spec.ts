import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../open-checkpoint.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'flax-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const latin = (text: string) => Buffer.from(text, 'latin1');
const open = (bytes: Uint8Array) => {
  const file = path.join(folder, 'model.msgpack');
  writeFileSync(file, bytes);
  return openCheckpoint(file);
};
const extension = (type: number, payload: Buffer) => Buffer.concat([Buffer.of(0xc7, payload.length, type), payload]);
const array = (shape: number[], type: string, bytes: number[]) =>
  extension(
    1,
    Buffer.concat([
      Buffer.of(0x93, 0x90 + shape.length, ...shape, 0xa0 + type.length),
      latin(type),
      Buffer.of(0xc4, bytes.length, ...bytes),
    ]),
  );
const map = (...pairs: [string, Buffer][]) =>
  Buffer.concat([
    Buffer.of(0x80 + pairs.length),
    ...pairs.flatMap(([key, value]) => [Buffer.of(0xa0 + key.length), latin(key), value]),
  ]);
const chunked = (shape: [string, Buffer][], chunks: [string, Buffer][]) =>
  map([
    'w',
    Buffer.concat([
      Buffer.of(0x83, 0xd9, 25),
      latin('__msgpack_chunked_array__'),
      Buffer.of(0xc3, 0xa5),
      latin('shape'),
      map(...shape),
      Buffer.of(0xa6),
      latin('chunks'),
      map(...chunks),
    ]),
  ]);

describe('flax msgpack', () => {
  it.each<[string, Buffer, string, string]>([
    ['a key twice', map(['w', Buffer.of(1)], ['w', Buffer.of(2)]), 'CHECKPOINT_DUPLICATE_KEY', '"w" twice'],
    [
      'bytes that follow',
      Buffer.concat([map(['w', Buffer.of(1)]), Buffer.of(0)]),
      'CHECKPOINT_MSGPACK',
      'followed by 1 bytes',
    ],
    ['a byte without a meaning', map(['w', Buffer.of(0xc1)]), 'CHECKPOINT_MSGPACK', '0xc1'],
    ['an extension of others', map(['w', extension(5, latin('abc'))]), 'CHECKPOINT_MSGPACK', 'type 5'],
    ['an array of nothing', map(['w', extension(1, latin('abc'))]), 'CHECKPOINT_MSGPACK', 'not made of'],
    [
      'an array of other bytes',
      map(['w', array([2], 'float32', [1, 2, 3, 4])]),
      'CHECKPOINT_TENSOR',
      'tensor "w".*4 bytes.*expected: 8 bytes',
    ],
    ['an array of texts', map(['w', array([1], 'object', [1])]), 'CHECKPOINT_TENSOR_KIND', 'type object'],
    [
      'a list longer than the file',
      map(['w', Buffer.of(0xdd, 255, 255, 255, 255)]),
      'CHECKPOINT_TRUNCATED',
      'ends early',
    ],
    [
      'chunks that are missing',
      chunked([['0', Buffer.of(3)]], [['0', array([2], 'uint8', [1, 2])]]),
      'CHECKPOINT_TENSOR',
      'chunks',
    ],
    [
      'chunks of two types',
      chunked(
        [['0', Buffer.of(2)]],
        [
          ['0', array([1], 'uint8', [1])],
          ['1', array([1], 'int8', [1])],
        ],
      ),
      'CHECKPOINT_TENSOR',
      'chunks',
    ],
    ['no chunks', chunked([['0', Buffer.of(0)]], []), 'CHECKPOINT_TENSOR', 'chunks'],
  ])('%s', async (_, bytes, code, text) => {
    await expect(open(bytes)).rejects.toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(new RegExp(text, 'su')) as string }),
    );
  });

  it('nests 200,000 lists', async () => {
    const deep = Buffer.concat([latin('\x81\xa1w'), Buffer.alloc(200_000, 0x91), Buffer.of(1)]);
    expect((await open(deep)).container).toBe('flax-msgpack');
  });

  it('reads an array where it lies', async () => {
    const { root } = await open(map(['w', array([2], 'uint8', [5, 6])]));
    const value = root.kind === 'dictionary' ? root.entries.get('w') : undefined;
    expect(value?.kind === 'tensor' && [...value.tensor.read()]).toEqual([5, 6]);
    expect(value?.kind === 'tensor' && value.tensor.span?.offset).toBe(17);
  });
});
