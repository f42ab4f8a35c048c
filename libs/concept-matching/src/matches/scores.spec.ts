import { unitConceptOverlapSchema, type UnitConceptOverlapBatch, type UnitMatchBatch } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import fc from 'fast-check';
import { lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  bestPerCategory,
  diffPresets,
  dissectionPresets,
  matchConcepts,
  matchScore,
  matchScores,
  passesGate,
  type DissectionPreset,
  type MatchScoreName,
} from '../index.ts';

const names = Object.keys(matchScores) as MatchScoreName[];
const others = names.filter((name) => name !== 'iou');

/** Pixels of the four kinds. */
interface Table {
  readonly both: number;
  readonly unitOnly: number;
  readonly conceptOnly: number;
  readonly neither: number;
}

/** The scores as they are defined, from the 2 x 2 table, without tricks; NaN where nothing can be divided. */
const plainly: Readonly<Record<MatchScoreName, (table: Table) => number>> = {
  iou: ({ both, unitOnly, conceptOnly }) => both / (both + unitOnly + conceptOnly),
  f1: ({ both, unitOnly, conceptOnly }) => {
    const [precision, recall] = [both / (both + unitOnly), both / (both + conceptOnly)];
    return (2 * precision * recall) / (precision + recall);
  },
  mcc: ({ both: tp, unitOnly: fp, conceptOnly: fn, neither: tn }) =>
    (tp * tn - fp * fn) / Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)),
  lift: ({ both, unitOnly, conceptOnly, neither }) => {
    const all = both + unitOnly + conceptOnly + neither;
    return both / all / (((both + unitOnly) / all) * ((both + conceptOnly) / all));
  },
  precision: ({ both, unitOnly }) => both / (both + unitOnly),
  recall: ({ both, conceptOnly }) => both / (both + conceptOnly),
  kappa: ({ both, unitOnly, conceptOnly, neither }) => {
    const all = both + unitOnly + conceptOnly + neither;
    const seen = (both + neither) / all;
    const expected =
      ((both + unitOnly) * (both + conceptOnly) + (neither + conceptOnly) * (neither + unitOnly)) / all ** 2;
    return (seen - expected) / (1 - expected);
  },
};

const count = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 100_000 }));
const tables = fc.record({ both: count, unitOnly: count, conceptOnly: count, neither: count });

function scoreOfTable(name: MatchScoreName, { both, unitOnly, conceptOnly, neither }: Table, epsilon = 0): number {
  const pixels = both + unitOnly + conceptOnly + neither;
  return matchScores[name].of(both, both + unitOnly, both + conceptOnly, pixels, epsilon);
}

describe.each(names)('the score %s', (name) => {
  const { range, gate } = matchScores[name];

  it('is what its definition says of the 2 x 2 table, within its range, and 0 where nothing can be divided', () => {
    fc.assert(
      fc.property(tables, (table) => {
        const [score, expected] = [scoreOfTable(name, table), plainly[name](table)];
        if (Number.isFinite(expected)) expect(score).toBeCloseTo(expected, name === 'lift' ? 6 : 9);
        else expect(score).toBe(0);
        expect(score >= range[0] && score <= range[1]).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('is above 0 only where unit and concept overlap, also in 2^48 pixels', () => {
    expect(scoreOfTable(name, { both: 0, unitOnly: 3, conceptOnly: 5, neither: 7 })).toBeLessThanOrEqual(0);
    fc.assert(
      fc.property(tables, (table) => {
        if (scoreOfTable(name, table) > 0) expect(table.both).toBeGreaterThan(0);
      }),
    );
    // By chance, and with some pixels more or less.
    const h = 2 ** 16 + 1;
    const table = (more: number) => ({
      both: h,
      unitOnly: h * (h - 1),
      conceptOnly: h * (h - 1),
      neither: h * (h - 1) ** 2 + more,
    });
    expect([1, 0, -1].map((more) => Math.sign(scoreOfTable(name, table(more))))).toEqual(
      name === 'mcc' || name === 'kappa' ? [1, 0, -1] : [1, 1, 1],
    );
  });

  it('is at its most where mask and label are the same, and has a gate within its range', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 1, max: 2 ** 40 }), (both, neither) => {
        const score = scoreOfTable(name, { both, unitOnly: 0, conceptOnly: 0, neither });
        if (name === 'lift') expect(score).toBeGreaterThan(1);
        else expect(Math.abs(score - 1)).toBeLessThan(1e-15);
      }),
    );
    expect(gate > 0 && gate < range[1]).toBe(true);
  });
});

describe('scores', () => {
  it('are named, and an unknown one names the nearest', () => {
    expect(names.map((name) => matchScore(name).name)).toEqual(names);
    expect(() => matchScore('f-1')).toThrow(/there is no score "f-1"/u);
    expect(() => matchScore('precison')).toThrow(
      expect.objectContaining({
        code: 'SCORE_UNKNOWN',
        message: expect.stringContaining('mean "precision"') as unknown,
      }),
    );
    expect(() => matchScore('toString')).toThrow(/no score/u);
  });

  it('rank by F1 as by IoU, and pass its gate where IoU passes 0.04', () => {
    fc.assert(
      fc.property(tables, fc.constantFrom(0, 1e-10, 3), (table, epsilon) => {
        const [iou, f1] = (['iou', 'f1'] as const).map((name) => scoreOfTable(name, table, epsilon)) as [
          number,
          number,
        ];
        expect(f1).toBeCloseTo((2 * iou) / (1 + iou), 12);
        if (Math.abs(iou - 0.04) > 1e-12) expect(f1 > matchScores.f1.gate).toBe(iou > 0.04);
      }),
    );
    expect(matchScores.f1.gate).toBe(0.08 / 1.04);
  });
});

const sea = { concept: 'sea', category: 'scene', unitArea: 40, conceptArea: 400, intersection: 36, pixels: 1000 };
const boat = { concept: 'boat', category: 'object', unitArea: 40, conceptArea: 8, intersection: 8, pixels: 1000 };
const crow = { concept: 'crow', category: 'object', unitArea: 40, conceptArea: 50, intersection: 18, pixels: 1000 };

function overlapsOf(rows: readonly (typeof sea)[]): UnitConceptOverlapBatch {
  const read = <Key extends keyof typeof sea>(key: Key) => rows.map((row) => row[key]);
  return buildBatch(unitConceptOverlapSchema, {
    ...{ model: rows.map(() => 'm'), layer: rows.map(() => 'l'), unit: rows.map(() => 0) },
    ...{ concept: read('concept'), category: read('category') },
    intersection: Float64Array.from(read('intersection')),
    unitArea: Float64Array.from(read('unitArea')),
    conceptArea: Float64Array.from(read('conceptArea')),
    pixels: Float64Array.from(read('pixels')),
  });
}

function presetBy(score: MatchScoreName, gate: number): DissectionPreset {
  return { ...dissectionPresets['dissect-2020'], score, gate };
}

const rowsOf = (matches: UnitMatchBatch) => JSON.parse(JSON.stringify(matches.toArray())) as readonly unknown[];

const matchesOf = (overlaps: UnitConceptOverlapBatch, preset: DissectionPreset) =>
  lastValueFrom(of(overlaps).pipe(matchConcepts({ preset })));

describe('matching by another score', () => {
  const overlaps = overlapsOf([sea, boat, crow]);

  it.each([
    ['f1', 'crow', 36 / 90],
    ['precision', 'sea', 36 / 40],
    ['recall', 'boat', 1],
    ['lift', 'boat', 25],
  ] as const)('finds by %s what it finds by hand: %s', async (name, concept, score) => {
    const matches = await matchesOf(overlaps, presetBy(name, 0.1));
    const best = [sea, boat, crow].find((row) => row.concept === concept) as typeof sea;
    const iou = best.intersection / (best.unitArea + best.conceptArea - best.intersection);
    expect(matches.schema.metadata.get('score')).toBe(name);
    expect(rowsOf(matches)).toEqual([
      { model: 'm', layer: 'l', unit: 0, concept, category: best.category, iou, [name]: score },
    ]);
    const [own] = bestPerCategory(overlaps, presetBy(name, 0.1)).filter(({ category }) => category === best.category);
    expect(own).toEqual({ model: 'm', layer: 'l', unit: 0, concept, category: best.category, iou, score });
  });

  it('has no score where a unit is never active, and no concept where none does better than chance', async () => {
    const dead = { ...sea, unitArea: 0, intersection: 0 };
    const apart = { ...sea, intersection: 10 };
    for (const name of others) {
      const read = async (row: typeof sea) => {
        const [found] = rowsOf(await matchesOf(overlapsOf([row]), presetBy(name, 0)));
        return found as Readonly<Record<string, unknown>>;
      };
      expect(await read(dead)).toMatchObject({ concept: '', iou: null, [name]: null });
      const isOfChance = name === 'mcc' || name === 'kappa';
      expect((await read(apart))['concept']).toBe(isOfChance ? '' : 'sea');
      if (isOfChance) expect(await read(apart)).toMatchObject({ iou: 0, [name]: 0 });
    }
  });

  it('goes by the gate of the score', () => {
    const preset = presetBy('lift', 3);
    expect([3, 3.1, NaN, null].map((score) => passesGate(score, preset))).toEqual([false, true, false, false]);
  });

  it('tells of each side the score that it was matched by, and never takes one for the other', async () => {
    const byIou = dissectionPresets['dissect-2020'];
    const byRecall = presetBy('recall', 0.5);
    const first = await matchesOf(overlaps, byIou);
    const second = await matchesOf(overlaps, byRecall);
    const [changed] = diffPresets({ matches: first, preset: byIou }, { matches: second, preset: byRecall });
    expect(changed?.before).toEqual({ concept: 'crow', category: 'object', iou: 18 / 72 });
    expect(changed?.after).toEqual({ concept: 'boat', category: 'object', iou: 8 / 40, score: 1 });
    expect(() => diffPresets({ matches: first, preset: byRecall }, { matches: second, preset: byRecall })).toThrow(
      /matches have the score iou, but their preset has a gate of recall/u,
    );
  });
});
