import { readFileSync } from 'node:fs';
import { jackknifeAcceleration } from '@intermodel/numerics';
import {
  intervalColumn,
  isResampled,
  matchSchemaOf,
  testColumn,
  unitReplicateSchema,
  unitNullSchema,
  type UnitMatchBatch,
  type UnitReplicateBatch,
  type UnitReplicateFacts,
} from '@intermodel/schemas';
import { arrowFileBytes, buildBatch, readArrowBytes, readNumbers } from '@intermodel/streams';
import { cutBatch, tinyUnitMatches } from '@intermodel/testing';
import { from, lastValueFrom, of, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { intervalMatches, testMatches } from './index.ts';

const golden = JSON.parse(readFileSync(new URL('golden/block-intervals.json', import.meta.url), 'utf8')) as readonly {
  readonly blocks: number;
  readonly iou: number;
  readonly jackknife: readonly number[];
  readonly replicates: readonly number[];
  readonly interval: readonly [number, number];
}[];

/** Three units of a layer; the second has no concept, the last is never active. */
const matches = tinyUnitMatches({
  a: [
    ['sky', 'object', 0.4],
    ['', '', 0],
    ['', '', Number.NaN],
  ],
});
const layer = matches.get(0)?.layer ?? '';
const facts = {
  model: 'a',
  layer,
  seed: 0,
  images: 60,
  blocks: 10,
  concepts: [{ concept: 'sky', category: 'object' }],
};
const ious = Array.from({ length: 41 }, (_, at) => at / 40);

/** Replicates `first` to `end - 1` of the three units. */
const roundOf = (first: number, end: number, changes: Partial<UnitReplicateFacts> = {}): UnitReplicateBatch => {
  const count = end - first;
  return buildBatch(unitReplicateSchema({ ...facts, first, count, ...changes }), {
    unit: [0, 1, 2],
    iou: Float64Array.of(0.4, Number.NaN, Number.NaN),
    acceleration: Float64Array.of(0.01, Number.NaN, Number.NaN),
    ious: Float64Array.from([...ious.slice(first, end), ...Array<number>(2 * count).fill(Number.NaN)]),
    concepts: new Int32Array(3 * count).fill(-1),
    scores: new Float64Array(3 * count),
  });
};
const run = (batches: readonly UnitMatchBatch[], replicates: readonly UnitReplicateBatch[]) =>
  lastValueFrom(from(batches).pipe(intervalMatches({ replicates }), toArray()));
const read = (batches: readonly UnitMatchBatch[]) =>
  batches.flatMap((batch) => {
    const [low, high] = [intervalColumn(batch, 'iouLow'), intervalColumn(batch, 'iouHigh')];
    if (low === undefined || high === undefined) return [];
    const highs = readNumbers(high);
    return Array.from(readNumbers(low), (each, row) => [each, highs[row]]);
  });

describe(intervalMatches, () => {
  it.each(golden.map((figures) => [figures.blocks, figures] as const))(
    'agrees with scipy over %i blocks',
    async (blocks, { iou, jackknife, replicates, interval }) => {
      const [unit] = cutBatch(matches, 1) as [UnitMatchBatch];
      const round = buildBatch(unitReplicateSchema({ ...facts, blocks, first: 0, count: replicates.length }), {
        unit: [0],
        iou: Float64Array.of(iou),
        acceleration: Float64Array.of(jackknifeAcceleration(Float64Array.from(jackknife))),
        ious: Float64Array.from(replicates),
        concepts: new Int32Array(replicates.length),
        scores: new Float64Array(replicates.length),
      });
      const [found = []] = read(await run([unit], [round]));
      expect(found[0]).toBeCloseTo(interval[0], 9);
      expect(found[1]).toBeCloseTo(interval[1], 9);
    },
  );

  it('takes percentiles of few blocks, and gives none without a concept', async () => {
    const [resampled] = await run([matches], [roundOf(0, 41)]);
    if (resampled === undefined) throw new Error('no matches');
    // Of 41 values from 0 to 1 the percentiles 2.5 and 97.5 lie at places 1 and 39.
    expect(read([resampled])[0]).toEqual([expect.closeTo(1 / 40, 12), expect.closeTo(39 / 40, 12)]);
    expect(read([resampled]).slice(1)).toEqual([
      [Number.NaN, Number.NaN],
      [Number.NaN, Number.NaN],
    ]);
    expect(resampled.toArray().map(({ concept, iou }) => [concept, iou])).toEqual(
      matches.toArray().map(({ concept, iou }) => [concept, iou]),
    );
    expect([isResampled(matches), isResampled(resampled)]).toEqual([false, true]);
    const bytes = arrowFileBytes(matchSchemaOf(resampled), [resampled]);
    expect(isResampled(readArrowBytes(bytes, 'matches').batches[0] as unknown as UnitMatchBatch)).toBe(true);
  });

  it('takes percentiles where all replicates lie on one side', async () => {
    const wide = { blocks: 30 };
    const round = roundOf(30, 41, { ...wide, first: 0, count: 11 });
    expect(read(await run([matches], [round]))[0]).toEqual([
      expect.closeTo((30 + 0.25) / 40, 12),
      expect.closeTo((40 - 0.25) / 40, 12),
    ]);
  });

  it('gives the same in any batches, and from replicates in several tables', async () => {
    const whole = read(await run([matches], [roundOf(0, 41)]));
    for (const rounds of [
      [roundOf(0, 5), roundOf(5, 41)],
      [roundOf(20, 41), roundOf(0, 20)],
    ])
      for (const size of [1, 2, 3]) expect(read(await run(cutBatch(matches, size), rounds))).toEqual(whole);
  });

  it('keeps the tests of matches that were tested before', async () => {
    const nulls = buildBatch(
      unitNullSchema({ model: 'a', layer, kind: 'exchange', seed: 0, first: 0, count: 1, images: 60, groups: 1 }),
      {
        unit: [0, 1, 2],
        observed: Float64Array.of(0.4, 0, Number.NaN),
        overlap: Float64Array.of(30, Number.NaN, Number.NaN),
        expectedOverlap: Float64Array.of(10, Number.NaN, Number.NaN),
        expectedIou: Float64Array.of(0.06, Number.NaN, Number.NaN),
        replicates: Float64Array.of(0.1, 0.1, 0),
      },
    );
    const tested = await lastValueFrom(of(matches).pipe(testMatches({ nulls: [nulls] })));
    const [both] = await run([tested], [roundOf(0, 41)]);
    if (both === undefined) throw new Error('no matches');
    for (const name of ['p', 'q', 'expectedIou'] as const)
      expect([...(testColumn(both, name) ?? [])]).toEqual([...(testColumn(tested, name) ?? [])]);
    expect(read([both])).toEqual(read(await run([matches], [roundOf(0, 41)])));
  });

  it('refuses replicates that do not belong together, or to the units', async () => {
    await expect(run([matches], [roundOf(5, 41)])).rejects.toThrow('has replicate 5 where 0 of the same draw');
    await expect(run([matches], [roundOf(0, 5), roundOf(5, 41, { seed: 1 })])).rejects.toThrow('of the same draw');
    await expect(run([matches], [roundOf(0, 41, { layer: 'other' })])).rejects.toThrow('no replicates of unit 0 of a');
    await expect(run([matches], [roundOf(0, 41), roundOf(0, 5, { layer: 'other' })])).rejects.toThrow('in another way');
    await expect(run([matches], [matches as unknown as UnitReplicateBatch])).rejects.toThrow(
      'does not state its draws',
    );
  });
});
