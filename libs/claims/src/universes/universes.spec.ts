import { universeEffectSchema } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import fc from 'fast-check';
import { lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { drawUniverses, universeTable, type ChoiceLevels, type UniverseChoices } from './draw-universes.ts';
import { rateChoices } from './rate-choices.ts';

const study: UniverseChoices = {
  gate: 0.04,
  compareGate: '>',
  match: 'gate',
  normalisation: 'count',
  dropFirstConcept: false,
  leftOut: ['Random'],
  components: 2,
  clusters: 3,
  distance: 'profiles',
};
const only: ChoiceLevels = {
  gate: [0.04],
  compareGate: ['>'],
  match: ['gate'],
  normalisation: ['count'],
  dropFirstConcept: [false],
  leftOut: [['Random']],
  components: [2],
  clusters: [3],
  distance: ['profiles'],
};

describe(drawUniverses, () => {
  it('combines all levels where they are few, the study first', () => {
    const { universes, combinations } = drawUniverses({
      study,
      levels: { ...only, gate: [0.02, 0.04], distance: ['profiles', 'cosine', 'components'] },
      universes: 100,
    });
    expect(combinations).toBe(6);
    expect(universes[0]).toEqual(study);
    expect(universes.map(({ gate, distance }) => [gate, distance])).toEqual([
      [0.04, 'profiles'],
      [0.04, 'cosine'],
      [0.04, 'components'],
      [0.02, 'profiles'],
      [0.02, 'cosine'],
      [0.02, 'components'],
    ]);
  });

  it('adds the choice of the study where levels lack it', () => {
    const { universes, combinations } = drawUniverses({ study, levels: { ...only, clusters: [2] }, universes: 9 });
    expect(combinations).toBe(2);
    expect(universes.map(({ clusters }) => clusters)).toEqual([3, 2]);
  });

  it('draws none twice, the study always, in order, and the same for a seed', () => {
    const levels = {
      ...only,
      gate: [1, 2, 3, 4, 5],
      components: [1, 2, 3, 4],
      leftOut: [['Random'], ['Random', 'a'], []],
    };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 0, max: 1000 }), (most, seed) => {
        const { universes, combinations } = drawUniverses({ study, levels, universes: most, seed });
        expect(combinations).toBe(6 * 4 * 3);
        expect(universes).toHaveLength(Math.min(most, combinations));
        expect(new Set(universes.map((each) => JSON.stringify(each))).size).toBe(universes.length);
        expect(universes[0]).toEqual(study);
        expect(drawUniverses({ study, levels, universes: most, seed }).universes).toEqual(universes);
      }),
    );
  });

  it('gives every combination the same chance', () => {
    const levels = { ...only, gate: [1, 2, 3, 4, 5, 6, 7, 8, 9] };
    const drawn = new Map<number, number>();
    const rounds = 3000;
    for (let seed = 0; seed < rounds; seed++)
      for (const { gate } of drawUniverses({ study, levels, universes: 4, seed }).universes.slice(1))
        drawn.set(gate, (drawn.get(gate) ?? 0) + 1);
    // Three of nine, within four standard errors.
    for (const count of drawn.values())
      expect(Math.abs(count / rounds - 1 / 3)).toBeLessThan(4 * Math.sqrt(((1 / 3) * (2 / 3)) / rounds));
    expect(drawn.size).toBe(9);
  });

  it('refuses none', () => {
    expect(() => drawUniverses({ study, levels: only, universes: 0 })).toThrow(
      expect.objectContaining({ code: 'UNIVERSES_FEW' }),
    );
  });
});

describe(rateChoices, () => {
  const universes = universeTable([
    study,
    { ...study, gate: 0.1 },
    { ...study, distance: 'cosine' },
    { ...study, gate: 0.1, distance: 'cosine' },
  ]);
  const rate = async (effects: readonly number[]) => {
    const batch = buildBatch(universeEffectSchema, {
      universe: effects.map((_, universe) => universe),
      claim: effects.map(() => 'one'),
      effect: effects,
      isSo: effects.map(() => true),
    });
    const rows = (await lastValueFrom(of(batch).pipe(rateChoices({ universes })))).toArray();
    return Object.fromEntries(rows.map(({ choice, share }) => [choice, share]));
  };

  it('shares the variance of a balanced table among its choices, worked out by hand', async () => {
    // Means of gates 2 and 6, of distances 3 and 5: squares between 16 and 4 of 20.
    expect(await rate([1, 5, 3, 7])).toEqual({ gate: 0.8, distance: 0.2 });
    expect(await rate([1, -1, -1, 1])).toEqual({ gate: 0, distance: 0 });
  });

  it('explains nothing where nothing changes, and leaves undefined effects out', async () => {
    expect(await rate([0.1, 0.1, 0.1, 0.1])).toEqual({ gate: 0, distance: 0 });
    expect(await rate([1, 5, Number.NaN, Number.NaN])).toEqual({ gate: 1 });
  });
});
