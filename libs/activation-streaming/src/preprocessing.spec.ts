import { describe, expect, it } from 'vitest';
import { preprocessingPresets, resolvePreprocessing } from './preprocessing.ts';

const errorOf = (action: () => unknown) => {
  try {
    action();
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('nothing was thrown');
};

describe('resolvePreprocessing', () => {
  it('fills in presets', () => {
    expect(resolvePreprocessing()).toEqual(preprocessingPresets.imagenet);
    expect(resolvePreprocessing('caffe')).toMatchObject({
      channels: 'bgr',
      scale: 1,
      mean: [103.939, 116.779, 123.68],
      std: [1, 1, 1],
    });
    expect(resolvePreprocessing({ preset: 'zero-one', width: 32, height: 16, channels: 'bgr' })).toEqual({
      ...preprocessingPresets['zero-one'],
      width: 32,
      height: 16,
      shortestSide: 32,
      channels: 'bgr',
    });
  });

  it('takes one number for grey, and that of a preset only where it is that of all colours', () => {
    expect(resolvePreprocessing({ channels: 'grey' })).toMatchObject({
      channels: 'grey',
      mean: [0, 0, 0],
      std: [1, 1, 1],
    });
    expect(resolvePreprocessing({ preset: 'minus-one-one', channels: 'grey' })).toMatchObject({
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
    });
    expect(resolvePreprocessing({ channels: 'grey', mean: [0.1307], std: [0.3081] })).toMatchObject({
      mean: [0.1307, 0.1307, 0.1307],
      std: [0.3081, 0.3081, 0.3081],
    });
  });

  it('crops from a shorter side of the longer side of the input, unless declared', () => {
    expect(resolvePreprocessing({ resize: 'shortest-side', width: 96, height: 64 }).shortestSide).toBe(96);
    expect(resolvePreprocessing({ resize: 'shortest-side', shortestSide: 256 }).shortestSide).toBe(256);
  });

  it.each([
    ['PREPROCESSING_PRESET', 'imagnet', /Did you mean "imagenet"/u],
    ['PREPROCESSING_PRESET', 'toString', /Choices: imagenet, zero-one/u],
    ['PREPROCESSING_KEY', { widht: 224 }, /Did you mean "width"/u],
    ['PREPROCESSING_VALUE', { channels: 'rbg' }, /Did you mean "rgb"/u],
    ['PREPROCESSING_VALUE', { width: 0 }, /whole number of pixels/u],
    ['PREPROCESSING_VALUE', { mean: [1, 2] }, /three numbers/u],
    ['PREPROCESSING_VALUE', { channels: 'grey', mean: [1, 2, 3] }, /a list of one number/u],
    ['PREPROCESSING_VALUE', { channels: 'grey', std: [0] }, /one number other than 0/u],
    ['PREPROCESSING_VALUE', { std: [1, 0, 1] }, /other than 0/u],
    ['PREPROCESSING_VALUE', { scale: Number.NaN }, /number other than 0/u],
  ])('refuses with %s: %j', (code, declared, message) => {
    const error = errorOf(() => resolvePreprocessing(declared as string, 'study.yaml'));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.message).toContain('study.yaml');
  });
});
