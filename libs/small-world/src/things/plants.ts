import type { ThingKind } from './thing-kind.ts';

const leaves = ['green', 'green', 'yellow', 'orange', 'red', 'brown', 'purple'] as const;

/** A tree: a crown, round or pointed, on a trunk. */
export const tree: ThingKind = {
  metres: [3, 6.5],
  aspect: [0.55, 0.8],
  draw(brush) {
    const crown = brush.between(0.58, 0.7);
    brush.box('trunk', [0.4, crown - 0.06, 0.6, 1], {
      material: brush.pick(['wood', 'wood', undefined]),
      colour: brush.pick(['brown', 'grey', 'black', 'white']),
    });
    const look = { material: brush.pick(['foliage', 'foliage', undefined] as const), colour: brush.colour(leaves) };
    if (brush.pick([true, false])) brush.ball('crown', [0, 0, 1, crown], look);
    else
      brush.outline(
        'crown',
        [
          [0.02, crown],
          [0.5, 0],
          [0.98, crown],
        ],
        look,
      );
  },
};

/** A bush that touches the ground. */
export const bush: ThingKind = {
  metres: [1, 1.8],
  aspect: [1.1, 1.7],
  draw(brush) {
    const look = { material: brush.pick(['foliage', 'foliage', undefined] as const), colour: brush.colour(leaves) };
    brush.ball(undefined, [0, 0.15, 0.62, 1.05], look);
    brush.ball(undefined, [0.32, 0, 1, 1.05], look);
  },
};

/** A boulder. */
export const rock: ThingKind = {
  metres: [0.9, 1.7],
  aspect: [1.1, 1.6],
  draw(brush) {
    const look = {
      material: brush.pick(['stone', 'stone', undefined] as const),
      colour: brush.colour(['grey', 'brown', 'black', 'white', 'pink']),
    };
    brush.outline(
      undefined,
      [
        [0, 1],
        [0.1, 0.45],
        [0.4, 0.02],
        [0.75, 0.12],
        [1, 0.7],
        [0.97, 1],
      ],
      look,
    );
    brush.outline(
      undefined,
      [
        [0.75, 0.12],
        [1, 0.7],
        [0.97, 1],
        [0.68, 1],
      ],
      { ...look, light: -50, normal: [0.7071, 0, 0.7071] },
    );
  },
};
