import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { InputError } from '@intermodel/errors';
import { pickle, pickledTensor, torchLegacyOf, torchZipOf } from '@intermodel/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../open-checkpoint.ts';
import { walkTensors } from '../walk-tensors.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'torch-views-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const six = floats(10, 11, 12, 13, 14, 15);
const open = (bytes: Uint8Array) => {
  writeFileSync(path.join(folder, 'm.pth'), bytes);
  return openCheckpoint(path.join(folder, 'm.pth'));
};
const valuesOf = async (bytes: Uint8Array) =>
  Object.fromEntries(
    [...walkTensors((await open(bytes)).root)].map(([names, tensor]) => {
      const read = tensor.read();
      return [names.join('/'), [...new Float32Array(read.buffer, read.byteOffset, read.length / 4)]];
    }),
  );
const refusal = (code: string, text: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(text) as string }) as InputError;

describe("views of storages in torch's older form", () => {
  it('begin where they are said to', async () => {
    const value = pickle.dictionary([
      ['whole', pickledTensor('k', [6])],
      ['view', pickledTensor('k', [3], { values: 6, view: [2, 3] })],
      ['inner', pickledTensor('k', [2], { values: 6, view: [2, 3], offset: 1 })],
    ]);
    expect(await valuesOf(torchLegacyOf(value, [['k', six]]))).toEqual({
      whole: [10, 11, 12, 13, 14, 15],
      view: [12, 13, 14],
      inner: [13, 14],
    });
  });

  it.each([
    ['a view beyond its storage', { values: 6, view: [4, 3] as const }, 'CHECKPOINT_STORAGE', /values 4 to 7 of 6/u],
    ['a view before its storage', { values: 6, view: [-1, 3] as const }, 'CHECKPOINT_STORAGE', /values -1 to 2 of 6/u],
    [
      'a tensor beyond its view',
      { values: 6, view: [2, 2] as const },
      'CHECKPOINT_TENSOR',
      /"w".*12 bytes, and there are 8/u,
    ],
  ])('refuse %s', async (_, options, code, text) => {
    const value = pickle.dictionary([['w', pickledTensor('k', [3], options)]]);
    await expect(open(torchLegacyOf(value, [['k', six]]))).rejects.toThrow(refusal(code, text));
  });
});

describe("storages of torch's older form", () => {
  const value = pickle.dictionary([['w', pickledTensor('k', [6])]]);

  it.each<[string, readonly (readonly [string, Uint8Array])[], RegExp]>([
    ['that are missing', [], /"k" is not among/u],
    [
      'of no tensor',
      [
        ['k', six],
        ['x', six],
      ],
      /"x" belongs to no tensor/u,
    ],
    [
      'that are there twice',
      [
        ['k', six],
        ['k', six],
      ],
      /"k" is there twice/u,
    ],
    ['of another size', [['k', six.subarray(0, 8)]], /"k" at byte \d+ has 2 values[\s\S]*6 values/u],
  ])('are refused: %s', async (_, storages, text) => {
    await expect(open(torchLegacyOf(value, storages))).rejects.toThrow(refusal('CHECKPOINT_STORAGE', text));
  });

  it('need no tensor to be in the file', async () => {
    expect(await valuesOf(torchLegacyOf(pickle.dictionary([['epoch', pickle.number(3)]]), []))).toEqual({});
  });
});

describe('one storage', () => {
  it('serves several tensors, and one tensor several names', async () => {
    const shared = Buffer.concat([pickledTensor('0', [2], { values: 6, offset: 1 }), pickle.raw('q\x05')]);
    const value = pickle.dictionary([
      ['first', shared],
      ['again', pickle.raw('h\x05')],
      ['second', pickledTensor('0', [2, 2], { values: 6, offset: 2 })],
    ]);
    expect(await valuesOf(torchZipOf(value, new Map([['0', six]])))).toEqual({
      first: [11, 12],
      again: [11, 12],
      second: [12, 13, 14, 15],
    });
  });
});
