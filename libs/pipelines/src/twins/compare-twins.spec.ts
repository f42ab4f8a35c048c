import { modelUnitsSchema, profileSummarySchema } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import { describe, expect, it } from 'vitest';
import { compareTwins } from './compare-twins.ts';

describe(compareTwins, () => {
  it('sums matches over categories, and counts what matches nothing as 0', () => {
    const summaries = buildBatch(profileSummarySchema, {
      model: ['a', 'a', 'a-twin', 'b'],
      category: ['color', 'object', 'color', 'object'],
      matches: Int32Array.of(2, 3, 1, 7),
      unique: Int32Array.of(1, 1, 1, 1),
      redundancy: Float64Array.of(2, 3, 1, 7),
    });
    const units = buildBatch(modelUnitsSchema, {
      model: ['a', 'a-twin', 'b', 'b-twin'],
      units: Int32Array.of(8, 8, 16, 16),
    });
    const twins = [
      { name: 'a-twin', model: 'a' },
      { name: 'b-twin', model: 'b' },
    ];
    expect(JSON.parse(JSON.stringify(compareTwins(twins, summaries, units).toArray()))).toEqual([
      { model: 'a', units: 8, matches: 5, twin: 'a-twin', twinUnits: 8, twinMatches: 1 },
      { model: 'b', units: 16, matches: 7, twin: 'b-twin', twinUnits: 16, twinMatches: 0 },
    ]);
  });
});
