import { describe, expect, it } from 'vitest';
import { codeParts } from './code-parts.ts';

describe(codeParts, () => {
  it.each([
    ['', []],
    ['plain', [['plain', false]]],
    ['`seed`', [['seed', true]]],
    [
      'Raise `data.maxPixels`, or set `data.skipBad: true`.',
      [
        ['Raise ', false],
        ['data.maxPixels', true],
        [', or set ', false],
        ['data.skipBad: true', true],
        ['.', false],
      ],
    ],
    ['a ` alone', [['a ` alone', false]]],
    [
      '`` twice `x`',
      [
        ['`` twice ', false],
        ['x', true],
      ],
    ],
  ] as const)('%j', (message, parts) => {
    expect(codeParts(message).map(({ text, isCode }) => [text, isCode])).toEqual(parts);
  });
});
