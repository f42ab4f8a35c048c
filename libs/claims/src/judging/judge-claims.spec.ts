import { universeEffectSchema } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import fc from 'fast-check';
import { EMPTY, lastValueFrom, of, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { askClaims } from '../universes/ask-claims.ts';
import { rateChoices } from '../universes/rate-choices.ts';
import { universeTable, type UniverseChoices } from '../universes/draw-universes.ts';
import { wordClaim } from '../vocabulary/claim-words.ts';
import { givenView } from '../fixtures/given-view.ts';
import { gatherEvidence } from './gather-evidence.ts';
import { judgeClaims } from './judge-claims.ts';
import { verdictOf } from './verdict.ts';

const near = wordClaim({ kind: 'nearer', models: ['a', 'b'] });
const category = wordClaim({ kind: 'category', models: ['a', 'b'] });
const yes = givenView({ places: { a: 0, b: 1, c: 3 }, labels: [0, 0, 1] });
const no = givenView({ places: { a: 0, b: 1, c: 1.5 }, labels: [0, 1, 1] });
const without = givenView({ places: { a: 0, c: 1 } });

const choices: UniverseChoices = {
  gate: 0.04,
  compareGate: '>',
  match: 'gate',
  normalisation: 'count',
  dropFirstConcept: false,
  leftOut: [],
  components: 2,
  clusters: 3,
  distance: 'profiles',
};

describe(verdictOf, () => {
  const known = { q: 0.01, replicateShare: 1, universeShare: 1 };

  it('follows the rule', () => {
    expect(verdictOf({ isSo: true, ...known })).toBe('holds');
    expect(verdictOf({ isSo: true, ...known, q: 0.05 })).toBe('holds');
    expect(verdictOf({ isSo: true, ...known, q: 0.051 })).toBe('undecided');
    expect(verdictOf({ isSo: true, ...known, q: Number.NaN })).toBe('undecided');
    expect(verdictOf({ isSo: true, ...known, universeShare: 0.9 })).toBe('holds');
    expect(verdictOf({ isSo: true, ...known, universeShare: 0.89 })).toBe('undecided');
    expect(verdictOf({ isSo: true, ...known, universeShare: Number.NaN })).toBe('holds');
    const against = { isSo: false, q: 1, replicateShare: 0.05, universeShare: 0.1 };
    expect(verdictOf(against)).toBe('fails');
    expect(verdictOf({ ...against, isAsked: false })).toBe('undecided');
    expect(verdictOf({ ...against, universeShare: 0.11 })).toBe('undecided');
    expect(verdictOf({ ...against, replicateShare: 0.06 })).toBe('undecided');
    expect(verdictOf({ ...against, replicateShare: Number.NaN, universeShare: Number.NaN })).toBe('fails');
  });

  it('never calls more for a claim worse, nor less for it better', () => {
    const rank = { fails: 0, undecided: 1, holds: 2 };
    const grounds = fc.record({
      isSo: fc.boolean(),
      q: fc.double({ min: 0, max: 1, noNaN: true }),
      replicateShare: fc.double({ min: 0, max: 1, noNaN: true }),
      universeShare: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(grounds, grounds, (one, other) => {
        const better = {
          isSo: one.isSo || other.isSo,
          q: Math.min(one.q, other.q),
          replicateShare: Math.max(one.replicateShare, other.replicateShare),
          universeShare: Math.max(one.universeShare, other.universeShare),
        };
        expect(rank[verdictOf(better)]).toBeGreaterThanOrEqual(rank[verdictOf(one)]);
      }),
    );
  });
});

describe(gatherEvidence, () => {
  it('counts replicates, adds one, and corrects for the claims beside', () => {
    const [first, second] = gatherEvidence([near, category], yes, [yes, yes, no, without]);
    expect(first).toMatchObject({ isSo: true, effect: 0.5, replicates: 3, replicateShare: 2 / 3, p: 0.5, q: 0.5 });
    expect(second).toMatchObject({ isSo: true, effect: 1, replicates: 3, p: 0.5, q: 0.5 });
    expect(first?.low).toBeLessThan(0);
    expect(first?.high).toBe(0.5);
  });

  it('knows nothing of chance without replicates', () => {
    expect(gatherEvidence([near], yes)).toEqual([
      {
        effect: 0.5,
        isSo: true,
        isAsked: true,
        low: Number.NaN,
        high: Number.NaN,
        replicates: 0,
        replicateShare: Number.NaN,
        p: Number.NaN,
        q: Number.NaN,
      },
    ]);
  });

  it('takes the correction of relations from their own table, which those of others do not count', () => {
    const relation = wordClaim({ kind: 'correlates', predictor: 'pc1', with: 't', sign: 'positive' });
    const study = givenView({
      places: { a: 0, b: 1, c: 3 },
      relations: { 'pc1 t': { r: 0.9, p: 0.0001, corrected: 0.04 } },
    });
    const [one, other] = gatherEvidence([relation, near], study, [study, study, study]);
    expect([one?.p, one?.q]).toEqual([0.0001, 0.04]);
    expect([other?.p, other?.q]).toEqual([0.25, 0.25]);
  });
});

describe(judgeClaims, () => {
  const evidence = gatherEvidence(
    [near],
    yes,
    Array.from({ length: 99 }, () => yes),
  );
  const run = async (batches: Observable<Awaited<ReturnType<typeof askClaims>>>, universes: number) => {
    const table = universeTable(
      Array.from({ length: universes }, (_, index) => ({ ...choices, gate: index % 2 === 0 ? 0.04 : 0.1 })),
    );
    const influence = await lastValueFrom(batches.pipe(rateChoices({ universes: table })));
    const judged = await lastValueFrom(batches.pipe(judgeClaims({ claims: [near], evidence, choices: influence })));
    return judged.toArray()[0]?.toJSON();
  };

  it('counts the universes in which a claim can be asked, and not the study', async () => {
    const effects = await askClaims(
      [near],
      [
        [0, yes],
        [1, no],
        [2, yes],
        [3, without],
        [4, yes],
      ],
    );
    const row = await run(of(effects), 5);
    expect(row).toMatchObject({
      verdict: 'undecided',
      isSo: true,
      universes: 3,
      universeShare: 2 / 3,
      universeEffect: 0.5,
      movedBy: 'gate',
      movedShare: 1,
      p: 0.01,
      q: 0.01,
    });
    expect(row?.sentence).toBe(
      'So in the study and in 100 % of 99 replicates and 67 % of 3 universes, but other choices undo it (most of all the gate: 100 % of the variance).',
    );
  });

  it('gives the same however the effects are cut', async () => {
    const all: (readonly [number, typeof yes])[] = [
      [0, yes],
      [1, no],
      [2, yes],
    ];
    const whole = await askClaims([near], all);
    const parts = await Promise.all(all.map((each) => askClaims([near], [each])));
    expect(await run(of(...parts), 3)).toEqual(await run(of(whole), 3));
    const empty = await askClaims([near], []);
    expect(await run(of(empty, whole, empty), 3)).toEqual(await run(of(whole), 3));
  });

  it('judges without universes', async () => {
    const row = await run(EMPTY, 1);
    expect(row).toMatchObject({ verdict: 'holds', universes: 0, universeShare: null, movedBy: '', movedShare: null });
    expect(row?.sentence).toBe('So in the study (q 0.010), and in 100 % of 99 replicates.');
  });

  it('refuses another table', async () => {
    const other = buildBatch(universeEffectSchema, { universe: [0], claim: ['x'], effect: [1], isSo: [true] });
    await expect(
      lastValueFrom(
        of(other.select(['universe']) as unknown as typeof other).pipe(
          judgeClaims({
            claims: [near],
            evidence,
            choices: await lastValueFrom(of(other).pipe(rateChoices({ universes: universeTable([choices]) }))),
          }),
        ),
      ),
    ).rejects.toThrow('judgeClaims');
  });
});
