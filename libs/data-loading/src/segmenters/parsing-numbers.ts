import { noneName, type ParsingLabels } from './segmenter-labels.ts';

/** Halves of each object that the published numbering keeps places for between objects and materials. */
export const halvesOfObjects = 4;

/** Numbers of the published study for classes of unified parsing: objects have those of their channels. */
export interface ParsingNumbers {
  /** Number of the first material that is one. */
  readonly firstMaterial: number;
  /** Category and number of a part: a part that is also an object, such as a door, is that object. */
  readonly numberOfPart: (name: string) => { readonly category: 'object' | 'part'; readonly number: number };
  /** Names of the parts that are no objects, by rising number. */
  readonly newParts: readonly string[];
  /** The first number that no class has. */
  readonly next: number;
}

/**
 * Numbers classes as the published study does: objects, halves of objects (top, left, bottom, right), materials, parts
 * that are no objects in the order in which the file names them first.
 */
export function parsingNumbers({ objects, materials, owners }: ParsingLabels): ParsingNumbers {
  const firstMaterial = (objects.length - 1) * (1 + halvesOfObjects) + 1;
  const firstPart = firstMaterial + materials.length - 1;
  const names = new Set(owners.flatMap(({ parts }) => parts).filter((name) => name !== noneName));
  const newParts = [...names].filter((name) => !objects.includes(name));
  const places = new Map(newParts.map((name, place) => [name, place]));
  return {
    firstMaterial,
    newParts,
    next: firstPart + newParts.length,
    numberOfPart: (name) => {
      const place = places.get(name);
      return place === undefined
        ? { category: 'object', number: objects.indexOf(name) }
        : { category: 'part', number: firstPart + place };
    },
  };
}
