import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementBytes, type ElementType, type Tensor } from '../tensor.ts';
import { joinTensors, multiplyTensors, partOfTensor, permuteTensor, reshapeTensor } from './derived-tensors.ts';

/** A tensor whose values are the numbers of their places. */
function counted(shape: readonly number[], type: ElementType = 'float32', first = 0): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const size = elementBytes[type];
  const bytes = new Uint8Array(count * size);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < count; at++)
    if (type === 'float32') view.setFloat32(4 * at, first + at, true);
    else if (type === 'float64') view.setFloat64(8 * at, first + at, true);
    else bytes[at * size] = first + at;
  return { type, shape, span: { file: 'f', offset: 100, length: bytes.length }, read: () => bytes.slice() };
}
const values = (tensor: Tensor) => [...new Float32Array(tensor.read().buffer)];

describe('permuteTensor', () => {
  it('gives HWIO as OIHW', () => {
    const permuted = permuteTensor(counted([1, 2, 3, 2]), [3, 2, 0, 1]);
    expect(permuted.shape).toEqual([2, 3, 1, 2]);
    expect(permuted.span).toBeUndefined();
    expect(values(permuted)).toEqual([0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11]);
  });

  it('agrees with indices one by one, for elements of any size', () => {
    const orders = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 0, maxLength: 4 }).chain((shape) =>
      fc.tuple(
        fc.constant(shape),
        fc.shuffledSubarray(
          shape.map((_, axis) => axis),
          { minLength: shape.length },
        ),
      ),
    );
    fc.assert(
      fc.property(
        orders,
        fc.constantFrom<ElementType>('uint8', 'float16', 'float32', 'float64'),
        ([shape, order], type) => {
          const source = counted(shape, type);
          const permuted = permuteTensor(source, order);
          const size = elementBytes[type];
          const bytes = source.read();
          const expected: number[] = [];
          const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
          const walk = (axis: number, from: number) => {
            if (axis === order.length) expected.push(...bytes.slice(from * size, (from + 1) * size));
            else for (let at = 0; at < shape[order[axis]!]!; at++) walk(axis + 1, from + at * strides[order[axis]!]!);
          };
          walk(0, 0);
          expect([...permuted.read()]).toEqual(expected);
          expect(permuted.shape).toEqual(order.map((axis) => shape[axis]));
        },
      ),
    );
  });

  it('wants each axis once', () => {
    expect(() => permuteTensor(counted([2, 2]), [0, 0])).toThrow(RangeError);
    expect(() => permuteTensor(counted([2, 2]), [0])).toThrow(RangeError);
  });
});

describe('parts and shapes', () => {
  it('stay where they are in the file', () => {
    const part = partOfTensor(counted([6, 2]), 1, 3);
    expect(part).toMatchObject({ shape: [2, 2], span: { file: 'f', offset: 116, length: 16 } });
    expect(values(part)).toEqual([4, 5, 6, 7]);
    const reshaped = reshapeTensor(part, [1, 4]);
    expect(reshaped).toMatchObject({ shape: [1, 4], span: part.span });
    expect(values(reshaped)).toEqual([4, 5, 6, 7]);
  });

  it('must come out even', () => {
    expect(() => partOfTensor(counted([5]), 0, 2)).toThrow(RangeError);
    expect(() => partOfTensor(counted([4]), 2, 2)).toThrow(RangeError);
    expect(() => reshapeTensor(counted([5]), [2, 2])).toThrow(RangeError);
  });
});

describe('several tensors', () => {
  it('are joined along the first axis', () => {
    const joined = joinTensors([counted([1, 2]), counted([2, 2], 'float32', 10)]);
    expect(joined).toMatchObject({ shape: [3, 2], span: undefined });
    expect(values(joined)).toEqual([0, 1, 10, 11, 12, 13]);
    expect(() => joinTensors([counted([1, 2]), counted([1, 3])])).toThrow(RangeError);
    expect(() => joinTensors([counted([1]), counted([1], 'float64')])).toThrow(RangeError);
    expect(() => joinTensors([])).toThrow(RangeError);
  });

  it('are multiplied value by value', () => {
    expect(values(multiplyTensors(counted([3]), counted([3], 'float32', 5)))).toEqual([0, 6, 14]);
    const product = multiplyTensors(counted([2], 'float64'), counted([2], 'float64', 3));
    expect([...new Float64Array(product.read().buffer)]).toEqual([0, 4]);
    expect(() => multiplyTensors(counted([2]), counted([3]))).toThrow(RangeError);
    expect(() => multiplyTensors(counted([2], 'int8'), counted([2], 'int8'))).toThrow(RangeError);
  });
});
