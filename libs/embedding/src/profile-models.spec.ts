import { matchSchema, unitMatchSchema, type ConceptProfileBatch, type UnitMatchBatch } from '@intermodel/schemas';
import { BatchSchemaError, buildBatch, emptyBatch } from '@intermodel/streams';
import { cutBatch, tinyUnitMatches } from '@intermodel/testing';
import fc from 'fast-check';
import { concat, EMPTY, from, lastValueFrom, NEVER, of, throwError, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { normalisations, profileModels, type ProfileModelsOptions } from './index.ts';

const units = tinyUnitMatches({
  b: [
    ['sky', 'object', 0.2],
    ['sky', 'object', 0.05],
    ['sky', 'material', 0.3],
    ['car', 'object', 0.04],
    ['-', 'object', 0.9],
  ],
  a: [
    ['sky', 'object', 0.2],
    ['dog', 'object', 0.041],
    ['dog', 'object', Number.NaN],
  ],
});
const profile = (batches: readonly UnitMatchBatch[], options?: ProfileModelsOptions) =>
  lastValueFrom(from(batches).pipe(profileModels(options)));
const rows = (batch: ConceptProfileBatch) =>
  batch
    .toArray()
    .map(({ model, category, concept, units: count, weight }) => [model, `${category}/${concept}`, count, weight]);

describe(profileModels, () => {
  it('counts by the score that the matches were made by, and refuses a gate of another', async () => {
    const scored = buildBatch(matchSchema({ score: 'lift' }), {
      ...{ model: ['a', 'a', 'a'], layer: ['', '', ''], unit: Int32Array.of(0, 1, 2) },
      ...{ concept: ['sky', 'sky', 'dog'], category: ['object', 'object', 'object'] },
      ...{ iou: Float64Array.of(0.9, 0.9, 0.01), lift: Float64Array.of(1, 3, 5) },
    });
    expect(rows(await profile([scored], { gate: 2, score: 'lift', normalisation: 'count' }))).toEqual([
      ['a', 'object/dog', 1, 1],
      ['a', 'object/sky', 1, 1],
    ]);
    await expect(profile([scored])).rejects.toMatchObject({
      code: 'SCORE_DIFFERS',
      message: expect.stringMatching(/matched by lift, but the gate is one of iou/u) as string,
    });
    await expect(profile([units], { score: 'lift' })).rejects.toMatchObject({ code: 'SCORE_DIFFERS' });
  });

  it('counts matches strictly above the gate, over all models and concepts, sorted', async () => {
    // car is not above 0.04, "-" is no concept, a dead unit matches nothing: object has 2 concepts, material 1.
    expect(rows(await profile([units]))).toEqual([
      ['a', 'material/sky', 0, 0],
      ['a', 'object/dog', 1, 0.5],
      ['a', 'object/sky', 1, 0.5],
      ['b', 'material/sky', 1, 1],
      ['b', 'object/dog', 0, 0],
      ['b', 'object/sky', 2, 1],
    ]);
  });

  it('counts a match at the gate where it is told to', async () => {
    const counted = rows(await profile([units], { compareGate: '>=' }));
    expect(counted.find(([model, concept]) => model === 'b' && concept === 'object/car')).toEqual([
      ...['b', 'object/car'],
      ...[1, 1 / 3],
    ]);
    expect(rows(await profile([units], { compareGate: '>=', gate: 0.0401 }))).toEqual(rows(await profile([units])));
  });

  it.each([
    ['count', 2],
    ['per-category', 1],
    ['share-of-units', 2 / 5],
    ['share-of-matches', 2 / 3],
    ['presence', 1],
    ['hellinger', Math.sqrt(2 / 3)],
  ] as const)('weighs by %s', async (normalisation, weight) => {
    expect(rows(await profile([units], { normalisation })).at(-1)).toEqual(['b', 'object/sky', 2, weight]);
  });

  it('documents every normalisation that it has', () => {
    expect(normalisations).toHaveLength(6);
  });

  it('divides by given numbers of concepts where profiles must be comparable with others', async () => {
    expect(rows(await profile([units], { conceptsOfCategory: { object: 8 } })).at(-1)).toEqual([
      'b',
      'object/sky',
      2,
      0.25,
    ]);
  });

  it('does not count the concepts of models that stand outside, which have weights all the same', async () => {
    // Of object a has 2 concepts without b (dog, sky); material/sky is of b alone.
    const counted = tinyUnitMatches({
      b: [
        ['sky', 'object', 0.2],
        ['car', 'object', 0.2],
        ['sky', 'material', 0.3],
      ],
      a: [
        ['sky', 'object', 0.2],
        ['dog', 'object', 0.2],
      ],
    });
    expect(rows(await profile([counted], { outside: ['b'] }))).toEqual([
      ['a', 'material/sky', 0, 0],
      ['a', 'object/car', 0, 0],
      ['a', 'object/dog', 1, 1 / 2],
      ['a', 'object/sky', 1, 1 / 2],
      ['b', 'material/sky', 1, 1],
      ['b', 'object/car', 1, 1 / 2],
      ['b', 'object/dog', 0, 0],
      ['b', 'object/sky', 1, 1 / 2],
    ]);
    expect(rows(await profile([counted]))[2]).toEqual(['a', 'object/dog', 1, 1 / 3]);
  });

  it('gives the same whatever the batches and their order', async () => {
    const expected = rows(await profile([units]));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.boolean(), async (size, reversed) => {
        const batches = cutBatch(units, size);
        expect(rows(await profile(reversed ? batches.reverse() : batches))).toEqual(expected);
      }),
    );
  });

  it('counts anew for every subscription', async () => {
    const profiles = of(units).pipe(profileModels());
    expect(rows(await lastValueFrom(profiles))).toEqual(rows(await lastValueFrom(profiles)));
  });

  it('emits one batch without rows for an empty source and for empty batches', async () => {
    for (const source of [EMPTY, of(emptyBatch(unitMatchSchema))]) {
      const emitted = await lastValueFrom(source.pipe(profileModels(), toArray()));
      expect(emitted.map(({ numRows }) => numRows)).toEqual([0]);
    }
  });

  it('passes errors on, waits for the end, and refuses a batch of another table', async () => {
    await expect(
      lastValueFrom(
        concat(
          of(units),
          throwError(() => new Error('source')),
        ).pipe(profileModels()),
      ),
    ).rejects.toThrow('source');
    const seen: unknown[] = [];
    concat(of(units), NEVER)
      .pipe(profileModels())
      .subscribe((batch) => seen.push(batch))
      .unsubscribe();
    expect(seen).toEqual([]);
    const wrong = (await profile([units])) as unknown as UnitMatchBatch;
    await expect(profile([wrong])).rejects.toThrow(BatchSchemaError);
  });
});
