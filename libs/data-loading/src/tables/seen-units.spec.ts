import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeenUnits } from './seen-units.ts';

describe(SeenUnits, () => {
  it('tells the first place of every unit that comes again, as a plain map does', () => {
    const files = ['a.csv', 'b.csv'];
    const row = fc.record({
      model: fc.constantFrom('m', 'n'),
      layer: fc.constantFrom('', 'l'),
      unit: fc.oneof(fc.nat(12), fc.constantFrom(5000, 2_147_483_647)),
      file: fc.constantFrom(...files),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
        const seen = new SeenUnits(files);
        const oracle = new Map<string, { file: string; line: number }>();
        rows.forEach(({ model, layer, unit, file }, index) => {
          const key = JSON.stringify([model, layer, unit]);
          const place = { file, line: index + 2 };
          expect(seen.add(model, layer, unit, place)).toEqual(oracle.get(key));
          if (!oracle.has(key)) oracle.set(key, place);
        });
      }),
    );
  });

  it('finds units again that came before the list had grown to them', () => {
    const seen = new SeenUnits(['a.csv']);
    const at = (line: number) => ({ file: 'a.csv', line });
    expect(seen.add('m', '', 3000, at(1))).toBeUndefined();
    for (let unit = 0; unit < 2999; unit++) expect(seen.add('m', '', unit, at(unit + 2))).toBeUndefined();
    expect(seen.add('m', '', 3001, at(9000))).toBeUndefined();
    expect(seen.add('m', '', 3000, at(9001))).toEqual(at(1));
    expect(seen.add('m', '', 2998, at(9002))).toEqual(at(3000));
    expect(seen.add('m', '', 3001, at(9003))).toEqual(at(9000));
  });
});
