import type { Brush, Stretch } from './brush.ts';
import type { ThingKind } from './thing-kind.ts';

const sloping = [0, 0.7071, 0.7071] as const;

function pane(brush: Brush, stretch: Stretch): void {
  brush.box('window', stretch, { material: 'glass', colour: brush.pick(['blue', 'grey', 'black', 'yellow']) });
}

/** A house with a gabled roof, a door and one or two windows. */
export const house: ThingKind = {
  metres: [3.2, 4.6],
  aspect: [0.95, 1.35],
  draw(brush) {
    const eaves = brush.between(0.36, 0.46);
    const colour = brush.colour(['red', 'white', 'yellow', 'grey', 'pink', 'brown', 'orange', 'blue']);
    brush.box('facade', [0.06, eaves, 0.94, 1], {
      material: brush.pick(['brick', 'wood', 'stone', undefined]),
      colour,
    });
    const ridge = brush.pick([
      [0.5, 0],
      [0.25, 0],
    ] as const);
    brush.outline('roof', [[0, eaves], ridge, [1 - ridge[0], 0], [1, eaves]], {
      material: brush.pick(['brick', 'wood', 'metal', undefined]),
      colour: brush.pick(['red', 'brown', 'black', 'grey', 'orange', 'green']),
      light: -20,
      normal: sloping,
    });
    brush.box('door', [0.14, 0.62, 0.36, 1], {
      material: brush.pick(['wood', 'metal', undefined]),
      colour: brush.pick(['brown', 'white', 'green', 'blue', 'red']),
    });
    pane(brush, [0.5, 0.58, 0.82, 0.82]);
  },
};

/** A tall tower with windows above each other, under a roof or none. */
export const tower: ThingKind = {
  metres: [6, 9],
  aspect: [0.3, 0.45],
  draw(brush) {
    const top = brush.pick([0, 0.16]);
    const colour = brush.colour(['white', 'grey', 'red', 'brown', 'black', 'blue']);
    brush.box('facade', [0.05, top, 0.95, 1], {
      material: brush.pick(['brick', 'stone', 'metal', undefined]),
      colour,
    });
    if (top > 0)
      brush.outline(
        'roof',
        [
          [0, top],
          [0.5, 0],
          [1, top],
        ],
        {
          material: brush.pick(['metal', 'wood', undefined]),
          colour: brush.pick(['red', 'black', 'grey', 'green']),
          normal: sloping,
        },
      );
    pane(brush, [0.24, top + 0.08, 0.76, top + 0.26]);
    pane(brush, [0.24, top + 0.36, 0.76, top + 0.54]);
  },
};
