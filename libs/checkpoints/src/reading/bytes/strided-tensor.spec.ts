import type { InputError } from '@intermodel/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementBytes, type ElementType } from '../../tensor.ts';
import { memorySource, type ByteSource } from './byte-source.ts';
import { denseStrides, fortranStrides, stridedTensor } from './strided-tensor.ts';

const bytesOf = (count: number) => Uint8Array.from({ length: count }, (_, index) => (index * 37 + 11) & 0xff);

/** Bytes in memory that say that they lie in a file, so that it shows what would be a range of it. */
const source = (bytes: Uint8Array): ByteSource => ({
  ...memorySource('m.pth', bytes),
  span: (offset, length) => ({ file: 'm.pth', offset, length }),
});

/** Values by the definition: for each index of the shape, the bytes at offset and strides, low byte first. */
function plainly(
  bytes: Uint8Array,
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
  width: number,
  reversed: number,
): number[] {
  let places = [offset];
  shape.forEach((size, axis) => {
    places = places.flatMap((place) =>
      Array.from({ length: size }, (_, index) => place + index * (strides[axis] as number)),
    );
  });
  return places.flatMap((place) => {
    const value = [...bytes.subarray(place * width, (place + 1) * width)];
    if (reversed === 0) return value;
    return Array.from({ length: width / reversed }, (_, part) =>
      value.slice(part * reversed, (part + 1) * reversed).reverse(),
    ).flat();
  });
}

const types = Object.keys(elementBytes) as ElementType[];

describe('stridedTensor', () => {
  it('gives the values that shape, strides and offset define, in both byte orders', () => {
    const axis = fc.record({ size: fc.nat({ max: 4 }), stride: fc.nat({ max: 9 }) });
    fc.assert(
      fc.property(
        fc.array(axis, { maxLength: 4 }),
        fc.nat({ max: 5 }),
        fc.constantFrom(...types),
        fc.boolean(),
        (axes, offset, type, littleEndian) => {
          const bytes = bytesOf(2000);
          const shape = axes.map(({ size }) => size);
          const strides = axes.map(({ stride }) => stride);
          const width = elementBytes[type];
          const part = type.startsWith('complex') ? width / 2 : width;
          const tensor = stridedTensor({
            type,
            shape,
            strides,
            offset,
            source: source(bytes),
            littleEndian,
            name: 'w',
          });
          const expected = plainly(bytes, shape, strides, offset, width, littleEndian ? 0 : part);
          expect([...tensor.read()]).toEqual(expected);
          if (tensor.span !== undefined)
            expect([...bytes.subarray(tensor.span.offset, tensor.span.offset + tensor.span.length)]).toEqual(expected);
          expect([tensor.type, tensor.shape]).toEqual([type, shape]);
        },
      ),
    );
  });

  it.each<[string, number[], number[] | undefined, boolean, ElementType, boolean]>([
    ['C order', [2, 3], [3, 1], true, 'float32', true],
    ['no strides', [2, 3], undefined, true, 'float32', true],
    ['axes of one value, whatever their strides', [1, 2, 1], [7, 1, 9], true, 'float32', true],
    ['no values', [0, 3], [5, 5], true, 'float32', true],
    ['one value', [], [], true, 'float64', true],
    ['big-endian bytes', [4], [1], false, 'uint8', true],
    ['big-endian numbers', [4], [1], false, 'int16', false],
    ['Fortran order', [2, 3], [1, 2], true, 'float32', false],
    ['steps', [3], [2], true, 'float32', false],
    ['repeats', [3], [0], true, 'float32', false],
  ])('has a span or not: %s', (_, shape, strides, littleEndian, type, has) => {
    const tensor = stridedTensor({
      type,
      shape,
      strides,
      offset: 2,
      source: source(bytesOf(100)),
      littleEndian,
      name: 'w',
    });
    const span = { file: 'm.pth', offset: 2 * elementBytes[type], length: tensor.read().length };
    expect(tensor.span).toEqual(has ? span : undefined);
  });

  it('fits to the last byte and no further', () => {
    const tensor = (offset: number, bytes: number) =>
      stridedTensor({
        type: 'int16',
        shape: [2, 2],
        strides: [4, 1],
        offset,
        source: source(bytesOf(bytes)),
        littleEndian: true,
        name: 'w',
      });
    expect([...tensor(0, 12).read()]).toEqual([0, 1, 2, 3, 8, 9, 10, 11].map((index) => bytesOf(12)[index]));
    expect(() => tensor(0, 11)).toThrow(/from value 0 on need 12 bytes, and there are 11/u);
    expect(() => tensor(1, 12)).toThrow(/from value 1 on need 14 bytes/u);
  });

  it('refuses at once what could never be read', () => {
    const huge = () =>
      stridedTensor({
        type: 'float32',
        shape: [2 ** 15, 2 ** 15],
        strides: [0, 0],
        offset: 0,
        source: source(bytesOf(4)),
        littleEndian: true,
        name: 'w',
      });
    expect(huge).toThrow(expect.objectContaining({ code: 'CHECKPOINT_LIMIT' }) as InputError);
  });
});

describe('strides of orders', () => {
  it('step over all later axes, or all earlier ones', () => {
    expect([denseStrides([2, 3, 4]), fortranStrides([2, 3, 4])]).toEqual([
      [12, 4, 1],
      [1, 2, 6],
    ]);
    expect([denseStrides([]), fortranStrides([])]).toEqual([[], []]);
  });
});
