import type { ThingKind } from './thing-kind.ts';

const bright = ['red', 'blue', 'yellow', 'white', 'orange', 'green', 'purple', 'pink'] as const;

/** A sign: a board on a pole. */
export const sign: ThingKind = {
  metres: [2, 3],
  aspect: [0.45, 0.6],
  draw(brush) {
    brush.box('pole', [0.38, 0.3, 0.62, 1], {
      material: brush.pick(['metal', 'wood', undefined]),
      colour: brush.pick(['grey', 'black', 'brown', 'white']),
    });
    const look = { material: brush.pick(['metal', 'wood', undefined] as const), colour: brush.colour(bright) };
    if (brush.pick([true, false])) brush.ball('board', [0, 0, 1, 0.5], { ...look, normal: [0, 0, 1] });
    else brush.box('board', [0, 0, 1, 0.46], look);
  },
};

/** A ball. */
export const ball: ThingKind = {
  metres: [0.8, 1.3],
  aspect: [1, 1],
  draw(brush) {
    brush.ball(undefined, [0, 0, 1, 1], {
      material: brush.pick(['fabric', 'glass', 'metal', undefined]),
      colour: brush.colour(bright),
    });
  },
};

/** An open umbrella on its pole. */
export const umbrella: ThingKind = {
  metres: [2, 2.8],
  aspect: [0.85, 1.1],
  draw(brush) {
    brush.box('pole', [0.44, 0.3, 0.56, 1], {
      material: brush.pick(['wood', 'metal']),
      colour: brush.pick(['brown', 'grey', 'white']),
    });
    brush.outline(
      'canopy',
      [
        [0, 0.46],
        [0.16, 0.16],
        [0.5, 0],
        [0.84, 0.16],
        [1, 0.46],
      ],
      {
        material: brush.pick(['fabric', 'fabric', undefined]),
        colour: brush.colour(bright),
        normal: [0, 0.7071, 0.7071],
      },
    );
  },
};
