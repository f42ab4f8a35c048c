import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, hashJson } from './canonical-json.ts';

describe(canonicalJson, () => {
  it('sorts keys at every depth and leaves out spaces', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true, B: '"\n' })).toBe(
      '{"B":"\\"\\n","a":true,"b":[1,{"c":"x","d":null}]}',
    );
  });

  it('gives equal values one text whatever the order of their keys, and reads back to the same value', () => {
    const shuffled = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(shuffled)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, inner]) => [key, shuffled(inner)]),
            )
          : value;
    const json = fc
      .jsonValue({ noUnicodeString: false })
      .filter((value) => !JSON.stringify(value).includes('__proto__'));
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toStrictEqual(value);
      }),
      { seed: 6 },
    );
  });

  it('keeps every number exactly', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(Object.is(JSON.parse(canonicalJson(number)), number)).toBe(true);
      }),
      { seed: 6 },
    );
    expect(canonicalJson([0.1 + 0.2, -0, 0, 2 ** 53])).toBe('[0.30000000000000004,-0,0,9007199254740992]');
  });

  it('refuses what JSON would drop or bend, and says where it is', () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    const refused: [unknown, RegExp][] = [
      [{ gate: { minimum: undefined } }, /^options\.gate\.minimum is undefined/u],
      [[1, undefined], /^options\[1\] is undefined/u],
      [[1, , 2], /^options\[1\] is undefined/u],
      [{ a: Number.NaN }, /^options\.a is NaN/u],
      [{ a: -Infinity }, /^options\.a is -Infinity/u],
      [{ a: 1n }, /^options\.a is a bigint/u],
      [{ a: () => 1 }, /^options\.a is a function/u],
      [{ a: new Date(0) }, /^options\.a is a Date/u],
      [{ a: new Map() }, /^options\.a is a Map/u],
      [{ a: new Float32Array(1) }, /^options\.a is a Float32Array/u],
      [loop, /^options\.self is an object that contains itself/u],
    ];
    for (const [value, message] of refused) expect(() => canonicalJson(value, 'options')).toThrow(message);
    const shared = { a: 1 };
    expect(canonicalJson([shared, shared])).toBe('[{"a":1},{"a":1}]');
  });
});

describe(hashJson, () => {
  it('is the SHA-256 of the text', () => {
    expect(hashJson({ b: 1, a: 'é' })).toBe(createHash('sha256').update('{"a":"é","b":1}', 'utf8').digest('hex'));
  });
});
