import type { InputError } from '@intermodel/streams';
import { describe, expect, it } from 'vitest';
import { describeLayer, toUnitMaps, type LayerOptions } from './layer-maps.ts';

const square = { height: 224, width: 224 };
const describeShape = (
  shape: readonly number[],
  options: Partial<LayerOptions> = {},
  input = square,
  layout?: 'NCHW' | 'NHWC',
) => {
  const { order, units, height, width, prefixTokens } = describeLayer(
    'm.onnx',
    { tensor: 't', ...options },
    't',
    shape,
    layout,
    input,
  );
  return [order, units, height, width, prefixTokens];
};
const codeOf = (action: () => unknown) => {
  try {
    action();
  } catch (error) {
    return (error as InputError).code;
  }
  return 'done';
};

describe('describeLayer', () => {
  it('reads maps by the order that is declared, else by the graph, else channels first', () => {
    expect(describeShape([1, 2048, 7, 6])).toEqual(['NCHW', 2048, 7, 6, 0]);
    expect(describeShape([1, 7, 6, 2048], {}, square, 'NHWC')).toEqual(['NHWC', 2048, 7, 6, 0]);
    expect(describeShape([1, 2048, 7, 6], { layout: 'NCHW' }, square, 'NHWC')).toEqual(['NCHW', 2048, 7, 6, 0]);
  });

  it('reads tokens as a grid', () => {
    expect(describeShape([1, 197, 768])).toEqual(['tokens', 768, 14, 14, 1]);
    expect(describeShape([1, 201, 384])).toEqual(['tokens', 384, 14, 14, 5]);
    expect(describeShape([1, 129, 64], {}, { height: 64, width: 128 })).toEqual(['tokens', 64, 8, 16, 1]);
    expect(describeShape([1, 129, 64], { tokens: { height: 16, width: 8 } })).toEqual(['tokens', 64, 16, 8, 1]);
    expect(describeShape([1, 201, 64], { tokens: { prefix: 5 } })).toEqual(['tokens', 64, 14, 14, 5]);
  });

  it('refuses what holds no maps, and tokens without a grid', () => {
    expect(codeOf(() => describeShape([1, 1000]))).toBe('LAYER_NOT_SPATIAL');
    expect(codeOf(() => describeShape([1, 64, 1, 1]))).toBe('LAYER_NOT_SPATIAL');
    expect(codeOf(() => describeShape([1, 180, 64]))).toBe('TOKEN_GRID');
    expect(codeOf(() => describeShape([1, 197, 64], { tokens: { prefix: 0 } }))).toBe('TOKEN_GRID');
    expect(codeOf(() => describeShape([1, 197, 64], { tokens: { height: 20, width: 20 } }))).toBe('TOKEN_GRID');
  });
});

describe('toUnitMaps', () => {
  const layer = { tensor: 't', units: 2, height: 1, width: 3, prefixTokens: 0 };

  it('leaves channels first as they are', () => {
    const values = new Float32Array(12);
    expect(toUnitMaps(values, 2, { ...layer, order: 'NCHW' })).toBe(values);
  });

  it('turns channels last, and drops the tokens before the map', () => {
    const last = Float32Array.of(1, 10, 2, 20, 3, 30, /**/ 4, 40, 5, 50, 6, 60);
    const maps = [1, 2, 3, 10, 20, 30, /**/ 4, 5, 6, 40, 50, 60];
    expect(Array.from(toUnitMaps(last, 2, { ...layer, order: 'NHWC' }))).toEqual(maps);
    const tokens = Float32Array.of(-1, -1, 1, 10, 2, 20, 3, 30, /**/ -1, -1, 4, 40, 5, 50, 6, 60);
    expect(Array.from(toUnitMaps(tokens, 2, { ...layer, order: 'tokens', prefixTokens: 1 }))).toEqual(maps);
  });
});
