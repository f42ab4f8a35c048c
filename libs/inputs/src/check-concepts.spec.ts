import { dissectionPreset } from '@intermodel/concept-matching';
import { describe, expect, it } from 'vitest';
import { checkConcepts } from './check-concepts.ts';

const concept = (number: number, images: number, pixelShare: number) => ({
  number,
  name: `c${String(number)}`,
  category: 'object',
  images,
  pixelShare,
});
const main = dissectionPreset('dissect-2020');
const rare = dissectionPreset('netdissect-2017');
const second = (changes: object = {}) => ({
  preset: 'dissect-2020' as const,
  matching: main,
  diffPreset: 'netdissect-2017' as const,
  diffMatching: { ...rare, ...changes },
});

describe(checkConcepts, () => {
  it('finds out before a model is run that a second preset leaves no concept, and names its key', () => {
    expect(() => {
      checkConcepts({ images: 8, concepts: [concept(1, 8, 0.5), concept(2, 3, 0.9)] }, second());
    }).toThrow(/netdissect-2017 demands: the most frequent is in 8 images[^]*diffMatching\.minimumImages/u);
  });

  it('names the key of the preset of the study', () => {
    expect(() => {
      checkConcepts(
        { images: 8, concepts: [concept(1, 8, 0.5)] },
        { preset: 'netdissect-2017', matching: rare, diffPreset: undefined, diffMatching: undefined },
      );
    }).toThrow(/set `matching\.minimumImages: 0`/u);
  });

  it.each([
    ['a concept that is frequent enough', [concept(1, rare.minimumImages, rare.minimumCoverage / 20)], {}],
    ['a demand that was lowered', [concept(1, 2, 0.01)], { minimumImages: 0, minimumCoverage: 0 }],
    ['no labels at all, of which others tell', [concept(1, 0, 0)], {}],
  ])('lets pass %s', (_case, concepts, changes) => {
    expect(() => {
      checkConcepts({ images: 20, concepts }, second(changes));
    }).not.toThrow();
  });
});
