import type { Colour, Material, SceneName, ThingName } from './vocabulary.ts';

/** What a kind of place is made of. The palettes overlap: no colour tells a place. */
export interface SceneKind {
  /** Colours of the sky; none indoors. */
  readonly skies?: readonly Colour[];
  /** Colours of the ground. */
  readonly grounds: readonly Colour[];
  /** What the ground is made of; none is smooth. */
  readonly covers: readonly (Material | undefined)[];
  /** A wall behind: its share of scenes, colours and materials. */
  readonly wall?: {
    readonly share: number;
    readonly colours: readonly Colour[];
    readonly materials: readonly (Material | undefined)[];
  };
  /** Colours of water between sky and ground. */
  readonly waters?: readonly Colour[];
  /** Things that stand there; what is named twice is twice as usual. */
  readonly things: readonly ThingName[];
  /** Fewest and most things. */
  readonly many: readonly [low: number, high: number];
}

const daySkies = ['blue', 'blue', 'grey', 'white', 'orange', 'pink', 'purple'] as const;

/** The kinds of places. */
export const sceneKinds: Readonly<Record<SceneName, SceneKind>> = {
  field: {
    skies: daySkies,
    grounds: ['green', 'yellow', 'brown'],
    covers: ['foliage', undefined],
    things: ['animal', 'animal', 'tree', 'rock', 'bush', 'house', 'person', 'car', 'tower'],
    many: [2, 4],
  },
  forest: {
    skies: daySkies,
    grounds: ['green', 'brown', 'grey'],
    covers: ['foliage', undefined],
    things: ['tree', 'tree', 'tree', 'bush', 'bush', 'rock', 'animal', 'person', 'box'],
    many: [4, 6],
  },
  shore: {
    skies: daySkies,
    grounds: ['yellow', 'grey', 'brown', 'white'],
    covers: [undefined, undefined, 'stone'],
    waters: ['blue', 'green', 'grey', 'purple'],
    things: ['boat', 'boat', 'ball', 'umbrella', 'umbrella', 'person', 'rock', 'tower', 'box'],
    many: [2, 4],
  },
  street: {
    skies: daySkies,
    grounds: ['grey', 'brown', 'black'],
    covers: ['stone', 'brick', undefined],
    things: ['house', 'house', 'tower', 'car', 'car', 'sign', 'lamp', 'person', 'tree'],
    many: [3, 5],
  },
  yard: {
    skies: daySkies,
    grounds: ['green', 'grey', 'brown', 'yellow'],
    covers: ['foliage', 'stone', undefined],
    wall: {
      share: 0.7,
      colours: ['brown', 'white', 'grey', 'red'],
      materials: ['brick', 'wood', 'stone'],
    },
    things: ['table', 'umbrella', 'ball', 'bush', 'box', 'animal', 'person', 'tree', 'lamp'],
    many: [2, 4],
  },
  room: {
    grounds: ['brown', 'grey', 'white', 'yellow', 'green'],
    covers: ['wood', 'fabric', 'stone', undefined],
    wall: {
      share: 1,
      colours: ['white', 'yellow', 'pink', 'grey', 'blue', 'green', 'orange', 'purple'],
      materials: [undefined, undefined, 'brick', 'wood', 'fabric'],
    },
    things: ['sofa', 'sofa', 'table', 'table', 'lamp', 'box', 'person', 'animal', 'ball'],
    many: [2, 4],
  },
};
