import { describe, expect, it } from 'vitest';
import { wordClaim } from '../vocabulary/claim-words.ts';
import type { StatedClaim } from '../vocabulary/claim.ts';
import { ruleOf } from './claim-rules.ts';
import { givenView, type GivenView } from '../fixtures/given-view.ts';

const ask = (claim: StatedClaim, view: GivenView) => {
  const worded = wordClaim(claim);
  return ruleOf(worded).ask(worded, givenView(view));
};
const test = (claim: StatedClaim, view: GivenView) => {
  const worded = wordClaim(claim);
  return ruleOf(worded).test?.(worded, givenView(view));
};

describe('nearer', () => {
  const places = { a: 0, b: 1, c: 3, d: 10 };

  it('compares the two with the nearest other of either', () => {
    // b and c are 2 apart.
    expect(ask({ kind: 'nearer', models: ['a', 'b'] }, { places })).toEqual({ effect: 0.5, isSo: true });
    expect(ask({ kind: 'nearer', models: ['b', 'c'] }, { places })).toEqual({ effect: -1, isSo: false });
    expect(ask({ kind: 'nearer', models: ['b', 'c'], than: ['d'] }, { places })).toEqual({
      effect: 1 - 2 / 7,
      isSo: true,
    });
  });

  it('is not so at equal distances, and without an effect where others coincide', () => {
    expect(ask({ kind: 'nearer', models: ['a', 'b'] }, { places: { a: 0, b: 1, c: 2 } })?.isSo).toBe(false);
    expect(ask({ kind: 'nearer', models: ['a', 'b'] }, { places: { a: 0, b: 1, c: 1 } })).toEqual({
      effect: Number.NaN,
      isSo: false,
    });
  });

  it('takes distances for equal that differ by rounding', () => {
    const nearly = { a: 0, b: 1, c: 2 + 1e-13 };
    expect(ask({ kind: 'nearer', models: ['a', 'b'] }, { places: nearly })).toEqual({ effect: 0, isSo: false });
  });

  it('cannot be asked without its models, or without others', () => {
    expect(ask({ kind: 'nearer', models: ['a', 'x'] }, { places })).toBeUndefined();
    expect(ask({ kind: 'nearer', models: ['a', 'b'], than: ['x'] }, { places })).toBeUndefined();
    expect(ask({ kind: 'nearer', models: ['a', 'b'] }, { places: { a: 0, b: 1 } })).toBeUndefined();
  });
});

describe('category', () => {
  const places = { a: 0, b: 1, c: 3, d: 10 };

  it('is so for exactly the members of one, and else tells how near the best one comes', () => {
    expect(ask({ kind: 'category', models: ['b', 'a'] }, { places, labels: [0, 0, 1, 1] })).toEqual({
      effect: 1,
      isSo: true,
    });
    expect(ask({ kind: 'category', models: ['a', 'b', 'c'] }, { places, labels: [0, 0, 1, 1] })).toEqual({
      effect: 2 / 3,
      isSo: false,
    });
    expect(ask({ kind: 'category', models: ['a', 'b'] }, { places, labels: [0, 0, 0, 1] })?.effect).toBe(2 / 3);
  });
});

describe('categories', () => {
  const places = { a: 0, b: 1, c: 3, d: 10 };

  it('is what the gap statistic asks for, undefined where that is more', () => {
    expect(ask({ kind: 'categories', number: 3 }, { places, count: 3 })).toEqual({ effect: 3, isSo: true });
    expect(ask({ kind: 'categories', number: 3 }, { places, count: 1 })).toEqual({ effect: 1, isSo: false });
    expect(ask({ kind: 'categories', number: 2 }, { places, count: 3 })).toEqual({ effect: Number.NaN, isSo: false });
    expect(ask({ kind: 'categories', number: 4 }, { places, count: 3 })).toBeUndefined();
  });
});

describe('has', () => {
  const view = { places: { a: 0, b: 1 }, counts: { a: [5, 1, 0], b: [0, 0, 2] } };
  const claim = (concept: string, model = 'a', without = 'b') =>
    ({ kind: 'has', model, without, concept, category: 'object' }) as const;

  it('is so where one has units and the other none', () => {
    expect(ask(claim('c0'), view)).toEqual({ effect: 0.05, isSo: true });
    expect(ask(claim('c2'), view)).toEqual({ effect: -0.02, isSo: false });
    expect(ask(claim('none'), view)).toEqual({ effect: 0, isSo: false });
  });

  it('tests that by the exact test of Fisher', () => {
    // One unit of 200 lands on a's side in half of all deals.
    expect(test(claim('c1'), view)?.p).toBeCloseTo(0.5, 12);
    expect(test(claim('c0'), view)?.p).toBeCloseTo(0.0297, 3);
    expect(test(claim('none'), view)?.p).toBe(1);
  });
});

describe('complement', () => {
  it('counts what each has beyond chance, on the side that has less of it', () => {
    const claim = { kind: 'complement', models: ['a', 'b'] } as const;
    const places = { a: 0, b: 1 };
    const some = { places, counts: { a: [30, 20, 1, 0, 4], b: [0, 0, 0, 25, 4] } };
    expect(ask(claim, some)).toEqual({ effect: 1, isSo: true });
    expect(test(claim, some)?.p).toBeLessThan(1e-6);
    const one = { places, counts: { a: [30, 20, 1, 0], b: [0, 0, 0, 1] } };
    expect(ask(claim, one)).toEqual({ effect: 0, isSo: false });
    expect(test(claim, one)?.p).toBeCloseTo(0.5, 12);
    expect(test(claim, { places, counts: { a: [3], b: [3] } })?.p).toBe(1);
  });
});

describe('correlates', () => {
  const places = { a: 0, b: 1 };
  const claim = { kind: 'correlates', predictor: 'pc1', with: 't', sign: 'negative' } as const;

  it('takes the claimed sign, and steadiness', () => {
    expect(ask(claim, { places, relations: { 'pc1 t': { r: -0.8 } } })).toEqual({ effect: 0.8, isSo: true });
    expect(ask(claim, { places, relations: { 'pc1 t': { r: 0.8 } } })).toEqual({ effect: -0.8, isSo: false });
    expect(ask(claim, { places, relations: { 'pc1 t': { r: -0.8, isSteady: () => false } } })?.isSo).toBe(false);
    expect(ask(claim, { places })).toBeUndefined();
  });

  it('has the p and interval of the relation, turned by the sign', () => {
    const relations = { 'pc1 t': { r: -0.8, p: 0.001, corrected: 0.03 } };
    const found = test(claim, { places, relations });
    expect(found).toMatchObject({ p: 0.001, corrected: 0.03 });
    expect(found?.interval?.[0]).toBeCloseTo(0.7, 12);
    expect(found?.interval?.[1]).toBeCloseTo(0.9, 12);
    expect(test(claim, { places, relations: { 'pc1 t': { r: -0.8 } } })).toBeUndefined();
  });
});

describe('needs', () => {
  const places = { a: 0, b: 1 };
  const relations = {
    'pc1 s': { r: 0.99, p: 0.0001, corrected: 0.001 },
    'matches s': { r: 0.98, p: 0.0001, corrected: 0.001 },
    'matches:object s': { r: 0.7, p: 0.01, corrected: 0.04 },
    'unique:part s': { r: -0.9, p: 0.001, corrected: 0.02 },
    'matches:object t': { r: 0.6, p: 0.02, corrected: 0.1 },
    'unique:part t': { r: 0.5, p: 0.05, corrected: 0.2 },
  };

  it('takes the kind of the strongest steady summary of each column', () => {
    expect(ask({ kind: 'needs' }, { places, relations })).toEqual({ effect: 2, isSo: true });
    expect(ask({ kind: 'needs', tasks: ['s'] }, { places, relations })).toEqual({ effect: 1, isSo: false });
    const unsteady = { ...relations, 'unique:part s': { r: -0.9, isSteady: () => false } };
    expect(ask({ kind: 'needs' }, { places, relations: unsteady })).toEqual({ effect: 1, isSo: false });
    expect(ask({ kind: 'needs', tasks: ['none'] }, { places, relations })).toBeUndefined();
  });

  it('is as sure as its second kind', () => {
    expect(test({ kind: 'needs' }, { places, relations })).toEqual({ p: 0.02, corrected: 0.1 });
    expect(test({ kind: 'needs', tasks: ['s'] }, { places, relations })).toEqual({ p: 1, corrected: 1 });
  });
});
