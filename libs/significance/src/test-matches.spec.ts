import {
  conceptProfileSchema,
  isRolled,
  isTested,
  matchSchema,
  testColumn,
  unitNullSchema,
  type UnitMatchBatch,
  type UnitNullBatch,
  type UnitNullFacts,
  type UnitRollColumn,
  type UnitTestColumn,
} from '@intermodel/schemas';
import { BatchSchemaError, buildBatch, emptyBatch, readNumbers } from '@intermodel/streams';
import { cutBatch, tinyUnitMatches } from '@intermodel/testing';
import { concat, EMPTY, from, lastValueFrom, of, throwError, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { testMatches } from './index.ts';

/** Three units of a layer with four replicates each; the last is never active. */
const matches = tinyUnitMatches({
  a: [
    ['sky', 'object', 0.2],
    ['dog', 'object', 0.1],
    ['', '', Number.NaN],
  ],
});
const layer = matches.get(0)?.layer ?? '';
const facts: UnitNullFacts = { model: 'a', layer, kind: 'exchange', seed: 0, first: 0, count: 4, images: 9, groups: 1 };
const replicates = [
  [0.1, 0.15, 0.2, 0.05],
  [0.1, 0.2, 0.3, 0.1],
  [0, 0, 0, 0],
];
const nullsOf = (from_: number, end: number, changes: Partial<UnitNullFacts> = {}): UnitNullBatch => {
  const own = { ...facts, first: from_, count: end - from_, ...changes };
  return buildBatch(unitNullSchema(own), {
    unit: [0, 1, 2],
    observed: Float64Array.of(0.2, 0.1, Number.NaN),
    overlap: Float64Array.of(30, 8, Number.NaN),
    expectedOverlap: Float64Array.of(10, 16, Number.NaN),
    expectedIou: Float64Array.of(0.06, 0.2, Number.NaN),
    replicates: Float64Array.from(replicates.flatMap((row) => row.slice(from_, end))),
  });
};
const run = (batches: readonly UnitMatchBatch[], nulls: readonly UnitNullBatch[]) =>
  lastValueFrom(from(batches).pipe(testMatches({ nulls }), toArray()));
const read = (batches: readonly UnitMatchBatch[], name: UnitTestColumn | UnitRollColumn) =>
  batches.flatMap((batch) => {
    const vector = testColumn(batch, name);
    return vector === undefined ? [] : [...readNumbers(vector)];
  });

describe(testMatches, () => {
  it('pools replicates of units where it is told to', async () => {
    const tested = await lastValueFrom(
      of(matches).pipe(testMatches({ nulls: [nullsOf(0, 4)], pool: 'alike' }), toArray()),
    );
    // Two units in ten groups stand for themselves: all else stays as it is.
    expect(read(tested, 'p')).toEqual([2 / 5, 1, Number.NaN]);
    expect(read(tested, 'pFamily')).toEqual([2 / 5, 1, Number.NaN]);
  });

  it('tests each unit, and all units together, as worked out by hand', async () => {
    const tested = await run([matches], [nullsOf(0, 4)]);
    // Of unit 0 one replicate of four reaches 0.2, of unit 1 all do.
    expect(read(tested, 'p')).toEqual([2 / 5, 1, Number.NaN]);
    expect(read(tested, 'q')).toEqual([4 / 5, 1, Number.NaN]);
    // Scaled, unit 0 is at 1.01, unit 1 at -0.75; the maxima of the replicates are -0.68, 0.5, 1.75 and -0.75.
    expect(read(tested, 'pFamily')).toEqual([2 / 5, 1, Number.NaN]);
    expect(read(tested, 'expectedIou')).toEqual([0.06, 0.2, Number.NaN]);
    expect(read(tested, 'chanceLift')).toEqual([3, 0.5, Number.NaN]);
    expect(tested[0]?.toArray().map(({ concept, iou }) => [concept, iou])).toEqual(
      matches.toArray().map(({ concept, iou }) => [concept, iou]),
    );
  });

  it('gives the same in any batches, and from replicates in several tables', async () => {
    const whole = await run([matches], [nullsOf(0, 4)]);
    for (const nulls of [
      [nullsOf(0, 1), nullsOf(1, 4)],
      [nullsOf(2, 4), nullsOf(0, 2)],
    ])
      for (const size of [1, 2, 3]) {
        const tested = await run(cutBatch(matches, size), nulls);
        for (const name of ['p', 'pFamily', 'q', 'expectedIou', 'chanceLift'] as const)
          expect(read(tested, name)).toEqual(read(whole, name));
      }
  });

  it('tests against both kinds of labels, each by itself, whichever comes first', async () => {
    const rolled = nullsOf(0, 3, { kind: 'roll' });
    const [exchanged, alone] = [await run([matches], [nullsOf(0, 4)]), await run([matches], [rolled])];
    for (const nulls of [
      [nullsOf(0, 4), rolled],
      [rolled, nullsOf(0, 4)],
    ]) {
      const both = await run([matches], nulls);
      expect(both.map(isRolled)).toEqual([true]);
      for (const name of ['p', 'pFamily', 'q', 'expectedIou', 'chanceLift'] as const)
        expect(read(both, name)).toEqual(read(exchanged, name));
      expect(read(both, 'pRoll')).toEqual(read(alone, 'p'));
      expect(read(both, 'pFamilyRoll')).toEqual(read(alone, 'pFamily'));
      expect(read(both, 'qRoll')).toEqual(read(alone, 'q'));
      expect(read(both, 'qRoll')).not.toEqual(read(both, 'q'));
    }
    expect([...exchanged, ...alone].map(isRolled)).toEqual([false, false]);
  });

  it('counts the units of all layers of a model for q', async () => {
    const tested = await run([matches], [nullsOf(0, 4), nullsOf(0, 4, { layer: 'other' })]);
    expect(read(tested, 'q')).toEqual([4 / 5, 1, Number.NaN]);
    const once = await run([matches], [nullsOf(0, 4), nullsOf(0, 4, { model: 'b', layer })]);
    expect(read(once, 'p')).toEqual(read(tested, 'p'));
  });

  it('keeps the column of another score', async () => {
    const { concept, category, iou } = {
      concept: ['sky', 'dog', ''],
      category: ['object', 'object', ''],
      iou: [0.2, 0.1, Number.NaN],
    };
    const scored = buildBatch(matchSchema({ score: 'f1' }), {
      ...{ model: ['a', 'a', 'a'], layer: [layer, layer, layer], unit: [0, 1, 2], concept, category, iou },
      ...({ f1: [0.3, 0.2, Number.NaN] } as object),
    });
    const [tested] = await run([scored], [nullsOf(0, 4)]);
    expect(tested !== undefined && isTested(tested)).toBe(true);
    expect(tested?.schema.fields.map(({ name }) => name).slice(5)).toEqual([
      ...['iou', 'f1', 'expectedIou', 'chanceLift', 'p', 'pFamily', 'q'],
    ]);
  });

  it('refuses replicates that do not belong together, and units without', async () => {
    for (const [nulls, problem] of [
      [[nullsOf(1, 4)], 'replicate 1 where 0 should follow'],
      [[nullsOf(0, 2), nullsOf(2, 4, { seed: 1 })], 'drawn in another way'],
      [[nullsOf(0, 4), nullsOf(0, 2, { layer: 'other' })], '2 and 4 replicates'],
      [[nullsOf(0, 4, { model: 'b' })], 'no replicates of unit 0 of a'],
    ] as const)
      await expect(run([matches], nulls)).rejects.toThrow(problem);
    await expect(run([matches], [emptyBatch(conceptProfileSchema) as unknown as UnitNullBatch])).rejects.toThrow(
      BatchSchemaError,
    );
    await expect(run([emptyBatch(conceptProfileSchema) as unknown as UnitMatchBatch], [nullsOf(0, 4)])).rejects.toThrow(
      BatchSchemaError,
    );
  });

  it('emits nothing for an empty source, and passes errors on', async () => {
    const stage = testMatches({ nulls: [nullsOf(0, 4)] });
    expect(await lastValueFrom(EMPTY.pipe(stage, toArray()))).toEqual([]);
    await expect(
      lastValueFrom(
        concat(
          of(matches),
          throwError(() => new Error('source')),
        ).pipe(stage),
      ),
    ).rejects.toThrow('source');
  });
});
