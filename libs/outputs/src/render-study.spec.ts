import {
  choiceInfluenceSchema,
  claimVerdictSchema,
  probeDifferenceSchema,
  probeScoreSchema,
  universeEffectSchema,
  universeSchema,
} from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import { compareEmbeddings } from '@intermodel/embedding';
import { tinyUnitMatches, type TinyUnit } from '@intermodel/testing';
import { describe, expect, it } from 'vitest';
import { embedMatches } from './fixtures/small-embedding.ts';
import { renderStudy } from './render-study.ts';

/** So many units for dog and for sky. */
const units = (dog: number, sky: number): TinyUnit[] => [
  ...Array.from({ length: dog }, (): TinyUnit => ['dog', 'object', 0.5]),
  ...Array.from({ length: sky }, (): TinyUnit => ['sky', 'object', 0.5]),
];
const record = { title: 'Small', command: 'intermodel embed', options: {}, inputs: [], warnings: [] };

describe(renderStudy, () => {
  it('tells in page and Markdown what changed since an earlier run', async () => {
    const common = { a: units(1, 9), b: units(4, 2), c: units(7, 7), d: units(2, 5) };
    const earlier = await embedMatches(tinyUnitMatches({ ...common, old: units(9, 1) }));
    const present = await embedMatches(tinyUnitMatches({ ...common, fresh: units(3, 8) }));
    const { 'report.html': html, 'report.md': markdown } = await renderStudy(
      present,
      record,
      { formats: ['html', 'md'] },
      { change: compareEmbeddings(earlier.points, present.points) },
    );
    for (const text of [html, markdown].map(String)) {
      expect(text).toContain('1 model is new: fresh.');
      expect(text).toContain('1 model is gone: old.');
      // Profiles of the shared models are the same, and two components hold all of them: a rigid motion leaves nothing.
      expect(text).toMatch(/they moved by 0\.000 \\?\(root mean square/u);
    }
    expect(String(html)).toContain('id="changes"');
    expect((await renderStudy(present, record))['report.html']).not.toContain('id="since"');
  });

  const of = { task: ['many-shot'], dataset: ['shapes'], metric: ['accuracy'], column: ['many-shot/shapes/accuracy'] };
  const twice = Object.fromEntries(Object.entries(of).map(([name, values]) => [name, [...values, ...values]]));
  const scores = {
    probeScores: buildBatch(probeScoreSchema, {
      ...(twice as typeof of),
      ...{ model: ['a', 'b'], score: [0.75, 0.5], low: [0.7, 0.4], high: [0.8, 0.6], higherIsBetter: [true, true] },
      ...{ n: [84, 84], chosen: ['C = 0.125', 'C = 1'] },
    }),
    probeDifferences: buildBatch(probeDifferenceSchema, {
      ...of,
      ...{ model: ['a'], other: ['b'], n: [84], difference: [0.25], low: [0.1], high: [0.4], p: [0.01], q: [0.01] },
      supported: [true],
    }),
  };

  it('draws scores alone, with the versions of what models ran on', async () => {
    const { 'report.html': html, 'report.md': markdown } = await renderStudy(scores, record, {
      formats: ['html', 'md'],
    });
    for (const text of [html, markdown].map(String)) {
      expect(text).toContain('Scores on one’s own tasks');
      expect(text).toContain('C = 0.125');
      expect(text).toContain('onnxruntime-node');
      expect(text).toContain('1 of 1 difference is.');
    }
    expect(String(html)).not.toContain('id="overview"');
  });

  it('draws claims, in page and Markdown', async () => {
    const present = await embedMatches(tinyUnitMatches({ a: units(1, 9), b: units(4, 2), c: units(7, 7) }));
    const claims = buildBatch(claimVerdictSchema, {
      ...{ claim: ['near'], kind: ['nearer'], statement: ['a and b are near'], source: [''], verdict: ['holds'] },
      ...{ isSo: [true], measure: ['r'], effect: [0.5], low: [0.25], high: [0.75], replicates: [200] },
      ...{ replicateShare: [0.95], p: [0.01], q: [0.02], universes: [2], universeShare: [1], universeEffect: [0.5] },
      ...{ movedBy: ['gate'], movedShare: [1], sentence: ['It is so.'] },
    });
    const both = <T>(value: T): [T, T] => [value, value];
    const universes = buildBatch(universeSchema, {
      ...{ universe: [0, 1], isStudy: [true, false], gate: [0.04, 0.05], compareGate: both('>'), match: both('gate') },
      ...{ normalisation: both('count'), dropFirstConcept: both(false), leftOut: both(''), components: both(2) },
      ...{ clusters: both(3), distance: both('cosine') },
    });
    const universeEffects = buildBatch(universeEffectSchema, {
      ...{ universe: [0, 1], claim: both('near'), effect: [0.5, 0.625], isSo: both(true) },
    });
    const choices = buildBatch(choiceInfluenceSchema, { claim: ['near'], choice: ['gate'], levels: [2], share: [1] });
    const { 'report.html': html, 'report.md': markdown } = await renderStudy(
      { ...present, claims, universes, universeEffects, choices },
      record,
      { formats: ['html', 'md'] },
    );
    for (const text of [html, markdown].map(String)) expect(text).toContain('a and b are near');
    expect(String(html)).toContain('<figure id="claim-near"');
    expect(String(html)).toContain('"effects":[0.5,0.625],"isSo":"11","shares":[1]');
  });

  it('draws scores beside the concepts of a study', async () => {
    const present = await embedMatches(tinyUnitMatches({ a: units(1, 9), b: units(4, 2), c: units(7, 7) }));
    const { 'report.html': html } = await renderStudy({ ...present, ...scores }, record);
    for (const id of ['overview', 'concepts', 'probes']) expect(String(html)).toContain(`<section id="${id}"`);
    expect((await renderStudy(present, record))['report.html']).not.toContain('id="probes"');
  });
});
