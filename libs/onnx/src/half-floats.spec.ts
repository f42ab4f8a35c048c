import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { floatsFromHalves, halvesFromFloats } from './half-floats.ts';

describe('half floats', () => {
  it.each([
    [0x0000, 0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65_504],
    [0x0001, 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0x7c00, Infinity],
  ])('knows %i', (bits, value) => {
    expect(floatsFromHalves(Uint16Array.of(bits))[0]).toBe(value);
    expect(halvesFromFloats(Float32Array.of(value))[0]).toBe(bits);
  });

  it('returns every half as it was', () => {
    const halves = Uint16Array.from({ length: 65_536 }, (_, bits) => bits).filter((bits) => (bits & 0x7fff) <= 0x7c00);
    expect(halvesFromFloats(floatsFromHalves(halves))).toEqual(halves);
    expect(floatsFromHalves(Uint16Array.of(0x7e00))[0]).toBeNaN();
    expect(halvesFromFloats(Float32Array.of(NaN))[0]).toBe(0x7e00);
  });

  it('rounds to the nearest, ties to even, and overflows to infinity', () => {
    expect(halvesFromFloats(Float32Array.of(65_519, 65_520, -1e9, 2 ** -25, 1.5 * 2 ** -24))).toEqual(
      Uint16Array.of(0x7bff, 0x7c00, 0xfc00, 0, 2),
    );
    fc.assert(
      fc.property(fc.float({ min: -65_000, max: 65_000, noNaN: true }), (value) => {
        const bits = halvesFromFloats(Float32Array.of(value))[0]!;
        const [near, below, above] = floatsFromHalves(
          Uint16Array.of(
            bits,
            Math.max(0, (bits & 0x7fff) - 1) | (bits & 0x8000),
            Math.min(0x7c00, (bits & 0x7fff) + 1) | (bits & 0x8000),
          ),
        );
        return Math.abs(near! - value) <= Math.min(Math.abs(below! - value), Math.abs(above! - value));
      }),
    );
  });
});
