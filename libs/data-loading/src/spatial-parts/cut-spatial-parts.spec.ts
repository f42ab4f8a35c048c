import { labelledImageSchema } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelledImageRows } from '../images/labelled-image-rows.ts';
import { labelVocabulary } from '../labels/label-vocabulary.ts';
import { connectedComponents } from './connected-components.ts';
import { cutSpatialParts } from './cut-spatial-parts.ts';

const plane = (rows: string) =>
  Uint16Array.from(
    rows
      .trim()
      .split(/\s+/u)
      .flatMap((row) => Array.from(row, Number)),
  );
const grid = (values: ArrayLike<number>, width: number) =>
  Array.from({ length: values.length / width }, (_, row) =>
    Array.from({ length: width }, (__, column) => values[row * width + column]).join(''),
  );

describe(connectedComponents, () => {
  it('joins by sides and corners, tells numbers apart, and counts row by row', () => {
    const { components, count, boxes } = connectedComponents(plane('1002 0120 2010 2200'), 4, 4);
    expect(grid(components, 4)).toEqual(['1002', '0120', '3010', '3300']);
    expect(count).toBe(3);
    expect([...boxes]).toEqual([0, 2, 0, 2, 0, 1, 2, 3, 2, 3, 0, 1]);
  });

  it('finds nothing in an empty plane and one region in a full one', () => {
    expect(connectedComponents(new Uint16Array(12), 3, 4).count).toBe(0);
    expect(connectedComponents(new Uint16Array(12).fill(7), 3, 4)).toMatchObject({
      count: 1,
      boxes: Int32Array.from([0, 2, 0, 3]),
    });
  });

  it('equals the plain definition: merging neighbours until nothing changes', () => {
    const size = fc.record({ height: fc.integer({ min: 1, max: 9 }), width: fc.integer({ min: 1, max: 9 }) });
    const image = size.chain(({ height, width }) =>
      fc.record({
        height: fc.constant(height),
        width: fc.constant(width),
        numbers: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: height * width, maxLength: height * width }),
      }),
    );
    fc.assert(
      fc.property(image, ({ height, width, numbers }) => {
        expect([...connectedComponents(Uint16Array.from(numbers), height, width).components]).toEqual(
          mergedNeighbours(numbers, height, width),
        );
      }),
    );
  });
});

const vocabulary = labelVocabulary([
  { number: 1, name: 'sky', category: 'object' },
  { number: 2, name: 'sea', category: 'object' },
  { number: 5, name: 'wave', category: 'part' },
]);

describe(cutSpatialParts, () => {
  const cut = (rows: string[], skipLastComponent = false, which: 'all' | 'first' = 'all') => {
    const parts = cutSpatialParts(vocabulary, { skipLastComponent, planes: which });
    const planes = rows.map(plane);
    const width = rows[0]?.trim().split(/\s+/u)[0]?.length ?? 1;
    const height = (planes[0]?.length ?? 0) / width;
    const batch = buildBatch(labelledImageSchema({ height, width, labelHeight: height, labelWidth: width }), {
      image: ['i'],
      pixels: new Uint8Array(height * width * 3),
      labels: {
        offsets: Int32Array.from([0, planes.length]),
        values: Uint16Array.from(planes.flatMap((one) => [...one])),
      },
    });
    const name = (number: number) =>
      parts.vocabulary.concepts.find((concept) => concept.number === number)?.name ?? '.';
    return labelledImageRows(parts.addTo(batch))[0]
      ?.planes.slice(planes.length)
      .map((one) =>
        grid([...one].map(name).map((text) => text.replace('sky-', '').replace('sea-', 'S')) as never, width),
      );
  };

  it('cuts the objects of the first plane alone, if asked', () => {
    expect(cut(['11', '22'])).toHaveLength(4);
    expect(cut(['11', '22'], false, 'first')).toEqual(cut(['11']));
  });

  it('names the halves of each object', () => {
    const { concepts } = cutSpatialParts(vocabulary).vocabulary;
    expect(concepts.slice(3)).toEqual(
      ['sky-t', 'sea-t', 'sky-l', 'sea-l', 'sky-b', 'sea-b', 'sky-r', 'sea-r'].map((name, index) => ({
        number: 6 + index,
        name,
        category: 'part',
      })),
    );
  });

  it('numbers them as the published study, in the places that its vocabulary leaves free', () => {
    const numbered = (...concepts: readonly (readonly [number: number, name: string, category: string])[]) => {
      const { concepts: all } = cutSpatialParts(
        labelVocabulary(concepts.map(([number, name, category]) => ({ number, name, category }))),
      ).vocabulary;
      return Object.fromEntries(all.map(({ number, name }) => [name, number]));
    };
    // 335 objects, materials from 1676, parts from 1701.
    const published = numbered(
      [3, 'sky', 'object'],
      [335, 'pot', 'object'],
      [1676, 'brick', 'material'],
      [1701, 'wing', 'part'],
    );
    expect(published).toMatchObject({
      'sky-t': 338,
      'sky-l': 673,
      'sky-b': 1008,
      'sky-r': 1343,
      'pot-t': 670,
      'pot-r': 1675,
    });
    expect(numbered([3, 'sky', 'object'], [335, 'pot', 'object'], [338, 'brick', 'material'])).toMatchObject({
      'sky-t': 339,
      'pot-t': 340,
      'sky-l': 341,
      'pot-r': 346,
    });
    expect(numbered([60_000, 'sky', 'object'])).toMatchObject({ 'sky-t': 60_001, 'sky-r': 60_004 });
    expect(() => numbered([65_535, 'sky', 'object'])).toThrow(/LABEL_NUMBERS_EXHAUSTED|do not fit/u);
  });

  it('cuts at the middle of the bounding box, which the middle row and column begin the bottom and right half of', () => {
    expect(cut(['1111 1111 1111 0000'])).toEqual([
      ['tttt', 'bbbb', 'bbbb', '....'],
      ['llrr', 'llrr', 'llrr', '....'],
    ]);
    expect(cut(['1110 1110 1100 1110'])).toEqual([
      ['ttt.', 'ttt.', 'bb..', 'bbb.'],
      ['lrr.', 'lrr.', 'lr..', 'lrr.'],
    ]);
    expect(cut(['0000 0100'])).toEqual([
      ['....', '.b..'],
      ['....', '.r..'],
    ]);
  });

  it('cuts components on their own, and leaves other categories whole', () => {
    expect(cut(['1100 1100 0025 0025'])).toEqual([
      ['tt..', 'bb..', '..St.', '..Sb.'],
      ['lr..', 'lr..', '..Sr.', '..Sr.'],
    ]);
    expect(cut(['5555'])).toEqual([]);
    expect(cut(['1155', '5522'])).toEqual([['bb..'], ['lr..'], ['..SbSb'], ['..SlSr']]);
  });

  it('leaves the last component whole where the published study is to be followed', () => {
    expect(cut(['1100 1100 0022 0022'], true)).toEqual([
      ['tt..', 'bb..', '....', '....'],
      ['lr..', 'lr..', '....', '....'],
    ]);
    expect(cut(['1111'], true)).toEqual([]);
  });
});

function mergedNeighbours(numbers: readonly number[], height: number, width: number): number[] {
  const region = numbers.map((number, pixel) => (number === 0 ? -1 : pixel));
  for (let changed = true; changed;) {
    changed = false;
    for (let a = 0; a < region.length; a++) {
      for (let b = 0; b < region.length; b++) {
        const near =
          Math.abs(Math.floor(a / width) - Math.floor(b / width)) <= 1 && Math.abs((a % width) - (b % width)) <= 1;
        const [ra, rb] = [region[a] ?? -1, region[b] ?? -1];
        if (near && height > 0 && numbers[a] !== 0 && numbers[a] === numbers[b] && rb < ra) {
          region[a] = rb;
          changed = true;
        }
      }
    }
  }
  const order = [...new Set(region.filter((first) => first >= 0))].sort((a, b) => a - b);
  return region.map((first) => (first < 0 ? 0 : order.indexOf(first) + 1));
}
