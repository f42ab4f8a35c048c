import { describe, expect, it } from 'vitest';
import { figurePng } from '../render-figures.ts';
import { drawLabelPlanes, type LabelledPicture } from './label-planes.ts';

const labels = [
  { number: 1, name: 'sky', category: 'object' },
  { number: 2, name: 'a<b', category: 'object' },
  { number: 3, name: 'sky-t', category: 'part' },
  { number: 4, name: 'sky-b', category: 'part' },
  { number: 5, name: 'red', category: 'color' },
];
const picture = (name: string, ...planes: readonly (readonly number[])[]): LabelledPicture => ({
  name,
  size: { width: 4, height: 2 },
  pixels: new Uint8Array(24).fill(200),
  grid: { width: 2, height: 2 },
  planes: planes.map((plane) => Uint16Array.from(plane)),
});

describe('drawLabelPlanes', () => {
  it('draws images and planes side by side, and tells the largest labels with their shares', async () => {
    const svg = await drawLabelPlanes([picture('one', [1, 1, 2, 0], [3, 3, 4, 4], [5, 5, 5, 5])], labels);
    expect(svg.match(/<image /gu)).toHaveLength(4);
    const texts = [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/gu)].map(([, text]) => text);
    expect(texts).toEqual([
      ...['one', 'object', 'sky', '50.0 %', 'a&lt;b', '25.0 %'],
      ...['upper and lower halves', 'sky-t', '50.0 %', 'sky-b', '50.0 %', 'color', 'red', '100.0 %'],
    ]);
    // A colour has its own.
    expect(svg).toContain('fill="#d62222"');
    expect((await figurePng({ svg }, 1)).subarray(1, 4)).toEqual(new TextEncoder().encode('PNG'));
  });

  it('counts labels beyond the first ten, and passes over numbers that stand for nothing', async () => {
    const many = Array.from({ length: 12 }, (_, index) => ({
      number: index + 1,
      name: `n${String(index)}`,
      category: 'c',
    }));
    const plane = { ...picture('many'), grid: { width: 13, height: 1 } };
    const numbers = Uint16Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 99]);
    const svg = await drawLabelPlanes([{ ...plane, planes: [numbers] }], many);
    expect(svg).toContain('and 2 more');
    expect(svg).not.toContain('>99<');
  });

  it('gives a label one colour in all pictures, the same bytes each time', async () => {
    const both = [picture('a', [1, 1, 1, 1]), picture('b', [1, 2, 2, 2])];
    const svg = await drawLabelPlanes(both, labels);
    const colours = [...svg.matchAll(/fill="(#\w{6})"[^>]*\/><text [^>]*>sky</gu)].map(([, colour]) => colour);
    expect([colours.length, new Set(colours).size]).toEqual([2, 1]);
    expect(await drawLabelPlanes(both, labels)).toBe(svg);
  });
});
