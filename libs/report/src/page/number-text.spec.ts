import { describe, expect, it } from 'vitest';
import {
  counted,
  decimals,
  listed,
  percent,
  probability,
  probabilityStatement,
  significant,
  whole,
} from './number-text.ts';

describe('numbers in words', () => {
  it('round to decimals, with a true minus sign and none before 0', () => {
    expect([1.2345, -1.2345, -0.004, 0, NaN, Infinity].map((value) => decimals(value, 2))).toEqual([
      ...['1.23', '−1.23', '0.00', '0.00', '–', '–'],
    ]);
  });

  it('round to significant digits', () => {
    expect([1234.5, 0.012_345, -0.5, 2e-7, -3e12, NaN].map((value) => significant(value))).toEqual([
      ...['1230', '0.0123', '−0.5', '2e-7', '−3e+12', '–'],
    ]);
    expect(significant(1234.5, 5)).toBe('1234.5');
  });

  it('state shares in percent', () => {
    expect([percent(0.6066), percent(0.5, 0), percent(NaN)]).toEqual(['60.7\u202f%', '50\u202f%', '–']);
  });

  it('give p and q with three decimals, and say where they are smaller', () => {
    expect([0.04449, 0.0445, 0.001, 0.000_999, 0, 1, NaN].map(probability)).toEqual([
      ...['0.044', '0.044', '0.001', '<0.001', '<0.001', '1.000', '–'],
    ]);
    expect([0.031, 0.0009, 0.001, NaN].map((value) => probabilityStatement('q', value))).toEqual([
      ...['q\u00a0=\u00a00.031', 'q\u00a0<\u00a00.001', 'q\u00a0=\u00a00.001', 'q\u00a0=\u00a0–'],
    ]);
  });

  it('group thousands, and count with the right noun', () => {
    expect([1234567, -1234.4, 999, NaN].map(whole)).toEqual(['1\u202f234\u202f567', '−1\u202f234', '999', '–']);
    expect([counted(1, 'model'), counted(0, 'model'), counted(2, 'property', 'properties')]).toEqual([
      ...['1 model', '0 models', '2 properties'],
    ]);
    expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'])]).toEqual([
      ...['', 'a', 'a and b', 'a, b and c'],
    ]);
  });
});
