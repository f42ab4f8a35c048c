import { readFileSync, writeFileSync } from 'node:fs';
import { readArrowFile } from '@intermodel/streams';
import { beforeAll, describe, expect, it } from 'vitest';
import { csvRows, intermodel } from './command-line.ts';
import { smallStudies } from './small-studies.ts';

const { at, study } = smallStudies();

const models = ['a', 'b', 'c'];
const iouGate = 0.04;
const f1Gate = (2 * iouGate) / (1 + iouGate);

/** Runs a study with a matching into one output folder, whose store is used again. */
const run = (matching: Record<string, unknown>, more: Record<string, unknown> = {}, out = 'run') => {
  const file = study({ more: { matching, ...more }, file: `${out}.json` });
  const { code, stderr } = intermodel(['run', file, '--out', at(out), '--quiet']);
  expect([stderr, code]).toEqual(['', 0]);
};
const text = (...parts: string[]) => readFileSync(at(...parts), 'utf8');
const unitsOf = (out: string) => models.flatMap((model) => csvRows(at(out, 'models', model, 'units.csv')));

/** Counts of a pair, and the 2 x 2 table that follows from them. */
interface Overlap {
  readonly unit: number;
  readonly concept: string;
  readonly intersection: number;
  readonly unitArea: number;
  readonly conceptArea: number;
  readonly pixels: number;
}

const table = ({ intersection: tp, unitArea, conceptArea, pixels }: Overlap) => {
  const [fp, fn] = [unitArea - tp, conceptArea - tp];
  return { tp, fp, fn, tn: pixels - tp - fp - fn, pixels };
};

const plainly: Readonly<Record<string, (overlap: Overlap) => number>> = {
  precision: (overlap) => overlap.intersection / overlap.unitArea,
  recall: (overlap) => overlap.intersection / overlap.conceptArea,
  lift: (overlap) => overlap.intersection / overlap.unitArea / (overlap.conceptArea / overlap.pixels),
  mcc: (overlap) => {
    const { tp, fp, fn, tn } = table(overlap);
    return (tp * tn - fp * fn) / Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));
  },
  kappa: (overlap) => {
    const { tp, fp, fn, tn, pixels } = table(overlap);
    const chance = ((tp + fp) * (tp + fn) + (tn + fp) * (tn + fn)) / pixels ** 2;
    return ((tp + tn) / pixels - chance) / (1 - chance);
  },
};

const overlapsOf = (out: string, model: string) =>
  readArrowFile(at(out, 'models', model, 'overlaps.arrow')).batches.flatMap((batch) =>
    (batch.toArray() as unknown as { toJSON: () => Overlap }[]).map((row) => row.toJSON()),
  );

/** Greatest score of a unit by the counts that are stored, and the concepts that have it, but for rounding. */
function bestOf(overlaps: readonly Overlap[], unit: number, score: (overlap: Overlap) => number) {
  const own = overlaps.filter((overlap) => overlap.unit === unit && overlap.unitArea > 0);
  const most = Math.max(...own.map(score));
  return { most, concepts: own.filter((overlap) => score(overlap) > most - 1e-12).map(({ concept }) => concept) };
}

describe('a study that matches by F1', () => {
  beforeAll(() => {
    run({ gate: iouGate }, {}, 'iou');
    run({ score: 'f1', gate: f1Gate }, {}, 'f1');
  });

  it('finds what IoU finds at the gate of the same rank, and bears both scores under their own names', () => {
    const [byIou, byF1] = [unitsOf('iou'), unitsOf('f1')];
    expect(byIou.length).toBe(48);
    // Replicates rank as the score does; only p over all units scales them, and F1 is no multiple of IoU.
    expect(byF1.map(({ f1: _, p_family: __, ...row }) => row)).toEqual(byIou.map(({ p_family: _, ...row }) => row));
    for (const { iou, f1 } of byF1) {
      const value = Number(iou);
      if (iou === '') expect(f1).toBe('');
      else expect(Number(f1)).toBeCloseTo((2 * value) / (1 + value), 12);
    }
    const passing = byF1.filter(({ f1 }) => Number(f1) > f1Gate).length;
    expect([passing > 0, passing < byF1.length]).toEqual([true, true]);
    for (const name of ['profiles.csv', 'summaries.csv', 'embedding.csv', 'clusters.csv', 'loadings.csv'])
      expect(text('f1', name)).toBe(text('iou', name));
    const canPass = (out: string) =>
      csvRows(at(out, 'vocabulary.csv')).map(({ concept, can_pass: pass }) => [concept, pass]);
    expect(canPass('f1')).toEqual(canPass('iou'));
  });

  it('calls nothing by the name of the other score', () => {
    const headings = (...parts: string[]) => text(...parts).split('\n')[0];
    expect(headings('iou', 'models', 'a', 'units.csv')).toMatch(
      /,category,iou,expected_iou,chance_lift,p,p_family,q,iou_low,iou_high$/u,
    );
    expect(headings('f1', 'models', 'a', 'units.csv')).toMatch(
      /,category,iou,f1,expected_iou,chance_lift,p,p_family,q,iou_low,iou_high$/u,
    );
    expect(headings('f1', 'models', 'a', 'unit-categories.csv')).toBe('model,layer,unit,category,concept,iou,f1');
    expect(headings('f1', 'vocabulary.csv')).toBe(
      'concept,category,images,coverage,reachable_iou,reachable_f1,can_pass',
    );
    const { schema } = readArrowFile(at('f1', 'models', 'a', 'matches.arrow'));
    expect([schema.fields.some(({ name }) => name === 'f1'), schema.metadata.get('score')]).toEqual([true, 'f1']);
    const gateOf = (out: string) =>
      (JSON.parse(text(out, 'manifest.json')) as { options: { matching: object } }).options;
    expect(gateOf('iou').matching).toMatchObject({ score: 'iou', gate: 0.04, compareGate: '>' });
    expect(gateOf('f1').matching).toMatchObject({ score: 'f1', gate: 0.08 / 1.04, compareGate: '>' });
    const report = text('f1', 'report.html');
    expect(report).toMatch(/matching: F1 gate<\/dt><dd>0\.0769231/u);
    expect(report).toMatch(/embedding: F1 gate<\/dt>/u);
    expect(report).not.toMatch(/IoU gate/u);
    expect(report).toMatch(/· F1 0\.\d{3} · IoU 0\.\d{3} ·/u);
    expect(report).toMatch(/Reachable F1/u);
    expect(text('iou', 'report.html')).not.toMatch(/\bF1\b/u);
  });

  it('is told what units can reach by F1 before it is run', () => {
    const told = (out: string, ...options: string[]) =>
      intermodel(['data', 'info', '--study', at(`${out}.json`), ...options]).stdout;
    expect(told('f1')).toMatch(/highest IoU +highest F1[\s\S]*can never pass the gate of F1 0\.0769/u);
    expect(told('iou')).toMatch(/highest IoU[\s\S]*can never pass the gate of 0\.04/u);
    expect(told('iou')).not.toMatch(/F1/u);
    const json = (out: string) => JSON.parse(told(out, '--json')) as Record<string, unknown>;
    expect([json('f1')['score'], json('iou')['score']]).toEqual(['f1', undefined]);
    expect(json('f1')['unreachable']).toBe(json('iou')['unreachable']);
  });

  it('is embedded and placed by its own column, and refuses an embedding by IoU', () => {
    const tables = models.map((model) => at('f1', 'models', model, 'units.csv'));
    const embed = (files: readonly string[], out: string, ...options: string[]) =>
      intermodel(['embed', ...files, '--components', '1', '--clusters', '2', '--out', at(out), '--quiet', ...options]);
    const gate = ['--gate', String(f1Gate)];
    expect(embed(tables, 'embedded', '--score', 'f1', ...gate)).toMatchObject({ code: 0, stderr: '' });
    expect(text('embedded', 'profiles.csv')).toBe(text('f1', 'profiles.csv'));
    const arrows = models.map((model) => at('f1', 'models', model, 'matches.arrow'));
    expect(embed(arrows, 'from-arrow', '--score', 'f1', ...gate).code).toBe(0);
    expect(text('from-arrow', 'embedding.csv')).toBe(text('embedded', 'embedding.csv'));

    const place = (...files: string[]) =>
      intermodel(['place', ...files, '--embedding', at('f1'), '--out', at('placed')]);
    expect(place(...tables)).toMatchObject({ code: 0 });
    const plainTable = at('iou', 'models', 'a', 'units.csv');
    expect(place(plainTable)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/there is no column "f1"/u) as string,
    });
    expect(embed(tables, 'other', '--score', 'f2')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/there is no score "f2"[\s\S]*Did you mean "f1"/u) as string,
    });
    expect(embed(tables, 'other', '--score', 'f1', '--gate', '1.5').stderr).toMatch(/1\.5 is no gate of F1/u);
    writeFileSync(at('high.csv'), 'model,unit,iou,f1,concept,category\na,0,0.1,1.5,sky,object\n');
    expect(embed([at('high.csv')], 'other', '--score', 'f1').stderr).toMatch(/line 2, column "f1"[\s\S]*from 0 to 1/u);

    const frozen = study({ more: { matching: { score: 'f1', gate: f1Gate }, embedding: { frozen: 'iou' } } });
    expect(intermodel(['run', frozen, '--out', at('frozen'), '--quiet'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/units were matched by f1, but the gate is one of iou/u) as string,
    });
  });
});

describe.each([
  ['precision', 0.5],
  ['recall', 0.02],
  ['lift', 1.5],
  ['mcc', 0.05],
  ['kappa', 0.05],
] as const)('a study that matches by %s', (name, gate) => {
  it('finds what follows from the stored counts', () => {
    run({ score: name, gate }, { diffPreset: 'dissect-2020' });
    const score = plainly[name] as (overlap: Overlap) => number;
    const profiled = new Map<string, number>();
    let compared = 0;
    for (const model of models) {
      const overlaps = overlapsOf('run', model);
      for (const { unit, concept, category, [name]: value } of csvRows(at('run', 'models', model, 'units.csv'))) {
        const { most, concepts } = bestOf(overlaps, Number(unit), score);
        if (concepts.length === 0 || most <= 0) {
          expect(concept).toBe('');
          continue;
        }
        compared++;
        expect(concepts).toContain(concept);
        expect(Number(value)).toBeCloseTo(most, 9);
        const key = [model, category, concept].join();
        if (most > gate) profiled.set(key, (profiled.get(key) ?? 0) + 1);
      }
    }
    expect(compared).toBeGreaterThan(20);
    const counted = csvRows(at('run', 'profiles.csv')).filter(({ units }) => units !== '0');
    expect(
      counted.map(({ model, category, concept, units }) => [[model, category, concept].join(), Number(units)]),
    ).toEqual(expect.arrayContaining([...profiled]));
    expect(counted.length).toBe(profiled.size);
    expect(text('run', 'models', 'a', 'diff.csv')).toMatch(
      new RegExp(`^model,layer,unit,concept,category,iou,${name},other_concept,other_category,other_iou\n`, 'u'),
    );
  });
});
