import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type InputError } from '@intermodel/errors';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openByteFile } from './byte-source.ts';

/** Some pages and a bit of one more. */
const bytes = Uint8Array.from({ length: 70_001 }, (_, index) => (index * 7 + (index >> 8)) & 0xff);

let folder = '';
let file = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'byte-source-'));
  file = path.join(folder, 'model.onnx');
  writeFileSync(file, bytes);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('openByteFile', () => {
  it('gives the bytes of the file, in whatever order they are read', () => {
    const range = fc
      .tuple(fc.nat({ max: bytes.length }), fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 40_000 })))
      .map(([start, length]) => ({ start, end: Math.min(bytes.length, start + length) }));
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 20 }), (ranges) => {
        const source = openByteFile(file);
        expect(source.length).toBe(bytes.length);
        for (const { start, end } of ranges) {
          expect(Buffer.from(source.read(start, end)).equals(bytes.subarray(start, end))).toBe(true);
          const copied = new Uint8Array(end - start);
          source.copy(start, copied);
          expect(Buffer.from(copied).equals(bytes.subarray(start, end))).toBe(true);
          if (start < bytes.length) expect(source.byteAt(start)).toBe(bytes[start]);
        }
      }),
    );
  });

  it('keeps what it gave while it reads on', () => {
    const source = openByteFile(file);
    const first = source.read(10, 20);
    source.read(60_000, 60_010);
    expect([...first]).toEqual([...bytes.subarray(10, 20)]);
  });

  it('says that a file became shorter', () => {
    const shrinking = path.join(folder, 'shrinking.onnx');
    writeFileSync(shrinking, bytes);
    const source = openByteFile(shrinking);
    truncateSync(shrinking, 50_000);
    expect(source.byteAt(49_999 - 16_384)).toBe(bytes[49_999 - 16_384]);
    for (const read of [
      () => source.byteAt(50_000),
      () => source.read(49_990, 50_010),
      () => source.read(0, bytes.length),
      () => {
        source.copy(40_000, new Uint8Array(20_000));
      },
    ]) {
      expect(read).toThrow(expect.objectContaining({ code: 'MODEL_TRUNCATED' }) as InputError);
    }
  });
});
