import { planSteps, StepFamily, StepGraph, type GraphStep } from '@intermodel/steps';
import { describe, expect, it } from 'vitest';
import type { StudyBench } from '../graph/study-bench.ts';
import { inputsOf, OpenSteps } from './open-steps.ts';

const maker = { make: () => Promise.resolve() };
const family = (kind: string, count: number, from: StepFamily<StudyBench>['from'] = {}) =>
  new StepFamily<StudyBench>({
    ...{ kind, count, from, maker, codeVersion: '1', options: {}, parts: {}, isResult: true },
    files: (index) => ({ file: String(index).padStart(64, '0') }),
  });
const counts = family('histogram', 3);
const thresholds = family('thresholds', 1, { counts: { by: 'all', families: [counts] } });
const overlaps = family('overlaps', 3, {
  counts: { by: 'each', family: counts },
  thresholds: { by: 'one', family: thresholds },
});
const graph = new StepGraph<StudyBench>([counts, thresholds, overlaps]);

const begin = async (stored: Set<string>) => {
  const asked: string[] = [];
  const isStored = (step: GraphStep<StudyBench>) => {
    asked.push(`${step.step} ${String(step.index)}`);
    return Promise.resolve(stored.has(step.key));
  };
  const open = new OpenSteps(await planSteps(graph, { isStored }), isStored);
  asked.length = 0;
  return { open, asked };
};

describe(OpenSteps, () => {
  it('sees what others make, and asks of many only until one is missing', async () => {
    const stored = new Set([counts.at(0).key]);
    const { open, asked } = await begin(stored);
    expect(await open.areReady([thresholds.only])).toBe(false);
    expect(asked).toEqual(['histogram 1']);
    stored.add(counts.at(1).key).add(counts.at(2).key);
    expect(await open.areReady([thresholds.only])).toBe(true);
    expect(asked.slice(1)).toEqual(['histogram 1', 'histogram 2']);
    // What was made once is not asked for again.
    expect(await open.areReady([thresholds.only])).toBe(true);
    expect(asked).toHaveLength(3);
    expect(open.isOpen(thresholds.only)).toBe(true);
    expect(await open.areMade([thresholds.only])).toBe(false);
    open.made([thresholds.only]);
    expect(await open.areMade([thresholds.only])).toBe(true);
  });

  it('needs nothing of what is made along', async () => {
    const { open } = await begin(new Set());
    expect(await open.areReady([...counts.steps(), thresholds.only])).toBe(true);
  });
});

describe(inputsOf, () => {
  it('lists whole families once, and of others the step of each place', () => {
    expect([...inputsOf([overlaps.at(0), overlaps.at(2)])].map((step) => `${step.step} ${String(step.index)}`)).toEqual(
      ['histogram 0', 'thresholds 0', 'histogram 2'],
    );
    expect([...inputsOf([thresholds.only])]).toHaveLength(3);
  });

  it('leaves out what each worker finds out by itself', () => {
    const facts = family('model', 1);
    const maps = family('maps', 3, { facts: { by: 'one', family: facts } });
    expect([...inputsOf([maps.at(0)])]).toEqual([]);
  });
});
