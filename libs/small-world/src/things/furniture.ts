import type { ThingKind } from './thing-kind.ts';

const dyes = ['red', 'blue', 'green', 'purple', 'pink', 'grey', 'brown', 'orange', 'yellow', 'white'] as const;

/** A table from the front: a top on legs. */
export const table: ThingKind = {
  metres: [1, 1.3],
  aspect: [1.3, 1.8],
  draw(brush) {
    const material = brush.pick(['wood', 'metal', undefined] as const);
    const colour = brush.colour(['brown', 'white', 'grey', 'black', 'orange']);
    for (const left of [0.06, 0.78]) brush.box('leg', [left, 0.3, left + 0.16, 1], { material, colour, light: -30 });
    brush.outline(
      'top',
      [
        [0, 0.36],
        [0.12, 0],
        [0.88, 0],
        [1, 0.36],
      ],
      {
        material: brush.pick([material, 'glass', 'stone']),
        colour,
        light: 20,
        normal: [0, 1, 0],
      },
    );
  },
};

/** A sofa from the front: a back and a seat. */
export const sofa: ThingKind = {
  metres: [1.1, 1.4],
  aspect: [1.5, 2],
  draw(brush) {
    const look = { material: brush.pick(['fabric', 'fur', undefined] as const), colour: brush.colour(dyes) };
    brush.box('back', [0.04, 0, 0.96, 0.62], look);
    brush.outline(
      'seat',
      [
        [0.1, 0.5],
        [0.9, 0.5],
        [1, 0.76],
        [0, 0.76],
      ],
      { ...look, light: 30, normal: [0, 0.7071, 0.7071] },
    );
    brush.box('seat', [0, 0.76, 1, 1], { ...look, light: -24 });
  },
};

/** A box with a lid. */
export const box: ThingKind = {
  metres: [0.9, 1.4],
  aspect: [0.9, 1.4],
  draw(brush) {
    const look = { material: brush.pick(['wood', 'metal', 'fabric', undefined] as const), colour: brush.colour(dyes) };
    brush.box(undefined, [0.03, 0.3, 0.97, 1], look);
    brush.outline(
      'lid',
      [
        [0, 0.36],
        [0.14, 0],
        [1, 0],
        [0.97, 0.36],
      ],
      { ...look, light: 36, normal: [0, 1, 0] },
    );
  },
};

/** A lamp: a shade on a pole. */
export const lamp: ThingKind = {
  metres: [2, 3.2],
  aspect: [0.4, 0.55],
  draw(brush) {
    brush.box('pole', [0.38, 0.3, 0.62, 1], {
      material: brush.pick(['metal', 'wood']),
      colour: brush.pick(['black', 'grey', 'brown']),
    });
    brush.outline(
      'shade',
      [
        [0, 0.4],
        [0.22, 0],
        [0.78, 0],
        [1, 0.4],
      ],
      {
        material: brush.pick(['glass', 'fabric', undefined]),
        colour: brush.colour(['yellow', 'white', 'orange', 'red', 'green', 'pink']),
        light: 40,
      },
    );
  },
};
