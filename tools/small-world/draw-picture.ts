/**
 * Draws the picture of the README: scenes of the small world, and below each what is known of it.
 *
 *     npx tsx --conditions=@intermodel/source tools/small-world/draw-picture.ts docs/small-world.png
 */
import { writeFileSync } from 'node:fs';
import { drawScene, imageSide, type WorldScene } from '@intermodel/small-world';
import { encode } from 'fast-png';

const scenes = 11;
const gap = 4;

/** A colour for each number, well apart for neighbouring ones: steps of the golden section around the colour circle. */
function colourOf(number: number): readonly [number, number, number] {
  const hue = (number * 0.618_034 * 6) % 6;
  const level = 150 + ((number * 53) % 90);
  const rise = Math.round(level * (hue % 1));
  const [low, fall] = [30, level - rise];
  const wheel = [
    [level, rise, low],
    [fall, level, low],
    [low, level, rise],
    [low, fall, level],
    [rise, low, level],
    [level, low, fall],
  ] as const;
  return wheel[Math.floor(hue)] ?? [0, 0, 0];
}

type Colouring = (scene: WorldScene, pixel: number) => readonly [number, number, number];

const numbers =
  (plane: keyof WorldScene['planes']): Colouring =>
  ({ planes }, pixel) => {
    const number = planes[plane][pixel] ?? 0;
    return number === 0 ? [24, 24, 24] : colourOf(number);
  };

/** Rows of the picture: the scene, its objects, parts and materials, where surfaces face, and how far they are. */
const rows: readonly Colouring[] = [
  ({ pixels }, pixel) => [pixels[3 * pixel] ?? 0, pixels[3 * pixel + 1] ?? 0, pixels[3 * pixel + 2] ?? 0],
  numbers('object'),
  numbers('part'),
  numbers('material'),
  ({ normals }, pixel) => {
    const shade = (axis: number) => Math.round((((normals[3 * pixel + axis] ?? 0) + 1) / 2) * 255);
    return [shade(0), shade(1), shade(2)];
  },
  ({ depths }, pixel) => {
    const metres = depths[pixel] ?? 0;
    const shade = metres === 0 ? 0 : Math.round(255 / (1 + metres / 6));
    return [shade, shade, shade];
  },
];

const step = imageSide + gap;
const width = scenes * step - gap;
const height = rows.length * step - gap;
const data = new Uint8Array(width * height * 3).fill(255);
for (let column = 0; column < scenes; column++) {
  const scene = drawScene({ seed: 0, image: column });
  rows.forEach((colouring, row) => {
    for (let pixel = 0; pixel < imageSide * imageSide; pixel++) {
      const x = column * step + (pixel % imageSide);
      const y = row * step + Math.floor(pixel / imageSide);
      data.set(colouring(scene, pixel), 3 * (y * width + x));
    }
  });
}
writeFileSync(process.argv[2] ?? 'small-world.png', encode({ width, height, data, channels: 3, depth: 8 }));
