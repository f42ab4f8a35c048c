import { describe, expect, it } from 'vitest';
import { informationQuality, intersectionOverUnion, passesLimit, scorePasses } from './unit-scores.ts';

describe('intersectionOverUnion', () => {
  it('divides intersection by union, with an epsilon where a preset has one', () => {
    expect(intersectionOverUnion({ intersection: 2, unitArea: 5, conceptArea: 7 })).toBe(0.2);
    expect(intersectionOverUnion({ intersection: 2, unitArea: 5, conceptArea: 7 }, 10)).toBe(0.1);
  });

  it('is 0 for 0/0', () => {
    expect(intersectionOverUnion({ intersection: 0, unitArea: 0, conceptArea: 0 })).toBe(0);
  });
});

describe('informationQuality', () => {
  it('is 1 where mask and label agree, 0 where they are independent or nothing varies', () => {
    expect(informationQuality({ intersection: 30, unitArea: 30, conceptArea: 30 }, 100)).toBeCloseTo(1, 12);
    expect(informationQuality({ intersection: 6, unitArea: 30, conceptArea: 20 }, 100)).toBeCloseTo(0, 12);
    expect(informationQuality({ intersection: 0, unitArea: 0, conceptArea: 0 }, 100)).toBe(0);
  });

  it('equals mutual information over joint entropy', () => {
    // Cells 10, 20, 5, 65 of 100: I = sum p log(p / pq), H = -sum p log p, computed with numpy.
    expect(informationQuality({ intersection: 10, unitArea: 30, conceptArea: 15 }, 100)).toBeCloseTo(
      0.052_581_323_459_845_876,
      14,
    );
  });
});

describe('scorePasses', () => {
  it('asks for more than the gate or for as much, and for more than 0', () => {
    expect([0.03, 0.04, 0.05].map((score) => scorePasses(score, '>', 0.04))).toEqual([false, false, true]);
    expect([0.03, 0.04, 0.05].map((score) => scorePasses(score, '>=', 0.04))).toEqual([false, true, true]);
    expect([-1, 0, 1, NaN].map((value) => passesLimit(value, '>=', 0))).toEqual([false, true, true, false]);
    expect([0, NaN, 1e-9].map((score) => scorePasses(score, '>=', 0))).toEqual([false, false, true]);
  });
});
