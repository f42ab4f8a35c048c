import type { ThingKind } from './thing-kind.ts';

/** An animal from the side: a head, a body and legs. */
export const animal: ThingKind = {
  metres: [1.1, 1.7],
  aspect: [1.25, 1.6],
  draw(brush) {
    const look = {
      material: brush.pick(['fur', 'fur', 'fur', undefined] as const),
      colour: brush.colour(['brown', 'white', 'black', 'grey', 'orange']),
    };
    for (const left of [0.24, 0.66]) brush.box('leg', [left, 0.62, left + 0.18, 1], { ...look, light: -24 });
    brush.ball('torso', [0.12, 0.26, 0.92, 0.8], look);
    brush.ball('head', [0, 0, 0.4, 0.46], look);
  },
};

/** A person who stands. */
export const person: ThingKind = {
  metres: [1.7, 2],
  aspect: [0.38, 0.46],
  draw(brush) {
    const clothes = ['red', 'blue', 'green', 'black', 'white', 'purple', 'yellow', 'grey'] as const;
    brush.box('leg', [0.12, 0.6, 0.46, 1], { colour: 'blue', material: 'fabric', light: -30 });
    brush.box('leg', [0.54, 0.6, 0.88, 1], { colour: 'blue', material: 'fabric', light: -30 });
    brush.box('torso', [0, 0.28, 1, 0.66], {
      material: brush.pick(['fabric', 'fabric', 'fur', undefined]),
      colour: brush.colour(clothes),
    });
    brush.ball('head', [0.16, 0, 0.84, 0.3], { colour: brush.pick(['pink', 'brown', 'orange', 'white']) });
  },
};
