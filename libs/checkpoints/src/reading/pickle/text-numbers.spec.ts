import { describe, expect, it } from 'vitest';
import { bytesOfQuoted, floatOfText, integerOf, integerOfText, textOfEscaped } from './text-numbers.ts';

describe('numbers of pickles', () => {
  it('are in two complements, and exact', () => {
    const cases: [number[], number | bigint][] = [
      [[], 0],
      [[255, 0], 255],
      [[255, 127], 32767],
      [[0, 255], -256],
      [[255], -1],
      [[0, 0, 0, 0, 0, 0, 0, 0, 1], 2n ** 64n],
      [[0, 0, 0, 0, 0, 0, 0, 128], -(2n ** 63n)],
    ];
    for (const [bytes, value] of cases) expect(integerOf(Uint8Array.from(bytes))).toBe(value);
  });

  it('are texts of protocol 0', () => {
    expect(
      ['12', '-7', '+3', '99999999999999999999', '1e5', '0x10', '', '1_0'].map((text) => integerOfText(text)),
    ).toEqual([12, -7, 3, 99999999999999999999n, undefined, undefined, undefined, undefined]);
    expect(['1.5', '-1e-3', 'inf', '-inf', '7', '.5', '1.', 'x', '', '0x1'].map((text) => floatOfText(text))).toEqual([
      1.5,
      -0.001,
      Infinity,
      -Infinity,
      7,
      0.5,
      1,
      undefined,
      undefined,
      undefined,
    ]);
    expect(floatOfText('nan')).toBeNaN();
  });
});

describe('texts of protocol 0', () => {
  it('are quoted and escaped as Python 2 does it', () => {
    const text = (line: string) => {
      const bytes = bytesOfQuoted(line);
      return bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1');
    };
    expect(text(String.raw`'it\'s \x00\n\t\\ \101'`)).toBe("it's \0\n\t\\ A");
    expect(text('"double"')).toBe('double');
    expect(['no', "'", `'half"`, ''].map((line) => text(line))).toEqual([undefined, undefined, undefined, undefined]);
    expect(textOfEscaped(String.raw`a\u00e4\U0001F600\n`)).toBe('aä😀\\n');
    expect(textOfEscaped(String.raw`\Uffffffff`)).toBe(String.raw`\Uffffffff`);
  });
});
