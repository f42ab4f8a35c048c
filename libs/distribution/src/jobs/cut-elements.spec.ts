import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DistributedTask } from '../distributed-task.ts';
import { cutElements } from './cut-elements.ts';

const states = fc.constantFrom('done', 'ready', 'waiting');
const tasks = fc.tuple(fc.array(states, { maxLength: 30 }), fc.array(states, { maxLength: 30 })).map((waves) =>
  waves.flatMap((wave, number) =>
    wave.map((state, index): DistributedTask => ({
      ...{ key: `${String(number)}${String(index)}`, model: 'a', seconds: undefined },
      wave: ['counts', 'overlaps'][number] ?? '',
      state,
    })),
  ),
);

describe(cutElements, () => {
  it('cuts what is not done, in its order, into no more elements than there may be', () => {
    fc.assert(
      fc.property(tasks, fc.integer({ min: 1, max: 12 }), (all, most) => {
        const waves = cutElements(all, { most });
        expect(waves.flatMap(({ elements }) => elements.flat())).toEqual(all.filter(({ state }) => state !== 'done'));
        for (const { wave, elements, waits } of waves) {
          expect(elements.length).toBeLessThanOrEqual(most);
          expect(elements.every((element) => element.length > 0)).toBe(true);
          expect(elements.flat().every((task) => task.wave === wave)).toBe(true);
          expect(waits).toBe(elements.flat().some(({ state }) => state === 'waiting'));
        }
      }),
    );
  });

  it('gives elements the size that was asked for, the last one what is left', () => {
    fc.assert(
      fc.property(tasks, fc.integer({ min: 1, max: 12 }), (all, tasksPerElement) => {
        for (const { elements } of cutElements(all, { tasksPerElement, most: 2 })) {
          expect(elements.slice(0, -1).every(({ length }) => length === tasksPerElement)).toBe(true);
          expect(elements.at(-1)?.length).toBeLessThanOrEqual(tasksPerElement);
        }
      }),
    );
  });
});
