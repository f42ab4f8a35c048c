import { matchSchema, type UnitMatchBatch } from '@intermodel/schemas';
import { BatchSchemaError, buildBatch } from '@intermodel/streams';
import { cutBatch, tinyUnitMatches } from '@intermodel/testing';
import { EMPTY, from, lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { countSurvivors } from './index.ts';

const rows = [
  ['b', 'sky', 'object', 0.2, 0.01],
  ['b', 'dog', 'object', 0.2, 0.2],
  ['b', 'red', 'color', 0.02, 0.05],
  ['b', '', '', Number.NaN, Number.NaN],
  ['a', 'red', 'color', 0.04, 0.06],
] as const;
const test = rows.map(([, , , , q]) => q);
const matches = buildBatch(matchSchema({ tested: true }), {
  ...{ model: rows.map(([model]) => model), layer: rows.map(() => 'l'), unit: rows.map((_, unit) => unit) },
  ...{ concept: rows.map((row) => row[1]), category: rows.map((row) => row[2]), iou: rows.map((row) => row[3]) },
  ...({ expectedIou: test, chanceLift: test, p: test, pFamily: test, q: test } as object),
});
const run = async (batches: readonly UnitMatchBatch[], match: 'gate' | 'both' = 'gate') =>
  (await lastValueFrom(from(batches).pipe(countSurvivors({ gate: { gate: 0.04, compareGate: '>', match } }))))
    .toArray()
    .map(({ model, category, units, passing, significant, surviving }) =>
      [model, category, units, passing, significant, surviving].join(' '),
    );
const expected = ['a color 1 0 0 0', 'b  1 0 0 0', 'b color 1 0 1 0', 'b object 2 2 1 1'];

describe(countSurvivors, () => {
  it('counts units that pass the gate, are significant, and both, whatever else a match must be', async () => {
    expect(await run([matches])).toEqual(expected);
    expect(await run(cutBatch(matches, 2), 'both')).toEqual(expected);
  });

  it('counts which of them match better than rolled labels too', async () => {
    const rolled = buildBatch(matchSchema({ tested: true, rolled: true }), {
      ...{ model: ['a', 'a', 'a'], layer: ['l', 'l', 'l'], unit: [0, 1, 2] },
      ...{ concept: ['sky', 'dog', 'red'], category: ['object', 'object', 'color'], iou: [0.2, 0.2, 0.2] },
      ...Object.fromEntries(
        ['expectedIou', 'chanceLift', 'p', 'pFamily', 'q'].map((name) => [name, [0.01, 0.02, 0.3]] as const),
      ),
      ...({ pRoll: [0.01, 0.5, 0.01], pFamilyRoll: [0.01, 0.5, 0.01], qRoll: [0.05, 0.5, 0.01] } as object),
    });
    const counted = async (batch: UnitMatchBatch) =>
      (await lastValueFrom(of(batch).pipe(countSurvivors({ gate: { gate: 0.04, compareGate: '>' } }))))
        .toArray()
        .map(({ category, surviving, survivingRoll }) => [category, surviving, survivingRoll]);
    expect(await counted(rolled)).toEqual([
      ['color', 0, 0],
      ['object', 2, 1],
    ]);
    expect((await counted(matches)).map(([, , roll]) => roll)).toEqual([null, null, null, null]);
  });

  it('gives an empty table for an empty source, and refuses matches without tests', async () => {
    const stage = countSurvivors({ gate: { gate: 0.04, compareGate: '>' } });
    expect((await lastValueFrom(EMPTY.pipe(stage))).numRows).toBe(0);
    await expect(lastValueFrom(of(tinyUnitMatches({ a: [['sky', 'object', 0.2]] })).pipe(stage))).rejects.toThrow(
      BatchSchemaError,
    );
  });
});
