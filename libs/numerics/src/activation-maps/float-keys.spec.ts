import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floatOfKey, keyOfFloat } from './float-keys.ts';

describe('keys of floats', () => {
  it('order like the floats and lead back to them', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), fc.float({ noNaN: true }), (one, other) => {
        expect(floatOfKey(keyOfFloat(one))).toBe(one);
        if (one < other) expect(keyOfFloat(one)).toBeLessThan(keyOfFloat(other));
      }),
    );
  });

  it('put zero at the edge of a bin of 20 bits, so that it can be a bound', () => {
    expect(keyOfFloat(0)).toBe(0x80000000);
    expect(keyOfFloat(-0)).toBe(0x7fffffff);
    expect(floatOfKey(0x800 << 20)).toBe(0);
  });
});
