import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ByteCursor } from './byte-cursor.ts';
import { fileSource, memorySource, partOf, unpackedSource } from './byte-source.ts';
import { latin1Source } from './latin1-source.ts';

const bytes = Uint8Array.from({ length: 20_000 }, (_, index) => (index * 7 + (index >> 8)) & 0xff);
let folder = '';
let file = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'byte-source-'));
  file = path.join(folder, 'weights.bin');
  writeFileSync(file, bytes);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('sources', () => {
  it('give ranges of a file and of its parts, say where they lie, and leave nothing open', () => {
    const before = readdirSync('/proc/self/fd').length;
    const part = partOf(partOf(fileSource(file), 100, 1000), 20, 50);
    expect([...part.read(3, 6)]).toEqual([...bytes.subarray(123, 126)]);
    expect(part.span(3, 4)).toEqual({ file, offset: 123, length: 4 });
    expect(readdirSync('/proc/self/fd').length).toBe(before);
  });

  it('end where they end', () => {
    const part = partOf(fileSource(file), 100, 10);
    for (const read of [() => part.read(5, 11), () => partOf(part, 5, 6), () => fileSource(file).read(0, 20_001)])
      expect(read).toThrow(expect.objectContaining({ code: 'CHECKPOINT_TRUNCATED' }));
  });

  it('say that a file became shorter', () => {
    const shrinking = path.join(folder, 'shrinking.bin');
    writeFileSync(shrinking, bytes);
    const source = fileSource(shrinking);
    truncateSync(shrinking, 50);
    expect(() => source.read(40, 60)).toThrow(expect.objectContaining({ code: 'CHECKPOINT_TRUNCATED' }));
  });

  it('are unpacked when they are read, and a head alone where that is enough', () => {
    const asked: string[] = [];
    const source = unpackedSource(
      file,
      bytes.length,
      () => (asked.push('whole'), bytes),
      () => (asked.push('head'), bytes.subarray(0, 200)),
    );
    expect(source.span(0, 1)).toBeUndefined();
    expect([...source.read(10, 12), ...source.read(100, 102)]).toEqual([
      ...bytes.subarray(10, 12),
      ...bytes.subarray(100, 102),
    ]);
    expect(asked).toEqual(['head']);
    expect([...source.read(15_000, 15_002)]).toEqual([...bytes.subarray(15_000, 15_002)]);
    source.read(199, 201);
    expect(asked).toEqual(['head', 'whole']);
  });

  it('are bytes that were written as a text', () => {
    const text = Buffer.from(Buffer.from(bytes).toString('latin1'), 'utf8');
    const source = latin1Source(memorySource(file, text));
    expect(source.length).toBe(bytes.length);
    expect(Buffer.from(source.read(5, 19_000)).equals(bytes.subarray(5, 19_000))).toBe(true);
  });
});

describe('ByteCursor', () => {
  it('gives numbers and bytes in turn, whatever the size of its pages', () => {
    const steps = fc.array(fc.constantFrom(1, 2, 4, 8, 0, 300), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 8, max: 600 }), fc.boolean(), (sizes, page, littleEndian) => {
        const cursor = new ByteCursor(memorySource('m', bytes), 0, page);
        const view = new DataView(bytes.buffer);
        let at = 0;
        for (const size of sizes) {
          if (size === 1) expect(cursor.byte()).toBe(view.getUint8(at));
          else if (size === 2) expect(cursor.unsigned(2, littleEndian)).toBe(view.getUint16(at, littleEndian));
          else if (size === 4) expect(cursor.unsigned(4, littleEndian)).toBe(view.getUint32(at, littleEndian));
          else if (size === 8) expect(cursor.integer64(littleEndian)).toBe(view.getBigInt64(at, littleEndian));
          else expect([...cursor.take(size)]).toEqual([...bytes.subarray(at, at + size)]);
          at += size;
          expect(cursor.position).toBe(at);
        }
      }),
    );
  });
});
