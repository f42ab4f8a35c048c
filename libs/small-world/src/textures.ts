import type { Material } from './vocabulary.ts';

/**
 * How much lighter (or, below 0, darker) a material is at a point than its colour, in 256ths.
 *
 * @param u columns from the corner of the thing, in pixels of the drawing
 * @param v rows from there
 * @param salt number that tells things apart
 */
export type Texture = (u: number, v: number, salt: number) => number;

/** Mixes whole numbers to one from 0 to 255: the finalizer of MurmurHash3. */
export function scatter(a: number, b: number, salt: number): number {
  let mixed = (Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77) ^ Math.imul(salt, 0xc2b2ae3d)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) & 255;
}

/** Rises from 0 to half of the period and falls again. */
function wave(at: number, period: number): number {
  const place = ((at % period) + period) % period;
  return place < period / 2 ? place : period - place;
}

/** Patterns of the materials: none is a matter of colour. */
export const textures: Readonly<Record<Material, Texture>> = {
  brick: (u, v, salt) => {
    const row = Math.floor(v / 8);
    const along = u + (row & 1) * 8;
    const isMortar = ((v % 8) + 8) % 8 < 2 || ((along % 16) + 16) % 16 < 2;
    return isMortar ? 110 : scatter(row, Math.floor(along / 16), salt) / 6 - 40;
  },
  wood: (u, v, salt) => {
    const plank = Math.floor(u / 16);
    const isGap = ((u % 16) + 16) % 16 < 2;
    return isGap
      ? -110
      : scatter(plank, Math.floor((v + scatter(plank, 0, salt)) / 24), salt) / 4 - wave(u + v / 8, 6) * 14;
  },
  stone: (u, v, salt) => {
    const row = Math.floor(v / 12);
    const along = u + scatter(row, 1, salt);
    const width = 18;
    const isJoint = ((v % 12) + 12) % 12 < 2 || along % width < 2;
    return isJoint ? -100 : scatter(row, Math.floor(along / width), salt) / 2 - 64 + scatter(u >> 1, v >> 1, salt) / 10;
  },
  fur: (u, v, salt) => scatter(Math.floor(u / 2), Math.floor((v + 3 * (u & 7)) / 6), salt) / 2 - 64,
  foliage: (u, v, salt) => scatter(u >> 2, v >> 2, salt) / 2 + scatter((u + 2) >> 2, (v + 2) >> 2, salt + 1) / 4 - 96,
  metal: (u, v) => wave(u + 2 * v, 64) * 5 - 60,
  glass: (u, v) => (wave(u + v, 32) < 5 ? 130 : -40 + wave(u + v, 32)),
  fabric: (u, v) => (((Math.floor(u / 5) + Math.floor(v / 5)) & 1) === 0 ? 38 : -38) + ((u + v) & 1) * 12,
};
