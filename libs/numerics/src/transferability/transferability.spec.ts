import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { featureProducts } from './feature-products.ts';
import type { LabelledRows } from './labelled-rows.ts';
import { leep } from './leep.ts';
import { logMe } from './log-me.ts';
import { nleep } from './nleep.ts';
import { parc } from './parc.ts';

// Made by tools/golden/transferability.py with numpy, scipy and scikit-learn.
const golden = (
  JSON.parse(readFileSync(new URL('../golden/transferability.json', import.meta.url), 'utf8')) as readonly {
    readonly name: string;
    readonly rows: number;
    readonly columns: number;
    readonly features: readonly number[];
    readonly labels: readonly number[];
    readonly probabilities: readonly number[];
    readonly start: readonly number[];
    readonly logMe: number;
    readonly leep: number;
    readonly nleep: number;
    readonly parc: number;
  }[]
).map(({ name, ...figures }) => [name, figures] as const);
const rowsOf = (features: readonly number[], labels: readonly number[], columns: number): LabelledRows => ({
  values: Float32Array.from(features),
  rows: labels.length,
  columns,
  labels: Int32Array.from(labels),
});

/** Two groups of images around opposite points, `apart` standard deviations from the middle. */
function groups(rows: number, columns: number, apart: number): LabelledRows {
  const random = createRandom(rows, columns);
  const labels = Array.from({ length: rows }, (_, row) => row % 2);
  const features = labels.flatMap((label) =>
    Array.from({ length: columns }, () => (label === 0 ? -apart : apart) + random.normal()),
  );
  return rowsOf(features, labels, columns);
}

describe(logMe, () => {
  it.each(golden)(
    'agrees with the evidence of the paper in numpy: %s',
    (_name, { features, labels, columns, ...figures }) => {
      expect(logMe(rowsOf(features, labels, columns))).toBeCloseTo(figures.logMe, 9);
    },
  );

  it('is the same with given products, and with a class whose number nobody has', () => {
    const rows = groups(30, 4, 1);
    const score = logMe(rows);
    expect(logMe({ ...rows, products: featureProducts(rows) })).toBe(score);
    expect(logMe({ ...rows, labels: rows.labels.map((label) => 3 * label) })).toBe(score);
  });

  it('does not depend on which side the products are of', () => {
    // Columns of 0 change the determinant by nothing and the prior by nothing: 12 images of 3 or of 14 features.
    const few = groups(12, 3, 1);
    const values = new Float32Array(12 * 14);
    for (let row = 0; row < 12; row++) values.set(few.values.subarray(row * 3, row * 3 + 3), row * 14);
    expect(logMe({ ...few, values, columns: 14 })).toBeCloseTo(logMe(few), 9);
  });

  it('rises with the distance of the classes, and is undefined without any feature', () => {
    const scores = [0, 0.5, 1, 2].map((apart) => logMe(groups(200, 5, apart)));
    expect([...scores].sort((a, b) => a - b)).toEqual(scores);
    expect(logMe(rowsOf([0, 0, 0, 0], [0, 1], 2))).toBeNaN();
  });

  it('refuses features that are no numbers, and rows without a class', () => {
    expect(() => logMe(rowsOf([1, Number.NaN], [0, 1], 1))).toThrow(/row 1, column 0 is NaN/u);
    expect(() => logMe(rowsOf([1, 2], [0, -1], 1))).toThrow(/class each/u);
    expect(() => logMe(rowsOf([1, 2, 3], [0, 1], 1))).toThrow(/3 values/u);
  });
});

describe(leep, () => {
  it.each(golden)('agrees with numpy: %s', (_name, { probabilities, labels, leep: expected }) => {
    expect(leep({ probabilities, sources: 4, labels: Int32Array.from(labels) })).toBeCloseTo(expected, 12);
  });

  it('follows its formula, by hand', () => {
    // P(class 0 | source 0) = 1.5 / 2, P(0 | 1) = 0.5 / 1.
    const score = leep({ probabilities: [1, 0, 0.5, 0.5, 0.5, 0.5], sources: 2, labels: Int32Array.of(0, 0, 1) });
    const one = 0.5 * 0.75 + 0.5 * 0.5;
    expect(score).toBeCloseTo((Math.log(0.75) + Math.log(one) + Math.log(1 - one)) / 3, 12);
    expect(leep({ probabilities: [1, 0, 0, 0, 0, 1], sources: 3, labels: Int32Array.of(0, 1) })).toBeCloseTo(0, 12);
  });

  it('refuses what is no probability', () => {
    const labels = Int32Array.of(0);
    expect(() => leep({ probabilities: [-0.1, 1.1], sources: 2, labels })).toThrow(/source class 0 is -0.1/u);
    expect(() => leep({ probabilities: [1], sources: 2, labels })).toThrow(/1 probabilities/u);
  });
});

describe(nleep, () => {
  it.each(golden)(
    "agrees with scikit-learn's mixture from the same start: %s",
    (_name, { features, labels, columns, start, nleep: expected }) => {
      const score = nleep({ ...rowsOf(features, labels, columns), start: Int32Array.from(start) });
      expect(score).toBeCloseTo(expected, 7);
    },
  );

  it('tells classes that are apart from classes that are not, for any sides of the matrix', () => {
    for (const columns of [3, 150]) {
      const [near, far] = [nleep(groups(100, columns, 0)), nleep(groups(100, columns, 4))];
      expect(far).toBeGreaterThan(-1e-6);
      expect(near).toBeLessThan(-0.1);
    }
  });

  it('is that of the class frequencies where all images look alike', () => {
    const alike = rowsOf(Array<number>(12).fill(0.3), [0, 0, 0, 1], 3);
    expect(nleep(alike)).toBeCloseTo((3 * Math.log(3 / 4) + Math.log(1 / 4)) / 4, 9);
  });

  it('rates few images, and a sample of very many', () => {
    expect(nleep(rowsOf([1, 2, 3], [0, 1, 0], 1))).toBeLessThan(0);
    const many = groups(10_001, 2, 3);
    expect(nleep(many)).toBe(nleep(many));
    expect(nleep(many)).toBeGreaterThan(-0.01);
  });
});

describe(parc, () => {
  it.each(golden)('agrees with scipy: %s', (_name, { features, labels, columns, parc: expected }) => {
    expect(parc(rowsOf(features, labels, columns))).toBeCloseTo(expected, 9);
  });

  it('is the correlation of ranks of the pairs, by hand', () => {
    // Standardised columns of 4 images: correlations are 1 within the classes and -1 between them.
    expect(parc(rowsOf([0, 1, 0, 1, 1, 0, 1, 0], [0, 0, 1, 1], 2))).toBeCloseTo(100, 9);
    expect(parc(rowsOf([0, 1, 0, 1, 1, 0, 1, 0], [0, 1, 0, 1], 2))).toBeCloseTo(100 * -0.5, 9);
  });

  it('is undefined where no pair differs from another', () => {
    expect(parc(rowsOf([1, 2, 3, 5, 4, 4], [0, 0, 0], 2))).toBeNaN();
    expect(parc(rowsOf([1, 2, 3, 5, 4, 4], [0, 1, 2], 2))).toBeNaN();
    expect(parc(rowsOf(Array<number>(6).fill(0.1), [0, 1, 0], 2))).toBeNaN();
  });

  it('compares a sample where there are many images, the same for the same number and seed', () => {
    const rows = groups(1001, 4, 1);
    const [score, other] = [parc(rows), parc({ ...rows, seed: 1 })];
    expect(parc({ ...rows, seed: 0 })).toBe(score);
    expect(other).not.toBe(score);
    expect(Math.abs(other - score)).toBeLessThan(1);
  });
});

describe(featureProducts, () => {
  it('are those of the smaller side, whatever the sizes', () => {
    const sizes = fc.record({ rows: fc.integer({ min: 1, max: 9 }), columns: fc.integer({ min: 1, max: 9 }) });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0, max: 99 }), ({ rows, columns }, seed) => {
        const random = createRandom(seed);
        const values = Float32Array.from({ length: rows * columns }, () => random.below(9) - 4);
        const { areOfRows, size, values: products } = featureProducts({ values, rows, columns });
        expect([areOfRows, size]).toEqual([rows <= columns, Math.min(rows, columns)]);
        for (let one = 0; one < size; one++) {
          for (let other = 0; other <= one; other++) {
            const sum = Array.from({ length: rows * columns }, (_, index) => index).reduce((total, index) => {
              const [row, column] = [Math.floor(index / columns), index % columns];
              if ((areOfRows ? row : column) !== one) return total;
              const beside = areOfRows ? other * columns + column : row * columns + other;
              return total + (values[index] ?? 0) * (values[beside] ?? 0);
            }, 0);
            expect(products[one * size + other]).toBe(sum);
          }
        }
      }),
    );
  });

  it('span blocks of any length', () => {
    const random = createRandom(4);
    const values = Float32Array.from({ length: 600 * 3 }, () => random.below(9) - 4);
    const products = featureProducts({ values, rows: 600, columns: 3 });
    const other = values.reduce(
      (sum, value, index) => (index % 3 === 2 ? sum + value * (values[index - 1] ?? 0) : sum),
      0,
    );
    expect(products.values[7]).toBe(other);
    const wide = { values: values.subarray(0, 4 * 400), rows: 4, columns: 400, labels: Int32Array.of(0, 0, 1, 1) };
    expect(featureProducts(wide).values[4]).toBe(
      wide.values.subarray(0, 400).reduce((sum, value, index) => sum + value * (values[400 + index] ?? 0), 0),
    );
  });
});
