import { describe, expect, it } from 'vitest';
import { accuracy, distinctProbes, logMe } from '../fixtures/distinct-probes.ts';
import { differenceMethod, probeMethod } from './probe-words.ts';

const probesOf = (...columns: readonly (typeof accuracy)[]) => ({
  models: ['a', 'b', 'c'],
  tasks: columns.map((column) => ({ dataset: 'd', task: 't', columns: [column] })),
});

describe(probeMethod, () => {
  it('speaks of episodes and of scores without intervals only where there are some', () => {
    const plain = probeMethod(probesOf(accuracy)).join(' ');
    expect(plain).toContain('Test images are touched for the score only.');
    expect(plain).not.toMatch(/episode|no interval/u);
    const both = probesOf(accuracy, logMe, { ...logMe, metric: 'PARC' });
    const tasks = both.tasks.map((task) => ({ ...task, task: 'few-shot classification' }));
    const all = probeMethod({ ...both, tasks }).join(' ');
    expect(all).toContain('Few-shot episodes are drawn from all images');
    expect(all).toContain('LogME and PARC have no interval: they are computed');
    expect(probeMethod(probesOf(logMe)).join(' ')).toContain('LogME has no interval: it is computed');
  });
});

describe(differenceMethod, () => {
  it('counts what is supported, and says why nothing was compared', () => {
    expect(differenceMethod(distinctProbes)).toContain('2 of 4 differences are.');
    const [, ...open] = accuracy.differences;
    expect(differenceMethod(probesOf({ ...accuracy, differences: open }))).toContain('none of 2 differences are.');
    expect(differenceMethod({ ...probesOf(logMe), models: ['b'] })).toBe(
      'A single model was scored: there is nothing to compare.',
    );
    expect(differenceMethod(probesOf(logMe))).toContain('No two models have a score with intervals');
  });
});
