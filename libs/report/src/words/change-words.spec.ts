import { describe, expect, it } from 'vitest';
import type { StudyChange } from '../tables/study-change.ts';
import { changeSentences } from './change-words.ts';

const change: StudyChange = {
  added: ['New'],
  removed: ['Old', 'Older'],
  moved: [
    { model: 'A', from: [0, 1], distance: 0.5 },
    ...['B', 'C', 'D'].map((model) => ({ model, from: [1, 1], distance: 0.01 })),
  ],
  meanDistance: 0.25,
  spread: 5,
  correlation: 0.99,
  isDetermined: true,
};

describe(changeSentences, () => {
  it('says what is new, what is gone, and how far the others moved', () => {
    expect(changeSentences(change)).toEqual([
      '1 model is new: New.',
      '2 models are gone: Old and Older.',
      'The 4 models of both runs stand to each other nearly as before: they moved by 0.250 (root mean square), 5\u202f% of their distance from their centre; A moved farthest, by 0.500. The Procrustes correlation is 0.990.',
    ]);
    // A tenth of the distance from the centre is the most that counts as small.
    expect(changeSentences({ ...change, meanDistance: 0.5 })[2]).toContain('nearly as before');
    expect(changeSentences({ ...change, meanDistance: 0.51 })[2]).toContain('in another way than before');
  });

  it('claims nothing of distances where too few models are shared', () => {
    expect(changeSentences({ ...change, added: [], removed: [], isDetermined: false })).toEqual([
      'No model is new, and none is gone.',
      'Only 4 models are part of both runs: too few to say how far they moved.',
    ]);
    expect(changeSentences({ ...change, moved: [], isDetermined: false }).at(-1)).toBe(
      'No model is part of both runs.',
    );
  });

  it('names a few of many models', () => {
    const added = Array.from({ length: 12 }, (_, index) => `M${String(index)}`);
    expect(changeSentences({ ...change, added })[0]).toBe(
      '12 models are new: M0, M1, M2, M3, M4, M5, M6, M7 and 4 more.',
    );
  });

  it('says of models that stayed where they were only that', () => {
    const still = {
      ...change,
      moved: change.moved.map((move) => ({ ...move, distance: 0 })),
      meanDistance: 0,
      correlation: 1,
    };
    expect(changeSentences(still).at(-1)).not.toContain('farthest');
  });
});
