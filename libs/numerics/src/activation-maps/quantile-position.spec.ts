import { describe, expect, it } from 'vitest';
import { quantilePosition } from './quantile-position.ts';

describe('quantilePosition', () => {
  it('follows the three rules', () => {
    // N = 313600 at 0.99, as in a data set of 100 images of 56 x 56.
    expect(quantilePosition(0.99, 313600, 'hazen')).toEqual({ lower: 310463, fraction: 0.5 });
    const linear = quantilePosition(0.99, 313600, 'linear');
    expect(linear.lower).toBe(310463);
    expect(linear.fraction).toBeCloseTo(0.01, 9);
    expect(quantilePosition(0.99, 313600, 'inverted-cdf')).toEqual({ lower: 310463, fraction: 0 });
    expect(quantilePosition(0.5, 5, 'inverted-cdf')).toEqual({ lower: 2, fraction: 0 });
  });

  it('stays between the first and the last value', () => {
    expect(quantilePosition(0.99, 10, 'hazen')).toEqual({ lower: 9, fraction: 0 });
    expect(quantilePosition(0.01, 10, 'hazen')).toEqual({ lower: 0, fraction: 0 });
    expect(quantilePosition(0.5, 1, 'linear')).toEqual({ lower: 0, fraction: 0 });
  });
});
