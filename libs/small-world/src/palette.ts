import type { Colour } from './vocabulary.ts';

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** The usual shade of each basic colour. */
export const palette: Readonly<Record<Colour, Rgb>> = {
  black: [34, 34, 38],
  blue: [48, 92, 200],
  brown: [124, 78, 40],
  green: [58, 148, 62],
  grey: [128, 128, 128],
  orange: [236, 138, 36],
  pink: [242, 152, 184],
  purple: [128, 60, 164],
  red: [204, 40, 44],
  white: [238, 238, 234],
  yellow: [238, 216, 60],
};
