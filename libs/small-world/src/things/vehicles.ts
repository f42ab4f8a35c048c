import type { ThingKind } from './thing-kind.ts';

const paints = ['red', 'blue', 'white', 'black', 'grey', 'yellow', 'green', 'orange'] as const;

/** A car from the side. */
export const car: ThingKind = {
  metres: [1.6, 2],
  aspect: [1.8, 2.2],
  draw(brush) {
    const look = { material: brush.pick(['metal', 'metal', undefined] as const), colour: brush.colour(paints) };
    brush.outline(
      'bodywork',
      [
        [0.2, 0.46],
        [0.32, 0],
        [0.72, 0],
        [0.84, 0.46],
      ],
      look,
    );
    brush.outline(
      'window',
      [
        [0.29, 0.44],
        [0.37, 0.1],
        [0.67, 0.1],
        [0.75, 0.44],
      ],
      {
        material: 'glass',
        colour: brush.pick(['blue', 'grey', 'black']),
      },
    );
    brush.box('bodywork', [0, 0.44, 1, 0.84], look);
    for (const left of [0.1, 0.64])
      brush.ball('wheel', [left, 0.54, left + 0.26, 1], { colour: brush.pick(['black', 'black', 'grey']) });
  },
};

/** A boat: a hull under a sail. */
export const boat: ThingKind = {
  metres: [3.5, 5],
  aspect: [0.9, 1.2],
  draw(brush) {
    brush.outline(
      'hull',
      [
        [0, 0.66],
        [1, 0.66],
        [0.84, 1],
        [0.16, 1],
      ],
      {
        material: brush.pick(['wood', 'metal', undefined]),
        colour: brush.colour(paints),
      },
    );
    brush.outline(
      'sail',
      [
        [0.5, 0],
        [0.96, 0.62],
        [0.5, 0.62],
      ],
      {
        material: brush.pick(['fabric', 'fabric', undefined]),
        colour: brush.pick(['white', 'red', 'orange', 'blue', 'pink']),
      },
    );
    brush.box('pole', [0.4, 0, 0.5, 0.68], { material: 'wood', colour: 'brown' });
  },
};
