import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tasksOfPart, type StudyTask } from './study-tasks.ts';

const tasks = fc.array(fc.record({ cost: fc.integer({ min: 1, max: 1000 }) }), { maxLength: 40 }).map((costs) =>
  costs.map(({ cost }, index): StudyTask => ({
    ...{
      key: String(index).padStart(3, '0'),
      wave: 'counts',
      model: 'a',
      steps: [],
      families: [],
      from: 0,
      to: 0,
      images: 1,
    },
    cost,
  })),
);

describe(tasksOfPart, () => {
  it('gives every task to one part, whatever the order of the tasks, and none more than a task above its share', () => {
    fc.assert(
      fc.property(tasks, fc.integer({ min: 1, max: 6 }), (all, parts) => {
        const own = Array.from({ length: parts }, (_, index) => tasksOfPart(all, index + 1, parts));
        expect(
          own
            .flat()
            .map(({ key }) => key)
            .toSorted(),
        ).toEqual(all.map(({ key }) => key));
        expect(tasksOfPart(all.toReversed(), 1, parts)).toEqual(own[0]);
        const costs = all.map(({ cost }) => cost);
        const share = costs.reduce((sum, cost) => sum + cost, 0) / parts;
        for (const part of own)
          expect(part.reduce((sum, { cost }) => sum + cost, 0)).toBeLessThanOrEqual(share + Math.max(0, ...costs));
      }),
    );
  });
});
