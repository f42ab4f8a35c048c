import { describe, expect, it } from 'vitest';
import { packState, unpackState } from './state-bytes.ts';

describe('packState', () => {
  const state = {
    kind: 'x',
    limit: Infinity,
    missing: NaN,
    list: [1, 'a'],
    nested: { floats: Float32Array.of(1.5, -0, NaN), empty: new Uint16Array() },
    bins: Uint16Array.of(1, 2, 3),
    counts: Float64Array.of(2 ** 40),
  };

  it('comes back as it was, from any place in a buffer', () => {
    const packed = packState(state);
    expect(unpackState(packed)).toEqual(state);
    const shifted = new Uint8Array(packed.length + 3);
    shifted.set(packed, 3);
    expect(unpackState(shifted.subarray(3))).toEqual(state);
  });

  it('gives the same bytes for the same state', () => {
    expect(packState(state)).toEqual(packState(unpackState(packState(state))));
  });

  it('refuses bytes that are something else or were cut short', () => {
    expect(() => unpackState(new Uint8Array(4))).toThrow('no packed state');
    expect(() => unpackState(packState(state).subarray(0, 40))).toThrow('cut short');
    expect(() => unpackState(packState(state).subarray(0, -8))).toThrow('cut short');
  });
});
