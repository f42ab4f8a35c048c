import { describe, expect, it } from 'vitest';
import { hashJson } from '../store/canonical-json.ts';
import { stepKey } from '../store/step-key.ts';
import { StepFamily, stepsOf, type FamilyDefinition } from './step-family.ts';

const maker = { make: () => Promise.resolve() };
const file = (name: string) => hashJson(name);
const family = (definition: Partial<FamilyDefinition<unknown>> & { readonly kind: string }) =>
  new StepFamily({ codeVersion: '1', options: {}, parts: { table: 'UnitMatch' }, maker, ...definition });

describe(StepFamily, () => {
  it('makes keys of files, of the keys of inputs, and of options that are set', () => {
    const maps = family({
      kind: 'maps',
      count: 3,
      subject: (index) => `shard ${String(index)}`,
      files: (index) => ({ images: file(String(index)) }),
      options: { layer: 'a', grid: undefined },
    });
    expect(maps.at(1)).toMatchObject({
      subject: 'shard 1',
      index: 1,
      key: stepKey({ step: 'maps', codeVersion: '1', inputs: { images: file('1') }, options: { layer: 'a' } }),
    });
    const limit = family({ kind: 'limit', from: { maps: { by: 'all', families: [maps] } } });
    const counts = family({
      kind: 'counts',
      count: 3,
      from: { maps: { by: 'each', family: maps }, limit: { by: 'one', family: limit } },
    });
    expect(limit.only.inputs).toEqual({ maps: hashJson([0, 1, 2].map((index) => maps.at(index).key)) });
    expect(counts.at(2).inputs).toEqual({ maps: maps.at(2).key, limit: limit.only.key });
    const matches = family({ kind: 'matches', from: { counts: { by: 'all', families: [counts, maps] } } });
    expect(matches.only.inputs).toEqual({ counts: hashJson([counts.whole, maps.whole]) });
    expect([...stepsOf(matches.from['counts'] as never, 0)].map(({ step }) => step)).toEqual([
      ...['counts', 'counts', 'counts'],
      ...['maps', 'maps', 'maps'],
    ]);
  });

  it('leaves what is read beside out of the key', () => {
    const a = family({ kind: 'a' });
    const plain = family({ kind: 'b', from: { a: { by: 'one', family: a } } });
    const other = family({
      kind: 'b',
      from: { a: { by: 'one', family: a } },
      beside: { c: { by: 'one', family: family({ kind: 'c' }) } },
    });
    expect(other.only.key).toBe(plain.only.key);
  });

  it('refuses inputs that are not one for one, and places beyond the last', () => {
    const many = family({ kind: 'many', count: 2 });
    expect(() => family({ kind: 'x', from: { many: { by: 'one', family: many } } })).toThrow(/one of 2 steps/u);
    expect(() => family({ kind: 'x', count: 3, from: { many: { by: 'each', family: many } } })).toThrow(
      /input "many" of 3 steps "x" has 2 steps "many"/u,
    );
    expect(() => many.only).toThrow(/there are 2 steps "many"/u);
    expect(() => many.at(2)).toThrow(/step "many" 2 of 2/u);
  });
});
