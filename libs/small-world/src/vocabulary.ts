/** Categories of concepts, in the order of their numbers. */
export const worldCategories = ['object', 'part', 'material', 'color', 'scene'] as const;

/** Category of a concept. */
export type WorldCategory = (typeof worldCategories)[number];

/** Backgrounds, which have no outline of their own. */
export const stuffs = ['sky', 'ground', 'wall', 'water'] as const;

/** Things that are counted and have boxes. */
export const thingNames = [
  'house',
  'tower',
  'car',
  'tree',
  'bush',
  'rock',
  'animal',
  'person',
  'ball',
  'boat',
  'sign',
  'lamp',
  'table',
  'sofa',
  'box',
  'umbrella',
] as const;

/** Name of a thing. */
export type ThingName = (typeof thingNames)[number];

/** Names of the concepts of each category. */
export const worldNames = {
  object: [...stuffs, ...thingNames],
  part: [
    ...['roof', 'facade', 'door', 'window', 'bodywork', 'wheel', 'crown', 'trunk', 'head', 'torso', 'leg'],
    ...['hull', 'sail', 'board', 'pole', 'shade', 'top', 'back', 'seat', 'lid', 'canopy'],
  ],
  material: ['brick', 'wood', 'stone', 'fur', 'foliage', 'metal', 'glass', 'fabric'],
  color: ['black', 'blue', 'brown', 'green', 'grey', 'orange', 'pink', 'purple', 'red', 'white', 'yellow'],
  scene: ['field', 'forest', 'shore', 'street', 'yard', 'room'],
} as const satisfies Readonly<Record<WorldCategory, readonly string[]>>;

/** Name of a material. */
export type Material = (typeof worldNames.material)[number];

/** Name of a colour: one of the 11 basic terms of English (Berlin and Kay 1969). */
export type Colour = (typeof worldNames.color)[number];

/** Name of a kind of place. */
export type SceneName = (typeof worldNames.scene)[number];

/** Name of an object: stuff or thing. */
export type ObjectName = (typeof worldNames.object)[number];

/** Name of a part. */
export type PartName = (typeof worldNames.part)[number];

/** A concept of the world. */
export interface WorldConcept {
  /** Number in label files, from 1. */
  readonly number: number;
  /** Name. */
  readonly name: string;
  /** Category. */
  readonly category: WorldCategory;
}

/** All concepts, numbered from 1. */
export const worldConcepts: readonly WorldConcept[] = worldCategories
  .flatMap((category) => worldNames[category].map((name) => ({ name, category })))
  .map((concept, index) => ({ number: index + 1, ...concept }));

const numbers = new Map(worldConcepts.map(({ number, name, category }) => [`${category} ${name}`, number]));

/** Number of a concept. */
export function numberOf<Category extends WorldCategory>(
  category: Category,
  name: (typeof worldNames)[Category][number],
): number {
  return numbers.get(`${category} ${name}`) ?? 0;
}
