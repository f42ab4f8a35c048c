import { InputError } from '@intermodel/errors';
import { describe, expect, it } from 'vitest';
import type { OptionType } from '../options/option-row.ts';
import { isRepeated, readFlagValue } from './flag-values.ts';
import { flagsToContent, type FlagTexts } from './flags-to-content.ts';

const contentOf = (command: string, given: Readonly<Record<string, FlagTexts>>) =>
  flagsToContent(command, ({ flag }) => given[flag.flags.split(' ')[0] ?? '']);
const refusal = (make: () => unknown) => {
  try {
    make();
  } catch (error) {
    if (error instanceof InputError) return error;
  }
  throw new Error('was read');
};

describe(flagsToContent, () => {
  it('puts what was given where the options are, and leaves no trace of the rest', () => {
    expect(contentOf('dissect', {})).toEqual({});
    expect(
      contentOf('dissect', {
        '--images': 'photos',
        '--encoding': 'latin-1',
        '--skip-last-component': true,
        '--scores': ['a.csv', 'b.csv'],
        '--gate': '0.05',
        '--gallery': 'folder',
      }),
    ).toEqual({
      data: { images: 'photos', encoding: 'latin-1', spatialParts: { skipLastComponent: true } },
      encoding: 'latin-1',
      scores: ['a.csv', 'b.csv'],
      matching: { gate: 0.05 },
      gallery: { place: 'folder' },
    });
  });

  it('gives models one input, and unified parsing its labels', () => {
    expect(
      contentOf('dissect', {
        '--model': ['a.onnx:maps', 'second=b.onnx'],
        '--input': '{width: 8}',
        '--segmenter': ['voc-21=voc.onnx', 'unified-parsing=u.onnx'],
        '--segmenter-labels': 'labels.json',
      }),
    ).toEqual({
      models: [
        { name: 'a', file: 'a.onnx', layers: ['maps'], input: { width: 8 } },
        { name: 'second', file: 'b.onnx', input: { width: 8 } },
      ],
      data: {
        segmenters: [
          { preset: 'voc-21', file: 'voc.onnx' },
          { preset: 'unified-parsing', file: 'u.onnx', labels: 'labels.json' },
        ],
      },
    });
  });

  it.each([
    ['dissect', { '--input': '{width' }, 'INPUT_OPTION', '`models[].input: {width` cannot be read'],
    [
      'data info',
      { '--segmenter': ['ade=m.onnx'] },
      'OPTION_VALUE',
      'expected PRESET=FILE, where PRESET is one of ade20k',
    ],
    ['data info', { '--exif': 'up' }, 'OPTION_VALUE', '`data.exif`: there is no "up"'],
    ['embed', { '--preset': 'paper' }, 'PRESET_UNKNOWN', 'paper'],
    ['embed', { '--encoding': 'utf' }, 'ENCODING_UNKNOWN', 'utf'],
    ['dissect', { '--gallery-images': '0' }, 'OPTION_VALUE', '`gallery.images`: "0" does not fit'],
  ] as const)('%s refuses %j', (command, given, code, text) => {
    const error = refusal(() => contentOf(command, given));
    expect(error.code).toBe(code);
    expect(error.message).toContain(text);
  });
});

describe(readFlagValue, () => {
  const read = (type: OptionType, text: string) => readFlagValue({ path: 'x', type }, text);

  it.each([
    [
      { kind: 'whole', minimum: 1 },
      ['1', '7e2'],
      ['0', '1.5', '', ' ', 'x', 'Infinity'],
      'a whole number of at least 1',
    ],
    [
      { kind: 'number', minimum: 0, maximum: 1 },
      ['0', '1', '0.5'],
      ['-0.1', '1.1'],
      'a number of at least 0, at most 1',
    ],
    [{ kind: 'number', exclusiveMinimum: 0, exclusiveMaximum: 2 }, ['1.9'], ['0', '2'], 'a number above 0, below 2'],
    [{ kind: 'whole', maximum: 9, not: 0 }, ['-1', '9'], ['0', '10'], 'a whole number of at most 9, other than 0'],
    [{ kind: 'number' }, ['-1e9'], ['NaN'], 'a number'],
  ] as const)('%j', (type, fitting, others, expected) => {
    for (const text of fitting) expect(read(type, text)).toBe(Number(text));
    for (const text of others) expect(refusal(() => read(type, text)).details.expected).toBe(expected);
  });

  it('leaves texts alone, and knows what can be given several times', () => {
    expect(read({ kind: 'text' }, '1')).toBe('1');
    expect(isRepeated({ kind: 'either', of: [{ kind: 'text' }, { kind: 'list', of: { kind: 'text' } }] })).toBe(true);
    expect(isRepeated({ kind: 'text' })).toBe(false);
  });
});
