import {
  matchSchema,
  unitReplicateSchema,
  type UnitMatchBatch,
  type UnitReplicateBatch,
  type UnitReplicateFacts,
} from '@intermodel/schemas';
import { buildBatch, InputError } from '@intermodel/streams';
import { lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { bootstrapProfiles, ImageReplicates, profileModels } from './index.ts';

const concepts = [
  { concept: 'sky', category: 'object' },
  { concept: 'red', category: 'color' },
  { concept: 'dog', category: 'object' },
];
const gate = { gate: 0.04, compareGate: '>', match: 'gate' } as const;

/** Matches of three units, the second of which is no better than chance. */
const matchesOf = (model: string, layer: string): UnitMatchBatch => {
  const columns = {
    ...{ model: [model, model, model], layer: [layer, layer, layer], unit: [0, 1, 2] },
    ...{ concept: ['sky', 'sky', ''], category: ['object', 'object', ''], iou: [0.2, 0.1, 0] },
    ...{ expectedIou: [0.01, 0.01, 0], chanceLift: [20, 10, 0], p: [0.01, 0.5, 1], pFamily: [0.01, 0.9, 1] },
    q: [0.02, 0.6, 1],
  };
  return buildBatch(matchSchema({ tested: true }), columns);
};

/** By replicate the concept and score of each of the three units. */
const drawn: readonly (readonly (readonly [place: number, score: number])[])[] = [
  [
    [0, 0.2],
    [0, 0.04],
    [-1, 0],
  ],
  [
    [1, 0.3],
    [0, 0.1],
    [2, 0.05],
  ],
  [
    [0, 0.01],
    [-1, 0],
    [-1, 0],
  ],
  [
    [0, 0.2],
    [0, 0.2],
    [2, 0.3],
  ],
];

const replicatesOf = (
  model: string,
  layer: string,
  first = 0,
  end = drawn.length,
  changes: Partial<UnitReplicateFacts> = {},
): UnitReplicateBatch => {
  const rounds = drawn.slice(first, end);
  const spread = (part: 0 | 1) => [0, 1, 2].flatMap((unit) => rounds.map((units) => units[unit]?.[part] ?? 0));
  const facts = { model, layer, seed: 0, first, count: rounds.length, images: 9, blocks: 9, concepts, ...changes };
  return buildBatch(unitReplicateSchema(facts), {
    unit: [0, 1, 2],
    iou: Float64Array.of(0.2, 0.1, Number.NaN),
    acceleration: Float64Array.of(0, 0, Number.NaN),
    ious: new Float64Array(3 * rounds.length),
    concepts: Int32Array.from(spread(0)),
    scores: Float64Array.from(spread(1)),
  });
};

/** Counts of a model in all replicates, by the names of concepts. */
const countsOf = (replicates: ImageReplicates, model: string) => {
  const into = new Int32Array(replicates.concepts.length).fill(-1);
  return Array.from({ length: replicates.replicates }, (_, replicate) => {
    replicates.countsOf(model, replicate, into);
    return Object.fromEntries(
      replicates.concepts.map(({ concept }, place) => [concept, into[place]]).filter(([, units]) => units !== 0),
    ) as Record<string, number>;
  });
};

describe(ImageReplicates, () => {
  it('counts the units whose concept of the replicate passes the gate', () => {
    const replicates = new ImageReplicates(gate);
    replicates.add({ matches: matchesOf('a', 'l'), replicates: [replicatesOf('a', 'l')] });
    expect([replicates.over, replicates.replicates, replicates.unitsOf('a')]).toEqual(['images', 4, 3]);
    // A score of 0.04 does not exceed the gate.
    expect(countsOf(replicates, 'a')).toEqual([{ sky: 1 }, { red: 1, sky: 1, dog: 1 }, {}, { sky: 2, dog: 1 }]);
  });

  it('goes by what tests say of a unit where matches must be significant', () => {
    const replicates = new ImageReplicates({ ...gate, match: 'both' });
    replicates.add({ matches: matchesOf('a', 'l'), replicates: [replicatesOf('a', 'l')] });
    expect(countsOf(replicates, 'a')).toEqual([{ sky: 1 }, { red: 1 }, {}, { sky: 1 }]);
  });

  it('adds up the layers of a model, takes rounds in any order, and keeps models apart', () => {
    const replicates = new ImageReplicates(gate);
    const rounds = [replicatesOf('a', 'l', 3), replicatesOf('a', 'l', 0, 3)];
    replicates.add({ matches: matchesOf('a', 'l'), replicates: rounds });
    // Concepts of another layer may stand in another order.
    const [sky, red, dog] = concepts as [(typeof concepts)[0], (typeof concepts)[0], (typeof concepts)[0]];
    const turned = replicatesOf('a', 'k', 0, 4, { concepts: [red, dog, sky] });
    replicates.add({ matches: matchesOf('a', 'k'), replicates: [turned] });
    replicates.add({ matches: matchesOf('b', 'l'), replicates: [replicatesOf('b', 'l')] });
    expect(replicates.unitsOf('a')).toBe(6);
    expect(countsOf(replicates, 'a')).toEqual([
      { sky: 1, red: 1 },
      { red: 2, sky: 2, dog: 2 },
      {},
      { sky: 3, red: 2, dog: 1 },
    ]);
    expect(countsOf(replicates, 'b')[3]).toEqual({ sky: 2, dog: 1 });
  });

  it('gives counts intervals that concepts without a match in all images are part of', async () => {
    const replicates = new ImageReplicates(gate);
    replicates.add({ matches: matchesOf('a', 'l'), replicates: [replicatesOf('a', 'l')] });
    const { summaryIntervals, profileIntervals } = await lastValueFrom(
      of(matchesOf('a', 'l')).pipe(profileModels(), bootstrapProfiles({ replicates })),
    );
    // Matches 1, 3, 0, 3 and unique concepts 1, 3, 0, 2, between order statistics.
    const [all, object] = summaryIntervals.toArray();
    expect([all?.over, all?.matches]).toEqual(['images', 2]);
    expect([all?.matchesLow, all?.matchesHigh]).toEqual([expect.closeTo(0.075, 12), 3]);
    expect([all?.unique, all?.uniqueLow, all?.uniqueHigh]).toEqual([
      1,
      expect.closeTo(0.075, 12),
      expect.closeTo(2.925, 12),
    ]);
    expect([object?.category, object?.uniqueHigh, object?.redundancyHigh]).toEqual([
      'object',
      2,
      expect.closeTo(1.475, 9),
    ]);
    expect(
      profileIntervals
        .toArray()
        .map(({ concept, units, low, high, shareHigh }) => [concept, units, low, high, shareHigh]),
    ).toEqual([['sky', 2, expect.closeTo(0.075, 12), expect.closeTo(1.925, 12), expect.closeTo(1.925 / 3, 12)]]);
  });

  it('refuses what does not belong together', () => {
    const replicates = new ImageReplicates(gate);
    const matches = matchesOf('a', 'l');
    replicates.add({ matches, replicates: [replicatesOf('a', 'l')] });
    expect(() => replicates.unitsOf('b')).toThrow(InputError);
    for (const other of [{ seed: 1 }, { blocks: 3 }, { images: 8 }])
      expect(() => {
        replicates.add({ matches, replicates: [replicatesOf('a', 'l', 0, 4, other)] });
      }).toThrow('drawn in another way');
    expect(() => {
      replicates.add({ matches, replicates: [replicatesOf('a', 'l', 0, 3)] });
    }).toThrow('drawn in another way');
    for (const wrong of [[], [replicatesOf('a', 'l'), replicatesOf('a', 'k')]])
      expect(() => {
        replicates.add({ matches, replicates: wrong });
      }).toThrow('different units');
  });
});
