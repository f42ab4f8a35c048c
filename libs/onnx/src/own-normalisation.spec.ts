import { describe, expect, it } from 'vitest';
import { ownNormalisation } from './own-normalisation.ts';
import { readModelBytes } from './read-model.ts';
import { writeGraph, type WrittenNode } from './write-graph.ts';

const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

/** Operators one after the other, each with its second input. */
function found(...operators: readonly (readonly [operator: string, second?: string])[]) {
  const nodes = operators.map(([operator, second], index): WrittenNode => {
    const inputs = [index === 0 ? 'image' : `t${String(index)}`, ...(second === undefined ? [] : [second])];
    return { operator, name: operator, inputs, outputs: [`t${String(index + 1)}`], attributes: {} };
  });
  const last = `t${String(operators.length)}`;
  const model = writeGraph({
    name: 'graph',
    opsets: new Map([['', 13]]),
    nodes,
    constants: [
      { name: 'mean', type: 'float32', dims: [1, 3, 1, 1], values: () => floats(1, 2, 3) },
      { name: 'white', type: 'float32', dims: [], values: () => floats(255) },
      { name: 'place', type: 'float32', dims: [1, 1, 4, 4], values: () => floats(...Array<number>(16).fill(1)) },
    ],
    inputs: [{ name: 'image', type: 'float32', dims: ['batch', 3, 4, 4] }],
    outputs: [{ name: last, type: 'float32', dims: ['batch', 3, 4, 4] }],
  });
  return ownNormalisation(readModelBytes(model.toBytes(), 'graph.onnx').graph);
}

describe('ownNormalisation', () => {
  it('finds a constant that is subtracted from the image, scaled or moved before or not', () => {
    expect(found(['Sub', 'mean'], ['Div', 'mean'])).toBe('image');
    expect(found(['Cast'], ['Div', 'white'], ['Sub', 'mean'], ['Relu'])).toBe('t2');
    expect(found(['Transpose'], ['Add', 'mean'])).toBe('t1');
  });

  it('finds none where there is none, or later, or by place', () => {
    expect(found(['Relu'], ['Sub', 'mean'])).toBeUndefined();
    expect(found(['Mul', 'white'], ['Round'])).toBeUndefined();
    expect(found(['Sub', 'place'])).toBeUndefined();
    expect(found(['Cast'])).toBeUndefined();
    expect(found(['Sub', 'image'])).toBeUndefined();
  });
});
