import { SeenNumbers } from './seen-numbers.ts';

/** Planes of an image from which on those that share no cell become one: so many take long to count one by one. */
export const packedPlanes = 32;

/**
 * Makes planes ready to be counted, in place: of a number that several give to one cell the first one stays, empty
 * planes are left out, and of more than {@link packedPlanes} those that share no cell become one. A plane stays whole
 * and in one piece, so that the areas of its numbers stay connected as they were.
 *
 * @param planes planes of one image, of equal length
 */
export function packPlanes(planes: readonly Uint16Array[]): Uint16Array[] {
  const [first] = planes;
  if (first === undefined) return [];
  if (planes.length > 1) removeRepeated(planes, first.length);
  const filled = planes.filter((plane) => plane.some((number) => number !== 0));
  return filled.length > packedPlanes ? mergeApart(filled) : filled;
}

function removeRepeated(planes: readonly Uint16Array[], cells: number): void {
  const seen = new SeenNumbers(cells);
  for (const plane of planes) {
    for (let cell = 0; cell < cells; cell++) {
      const number = plane[cell] as number;
      if (number !== 0 && !seen.add(number, cell)) plane[cell] = 0;
    }
  }
}

/** Puts each plane into the first one that is free wherever it bears a number. */
function mergeApart(planes: readonly Uint16Array[]): Uint16Array[] {
  const merged: { readonly plane: Uint16Array; readonly taken: Uint32Array }[] = [];
  for (const plane of planes) {
    const cells = cellsOf(plane);
    const place = merged.find(({ taken }) => taken.every((word, index) => (word & (cells[index] as number)) === 0));
    if (place === undefined) {
      merged.push({ plane, taken: cells });
      continue;
    }
    plane.forEach((number, cell) => {
      if (number !== 0) place.plane[cell] = number;
    });
    cells.forEach((word, index) => (place.taken[index] = (place.taken[index] as number) | word));
  }
  return merged.map(({ plane }) => plane);
}

/** Bits of the cells that bear a number. */
function cellsOf(plane: Uint16Array): Uint32Array {
  const bits = new Uint32Array(Math.ceil(plane.length / 32));
  plane.forEach((number, cell) => {
    if (number !== 0) bits[cell >>> 5] = (bits[cell >>> 5] as number) | (1 << (cell & 31));
  });
  return bits;
}
