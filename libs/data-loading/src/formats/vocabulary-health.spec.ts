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

  it('tells of concepts that hardly occur outside one of another category', () => {
    const often = (one: ConceptShare, images = 10) => ({ ...one, images });
    const concepts = [
      often(concept(1, 'boat', 0.02)),
      often(concept(2, 'shore', 0.2, 'scene')),
      often(concept(3, 'sail', 0.01, 'part')),
      often(concept(4, 'day', 0.6, 'scene')),
      often(concept(5, 'gull', 0.01), 9),
      often(concept(6, 'rope', 0.01, 'part')),
      often(concept(7, 'white', 0.012, 'color')),
    ];
    const { confined } = vocabularyHealth(
      described(concepts, [
        // Nearly all of the boat; the shore is more than that.
        { first: 1, second: 2, pixelShare: 0.0199 },
        // A part in its object, which is where it belongs.
        { first: 1, second: 3, pixelShare: 0.01 },
        { first: 2, second: 3, pixelShare: 0.01 },
        // More than half of everything.
        { first: 1, second: 4, pixelShare: 0.02 },
        // In too few images, and too little of it.
        { first: 2, second: 5, pixelShare: 0.01 },
        { first: 2, second: 6, pixelShare: 0.009 },
        // These coincide, which is told as such.
        { first: 6, second: 7, pixelShare: 0.01 },
      ]),
    );
    expect(confined.map(({ concept: { name }, within, share }) => [name, within.name, share])).toEqual([
      ['boat', 'shore', 0.0199 / 0.02],
      ['sail', 'shore', 1],
    ]);
  });
});
