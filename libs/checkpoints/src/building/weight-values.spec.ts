import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InputError } from '@intermodel/errors';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ElementType, Tensor } from '../tensor.ts';
import { countNonFinite } from './count-non-finite.ts';
import { readAs, readFloats } from './weight-values.ts';

const tensor = (type: ElementType, values: Float32Array | Float64Array | Uint16Array): Tensor => ({
  type,
  shape: [values.length],
  span: undefined,
  read: () => new Uint8Array(values.buffer.slice(0)),
});

describe('readFloats', () => {
  it('reads all kinds of floats exactly, or rounded to the nearest', () => {
    expect([...readFloats(tensor('float32', Float32Array.of(1.5, -0)))]).toEqual([1.5, -0]);
    expect([...readFloats(tensor('float64', Float64Array.of(0.1, 1e300)))]).toEqual([Math.fround(0.1), Infinity]);
    expect([...readFloats(tensor('float16', Uint16Array.of(0x3c00, 0xc100, 0x0001, 0x7bff)))]).toEqual([
      1,
      -2.5,
      2 ** -24,
      65_504,
    ]);
    expect([...readFloats(tensor('bfloat16', Uint16Array.of(0x3f80, 0xc020, 0x7f80)))]).toEqual([1, -2.5, Infinity]);
  });

  it('reads bytes that begin at any place', () => {
    const bytes = new Uint8Array(9);
    bytes.set(new Uint8Array(Float32Array.of(1, 2).buffer), 1);
    expect([...readFloats({ type: 'float32', shape: [2], span: undefined, read: () => bytes.subarray(1) })]).toEqual([
      1, 2,
    ]);
  });
});

describe('readAs', () => {
  it('gives values of the type as they are, NaN and all', () => {
    const bits = Uint16Array.of(0x7e01, 0xfc00, 0x8000);
    expect(readAs(tensor('float16', bits), 'float16')).toEqual(new Uint8Array(bits.buffer));
  });

  it('rounds to float16, ties to even', () => {
    // 2049 and 2051 lie halfway between two float16; 65520 is the first that is rounded to infinity.
    const halves = readAs(
      tensor('float32', Float32Array.of(2049, 2051, 65_519, 65_520, -1e30, 2 ** -25, 0.1)),
      'float16',
    );
    expect([...new Uint16Array(halves.buffer)]).toEqual([0x6800, 0x6802, 0x7bff, 0x7c00, 0xfc00, 0, 0x2e66]);
  });
});

describe('countNonFinite', () => {
  it('counts by tensor, and names those that have any', () => {
    const weights = new Map<string, Tensor>([
      ['fine', tensor('float32', Float32Array.of(0, -3.4e38, 1e-45))],
      ['bad', tensor('float32', Float32Array.of(NaN, -NaN, Infinity, -Infinity, -Infinity, 1))],
      ['half', tensor('float16', Uint16Array.of(0x7c00, 0x7c01, 0x7bff))],
      ['wide', tensor('float64', Float64Array.of(1e300, 1))],
      ['count', { type: 'int64', shape: [], span: undefined, read: () => new Uint8Array(8).fill(255) }],
    ]);
    const bad = [
      { name: 'bad', nan: 2, infinite: 3, overflowing: 0 },
      { name: 'half', nan: 1, infinite: 1, overflowing: 0 },
      { name: 'wide', nan: 0, infinite: 1, overflowing: 0 },
    ];
    expect(countNonFinite({ weights })).toEqual(bad);
    expect(countNonFinite({ weights }, 'float16')).toEqual([
      { name: 'fine', nan: 0, infinite: 0, overflowing: 1 },
      ...bad,
    ]);
  });

  it('counts as overflowing what becomes infinite as float16, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(65_519, 65_520, -65_520)),
        ),
        (list) => {
          const values = Float32Array.from(list);
          const written = readFloats({
            ...tensor('float16', new Uint16Array()),
            read: () => readAs(tensor('float32', values), 'float16'),
          });
          const [counts] = countNonFinite({ weights: new Map([['w', tensor('float32', values)]]) }, 'float16');
          expect(counts?.overflowing ?? 0).toBe(written.filter((value) => !Number.isFinite(value)).length);
        },
      ),
    );
  });

  describe('of files', () => {
    let folder = '';
    beforeAll(() => {
      folder = mkdtempSync(path.join(tmpdir(), 'intermodel-weights-'));
    });
    afterAll(() => {
      rmSync(folder, { recursive: true });
    });

    /** Weights of 200,001 values at an odd place of a file, some of which are bad. */
    const inFile = (type: 'float32' | 'float16', bad: ReadonlyMap<number, number>, cut = 0): Tensor => {
      const count = 200_001;
      const values = type === 'float32' ? new Uint32Array(count) : new Uint16Array(count);
      for (const [index, bits] of bad) values[index] = bits;
      const bytes = Buffer.from(values.buffer);
      const file = path.join(folder, `${type}.bin`);
      writeFileSync(file, Buffer.concat([Buffer.alloc(3, 255), bytes.subarray(0, bytes.length - cut)]));
      const read = () => {
        if (cut > 0) throw new InputError('CHECKPOINT_TRUNCATED', 'the file became shorter');
        return new Uint8Array(bytes);
      };
      return { type, shape: [count], span: { file, offset: 3, length: bytes.length }, read };
    };

    it('finds what is bad wherever it is', () => {
      const places = [0, 65_535, 65_536, 131_072, 199_999, 200_000];
      const single = inFile('float32', new Map(places.map((place) => [place, 0x7f80_0000])));
      const half = inFile('float16', new Map(places.map((place) => [place, 0xfe00])));
      expect(
        countNonFinite({
          weights: new Map([
            ['single', single],
            ['half', half],
          ]),
        }),
      ).toEqual([
        { name: 'single', nan: 0, infinite: 6, overflowing: 0 },
        { name: 'half', nan: 6, infinite: 0, overflowing: 0 },
      ]);
    });

    it('leaves it to the tensor to tell that its file became shorter', () => {
      const weights = new Map([['cut', inFile('float32', new Map(), 1)]]);
      expect(() => countNonFinite({ weights })).toThrow(expect.objectContaining({ code: 'CHECKPOINT_TRUNCATED' }));
    });
  });
});
