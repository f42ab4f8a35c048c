import { conceptProfileSchema, profileSummarySchema } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import { describe, expect, it } from 'vitest';
import { distinctRelation, distinctTasks, weakRelation } from '../fixtures/distinct-tasks.ts';
import { syntheticStudy } from '../fixtures/synthetic-study.ts';
import { readStudy } from '../tables/read-study.ts';
import type { Study } from '../tables/study.ts';
import { findings } from './findings.ts';
import { moreOf } from './predictor-words.ts';

const plainSpaces = (text: string) => text.replaceAll('\u00a0', ' ');
const order = ['supported', 'unsupported', 'description'];

describe('findings', () => {
  it('state a relation only where it is supported', () => {
    const found = findings(readStudy(syntheticStudy({ supported: true })));
    const stated = found.filter(({ text }) => text.startsWith('Models with a higher value'));
    expect(stated).toHaveLength(2);
    expect(stated.map(({ kind }) => kind)).toEqual(['supported', 'supported']);
    expect(stated[0]?.text).toContain('component 1');
    expect(stated[0]?.text).toContain('r\u00a0=\u00a00.97');
    expect(found.some(({ text }) => /^2 of \d+ relations are supported/u.test(text))).toBe(true);
  });

  it('state the numbers of a relation under their own names', () => {
    const study = readStudy(syntheticStudy());
    const said = (tasks: typeof distinctTasks) => findings({ ...study, tasks }).map(({ text }) => plainSpaces(text));
    expect(said(distinctTasks).slice(0, 3)).toEqual([
      'Models with a higher value of component 1 do worse on CIFAR10, accuracy: r = −0.62, 95 % interval −0.87 to −0.10, q = 0.045, n = 13 models; without any one family −0.74 to −0.50, given the number of matching units −0.52 (p = 0.068). This is an association, not a cause.',
      '1 of 2 pairs of a single concept and a score is supported; the strongest is red (color) with CIFAR10, accuracy: r = −0.81, q = 0.042, n = 13.',
      '1 of 2 relations is supported (q by Benjamini-Hochberg is at most 0.05); the other one is not, whatever its correlation.',
    ]);
    const unsupported = [{ ...distinctRelation, supported: false }, weakRelation];
    expect(said({ ...distinctTasks, relations: unsupported, conceptLinks: [] })[0]).toBe(
      'None of the 2 relations between models’ profiles and task scores is supported: none meets the whole rule (q by Benjamini-Hochberg is at most 0.05). The strongest, unique object concepts with NYU, mean angle error (r = 0.73, n = 11), is not, since the interval includes 0 and without SwAV r is −0.13. With 13 models only |r| > 0.553 can pass one test.',
    );
    const [sky] = distinctTasks.conceptLinks;
    expect(said({ ...distinctTasks, conceptLinks: sky === undefined ? [] : [sky] })).toContain(
      'No single concept is supported as what a task needs, among 1 pair of concept and score. With 13 models only |r| > 0.553 can pass one test of concepts.',
    );
  });

  it('say that nothing is supported, and name no direction, where nothing is', () => {
    const found = findings(readStudy(syntheticStudy({ supported: false })));
    expect(found.some(({ text }) => text.startsWith('None of the'))).toBe(true);
    expect(found.some(({ text }) => text.startsWith('Models with a higher value'))).toBe(false);
  });

  it('turn the direction round for errors', () => {
    const study = readStudy(syntheticStudy({ supported: true }));
    const { tasks } = study;
    if (tasks === undefined) throw new Error('the study has tasks');
    const relation = tasks.relations.find(({ supported }) => supported);
    if (relation === undefined) throw new Error('the study has a supported relation');
    const said = (higherIsBetter: boolean): string => {
      const columns = tasks.columns.map((column) => ({ ...column, higherIsBetter }));
      const turned: Study = { ...study, tasks: { ...tasks, columns, relations: [relation] } };
      return findings(turned).find(({ kind }) => kind === 'supported')?.text ?? '';
    };
    expect(said(true)).toContain('do better on');
    expect(said(false)).toContain('do worse on');
  });

  it('say what is supported first, then what is not, then what merely describes; five at most', () => {
    for (const supported of [true, false]) {
      const kinds = findings(readStudy(syntheticStudy({ supported }))).map(({ kind }) => kind);
      expect(kinds).toEqual([...kinds].sort((a, b) => order.indexOf(a) - order.indexOf(b)));
      expect(kinds.length).toBe(5);
      expect(kinds).toContain('unsupported');
    }
  });

  it('describe the profiles where the study has nothing else', () => {
    const { study } = syntheticStudy();
    const of = (counts: Readonly<Record<string, readonly [dog: number, sky: number]>>) => {
      const models = Object.keys(counts);
      const profiles = buildBatch(conceptProfileSchema, {
        model: models.flatMap((model) => [model, model]),
        concept: models.flatMap(() => ['dog', 'sky']),
        category: models.flatMap(() => ['object', 'part']),
        units: Object.values(counts).flat(),
        weight: Object.values(counts).flat(),
      });
      const summaries = buildBatch(profileSummarySchema, {
        model: models.flatMap((model) => [model, model]),
        category: models.flatMap(() => ['object', 'part']),
        matches: Object.values(counts).flat(),
        unique: Object.values(counts)
          .flat()
          .map((count) => Math.min(1, count)),
        redundancy: Object.values(counts).flat(),
      });
      return findings(readStudy({ study, profiles, summaries })).map(({ kind, text }) => `${kind}: ${text}`);
    };
    expect(of({ a: [3, 1], b: [0, 7], c: [1, 0] })).toEqual([
      'description: b (7) has the most matching units of the 3 models, c (1) the fewest.',
      'description: The concept with most units is sky (part): 8 units in 2 of 3 models.',
    ]);
    expect(of({ only: [3, 1] })).toEqual([
      'description: only has 4 matching units for 2 concepts.',
      'description: The concept with most units is dog (object): 3 units in the model.',
    ]);
  });
});

it('says more of what is counted, and a higher value of what is not', () => {
  expect(['pc2', 'matches', 'unique:object', 'redundancy:part', 'matches:color', 'own'].map(moreOf)).toEqual([
    'a higher value of component 2',
    'more matching units',
    'more unique object concepts',
    'a higher redundancy of part concepts',
    'more units matching color concepts',
    'a higher value of own',
  ]);
});
