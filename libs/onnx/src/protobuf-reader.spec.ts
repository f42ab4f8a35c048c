import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryBytes } from './byte-source.ts';
import { readInteger, readIntegers, walkFields } from './protobuf-reader.ts';

/** A number as protobuf writes it: 7 bits a byte, negative ones as 64 bits in two's complement. */
function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return bytes;
}

const fieldsOf = (bytes: readonly number[]) => {
  const source = memoryBytes(Uint8Array.from(bytes));
  return { source, fields: [...walkFields(source, { start: 0, end: source.length })] };
};

const any64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

describe('readInteger', () => {
  it.each([0n, 1n, 127n, 128n, 2n ** 28n - 1n, 2n ** 28n, 2n ** 53n, 2n ** 63n - 1n, -1n, -128n, -(2n ** 63n)])(
    'reads %s',
    (value) => {
      const { source, fields } = fieldsOf([8, ...varint(value)]);
      expect(fields.map((field) => readInteger(source, field))).toEqual([Number(value)]);
    },
  );

  it('reads any number of 64 bits, as near as a number can be', () => {
    fc.assert(
      fc.property(any64, (value) => {
        const { source, fields } = fieldsOf([8, ...varint(value)]);
        expect(fields.map((field) => readInteger(source, field))).toEqual([Number(value)]);
      }),
    );
  });
});

describe('readIntegers', () => {
  it('reads numbers that are packed', () => {
    fc.assert(
      fc.property(fc.array(any64, { maxLength: 12 }), (values) => {
        const packed = values.flatMap(varint);
        const { source, fields } = fieldsOf([26, ...varint(BigInt(packed.length)), ...packed]);
        expect(fields.map((field) => readIntegers(source, field))).toEqual([values.map(Number)]);
      }),
    );
  });
});

describe('walkFields', () => {
  it('finds number, wire type and value of fields, whatever their numbers', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 2 ** 29 - 1 }), any64), { maxLength: 8 }), (given) => {
        const { source, fields } = fieldsOf(
          given.flatMap(([field, value]) => [...varint(BigInt(field) * 8n), ...varint(value)]),
        );
        expect(fields.map((field) => [field.field, field.wireType, readInteger(source, field)])).toEqual(
          given.map(([field, value]) => [field, 0, Number(value)]),
        );
      }),
    );
  });

  it('refuses numbers longer than 64 bits, fields without a number, and what is cut off', () => {
    expect(() => fieldsOf([8, ...Array<number>(10).fill(0xff), 1])).toThrow('longer than 64 bits');
    expect(() => fieldsOf([0, 1])).toThrow('no field has number 0');
    expect(() => fieldsOf([8, 0x80])).toThrow('is cut off');
    expect(() => fieldsOf([10, 5, 1])).toThrow('needs 4 bytes more than there are');
    expect(() => fieldsOf([10, ...varint(2n ** 63n - 1n)])).toThrow('bytes more than there are');
  });
});
