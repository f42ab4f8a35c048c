import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawSpecificationCurve } from '../figures/specification-curve.ts';
import type { PageClaims, PageCurve } from '../page/page-data.ts';
import { parseDocument } from '../page/parse-document.ts';
import { curveRows, layOutCurve, levelsShown } from './claim-curve.ts';

/** Effects of universes 0 to 4: of 1 it is undefined, and in 3 the claim cannot be asked. */
const curve: PageCurve = {
  ...{ figure: 'claim-x', measure: 'r', interval: [0.1, 0.9] },
  ...{ effects: [0.5, null, -0.25, null, 0.125], isSo: '110.0', shares: [0.25, 0.75] },
};
const claims: PageClaims = {
  ...{ numbers: [0, 1, 2, 3, 4], study: 0, curves: [curve] },
  choices: [
    { title: 'Gate', levels: ['0.03', '0.04'], of: [0, 0, 1, 1, 0] },
    { title: 'Weights', levels: ['count', 'share', 'presence'], of: [0, 1, 1, 2, 0] },
  ],
};

describe(layOutCurve, () => {
  it('orders universes by their effect, and choices by what they explain', () => {
    const { points, study, choices } = layOutCurve(claims, curve);
    expect(points.map(({ universe, isSo }) => [universe, isSo])).toEqual([
      [2, false],
      [4, false],
      [0, true],
    ]);
    expect(study).toBe(2);
    expect(choices).toEqual([
      {
        ...{ title: 'Weights', share: 0.75 },
        levels: [
          { text: 'count', places: [1, 2] },
          { text: 'share', places: [0] },
        ],
      },
      {
        ...{ title: 'Gate', share: 0.25 },
        levels: [
          { text: '0.03', places: [1, 2] },
          { text: '0.04', places: [0] },
        ],
      },
    ]);
  });

  it('leaves out a choice of which one level is left, and marks no study that has no effect', () => {
    const few = { ...curve, effects: [null, null, 1, null, 2], shares: [null, null] };
    const one = { ...claims, choices: [{ title: 'Gate', levels: ['a', 'b'], of: [0, 0, 1, 1, 1] }] };
    expect(layOutCurve(one, few)).toMatchObject({ study: -1, choices: [] });
  });

  it('gives the rarest of many levels one row', () => {
    const size = 3 * (levelsShown + 4);
    // Level 2 is the rarest, with one universe; 0 has five.
    const of = Array.from({ length: size }, (_, universe) =>
      universe < 2 ? 0 : universe === 2 ? 2 : universe % (levelsShown + 4),
    );
    const many: PageClaims = {
      ...{ numbers: of.map((_, index) => index), study: -1, curves: [] },
      choices: [{ title: 'Models left out', levels: of.map((_, level) => `model ${String(level)}`), of }],
    };
    const { choices } = layOutCurve(many, { ...curve, effects: of.map((_, index) => index), isSo: '1'.repeat(size) });
    const levels = choices[0]?.levels ?? [];
    expect(levels).toHaveLength(levelsShown);
    expect(levels[levelsShown - 1]?.text).toBe('5 others');
    expect(levels.flatMap(({ places }) => places).sort((a, b) => a - b)).toEqual(of.map((_, index) => index));
  });
});

describe(curveRows, () => {
  it('tells all that is known of universes in which the claim was asked', () => {
    expect(curveRows(claims, curve)).toEqual([
      ['Universe', 'Study', 'Effect', 'Is so', 'Gate', 'Weights'],
      [0, 'true', 0.5, 'true', '0.03', 'count'],
      [1, 'false', '', 'true', '0.03', 'share'],
      [2, 'false', -0.25, 'false', '0.04', 'share'],
      [4, 'false', 0.125, 'false', '0.03', 'count'],
    ]);
  });
});

describe(drawSpecificationCurve, () => {
  const drawn = (...[of, own]: Parameters<typeof layOutCurve>) => {
    const document = parseDocument(drawSpecificationCurve(layOutCurve(of, own), 960).toString());
    const paths = (selector: string) =>
      [...document.querySelectorAll(selector)].map((path) => path.getAttribute('d') ?? '');
    return { document, paths };
  };

  it('says what it shows', () => {
    const { document } = drawn(claims, curve);
    expect(document.querySelector('svg')?.getAttribute('aria-label')).toBe(
      'Specification curve of r over 3 universes: −0.25 to 0.5, 0.5 in the study; so in 1 of them; Weights explains most, 75\u202f% of the variance.',
    );
    expect([...document.querySelectorAll('g > title')].map(({ textContent }) => textContent)).toEqual([
      'Weights, count: so in 1 of 2 universes',
      'Weights, share: so in 0 of 1 universe',
      'Gate, 0.03: so in 1 of 2 universes',
      'Gate, 0.04: so in 0 of 1 universe',
    ]);
    expect([...document.querySelectorAll('[font-weight="700"]')].map(({ textContent }) => textContent)).toEqual([
      'count',
      '0.03',
    ]);
  });

  it('marks in the row of each level the universes that have it, neighbours by one line', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2), { minLength: 2, maxLength: 400 }), (of) => {
        fc.pre(new Set(of).size > 1);
        const own = { ...curve, effects: of.map((_, place) => place), isSo: '1'.repeat(of.length), shares: [0.5] };
        const { paths } = drawn(
          {
            ...claims,
            numbers: of.map((_, index) => index),
            choices: [{ title: 'Gate', levels: ['a', 'b', 'c'], of }],
          },
          own,
        );
        const rows = paths('g > path').map((path) =>
          [...path.matchAll(/M([\d.]+) [\d.]+H([\d.]+)/gu)].map(([, from, to]) => [Number(from), Number(to)] as const),
        );
        const left = Math.min(...rows.flat().map(([from]) => from));
        const step = (Math.max(...rows.flat().map(([, to]) => to)) - left) / of.length;
        // Middle of each universe lies on a line of its own level, and of no other.
        const levels = [...new Set(of)].sort((a, b) => a - b);
        of.forEach((level, place) => {
          const middle = left + (place + 0.5) * step;
          rows.forEach((lines, row) => {
            expect(lines.some(([from, to]) => from < middle && middle < to)).toBe(levels[row] === level);
          });
        });
        const changes = of.filter((level, place) => place === 0 || of[place - 1] !== level).length;
        expect(rows.flat()).toHaveLength(changes);
      }),
    );
  });

  it('draws a dot for each universe but the study, filled where it is so', () => {
    const { paths } = drawn(claims, curve);
    const dots = paths('path[stroke-linecap=round]').map((path) => path.match(/M/gu)?.length);
    // Open dots are drawn twice: their ring and what is within.
    expect(dots).toEqual([2, 2]);
    const { paths: other } = drawn({ ...claims, study: 2 }, curve);
    expect(other('path[stroke-linecap=round]').map((path) => path.match(/M/gu)?.length)).toEqual([1, 1, 1]);
  });

  it('has room for the interval of the study', () => {
    const { paths } = drawn(claims, { ...curve, interval: [-3, 7] });
    const [, low, high] =
      paths('path')
        .map((path) => /^M[\d.]+ ([\d.]+)V([\d.]+)M/u.exec(path))
        .find((found) => found !== null) ?? [];
    expect(Number(low)).toBeLessThan(230);
    expect(Number(high)).toBeGreaterThan(40);
  });
});
