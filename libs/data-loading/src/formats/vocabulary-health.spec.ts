import { describe, expect, it } from 'vitest';
import type { ConceptShare, DatasetDescription } from './dataset-description.ts';
import { vocabularyHealth } from './vocabulary-health.ts';

const concept = (number: number, name: string, pixelShare: number, category = 'object'): ConceptShare => ({
  number,
  name,
  category,
  images: 1,
  pixelShare,
});
const described = (
  concepts: ConceptShare[],
  overlaps: DatasetDescription['overlaps'] = [],
  ignoredShare = 0,
): DatasetDescription => ({
  images: 10,
  planes: 10,
  mostPlanes: 1,
  turned: 0,
  unlabelledShare: 0,
  ignoredShare,
  categories: [],
  concepts,
  overlaps,
  warnings: [],
});

describe(vocabularyHealth, () => {
  it('goes by another score where the gate is one of it', () => {
    const two = described([concept(1, 'sky', 0.5), concept(2, 'pen', 0.001)]);
    const recall = (both: number, _active: number, labelled: number) => both / labelled;
    const health = vocabularyHealth(two, { activeShare: 0.01, gate: 0.5, score: recall });
    expect(health.concepts.map(({ name, highestScore, canPass }) => [name, highestScore, canPass])).toEqual([
      ['sky', 0.02, false],
      ['pen', 1, true],
    ]);
    expect(health.concepts.map(({ highestIou }) => highestIou)).toEqual([0.02, 0.1]);
    expect(vocabularyHealth(two).concepts.every((each) => !('highestScore' in each))).toBe(true);
  });

  it('gives the highest IoU that a unit can reach, and what can never pass', () => {
    const health = vocabularyHealth(
      described([
        concept(1, 'sky', 0.25),
        concept(2, 'cup', 0.01),
        concept(3, 'pen', 0.0004),
        concept(4, 'wall', 0.251),
        concept(5, 'none', 0),
      ]),
    );
    expect(health.concepts.map(({ name, highestIou, canPass }) => [name, highestIou, canPass])).toEqual([
      ['none', 0, false],
      ['wall', 0.01 / 0.251, false],
      ['sky', 0.04, false],
      ['pen', 0.04, false],
      ['cup', 1, true],
    ]);
    expect(health.unreachable).toBe(4);
    expect(vocabularyHealth(described([concept(1, 'sky', 0.25)]), { compareGate: '>=' }).unreachable).toBe(0);
    // A concept that is nowhere is out of reach, however low the gate.
    expect(vocabularyHealth(described([concept(1, 'sky', 0)]), { gate: 0, compareGate: '>=' }).unreachable).toBe(1);
  });

  it('follows the chosen activation share and gate, and leaves ignored pixels out or counts them', () => {
    const data = described([concept(1, 'sky', 0.1)], [], 0.5);
    const [counted] = vocabularyHealth(data, { activeShare: 0.05, gate: 0.3 }).concepts;
    expect(counted).toMatchObject({ areaShare: 0.1, highestIou: 0.5, canPass: true });
    const [leftOut] = vocabularyHealth(data, { activeShare: 0.05, gate: 0.3, ignoredPixels: 'left-out' }).concepts;
    expect(leftOut).toMatchObject({ areaShare: 0.2, highestIou: 0.25, canPass: false });
  });

  it('reports concepts that coincide and names in several categories', () => {
    const health = vocabularyHealth(
      described(
        [concept(1, 'wood', 0.1), concept(2, 'wood', 0.1, 'material'), concept(3, 'sky', 0.3)],
        [
          { first: 1, second: 2, pixelShare: 0.08 },
          { first: 1, second: 3, pixelShare: 0.02 },
        ],
      ),
    );
    expect(health.overlapping).toMatchObject([{ first: { number: 1 }, second: { number: 2 } }]);
    expect(health.overlapping[0]?.iou).toBeCloseTo(0.08 / 0.12, 12);
    expect(health.sharedNames).toEqual([{ name: 'wood', categories: ['object', 'material'] }]);
  });
});
