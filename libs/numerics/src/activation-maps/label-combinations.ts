/**
 * Labels of one image in small: which sets of concept numbers occur together at a pixel ("combinations"), and runs of
 * pixels of one combination. One flat array of uint16, made to be kept for a whole run:
 * `[combinations, then for each: its size and its numbers …, then pairs of run length and combination …]`.
 */
export type CombinedLabels = Uint16Array;

/** Label planes of one image. */
export interface PlaneLabels {
  /** Planes one after the other, each row by row; concept numbers, 0 = unlabelled. */
  readonly planes: Uint16Array;
  /** Numbers that hold for every pixel. @default none */
  readonly wholeImage?: ArrayLike<number>;
  /** A further number of the planes that means unlabelled, as 0 does. @default 0 */
  readonly blank?: number;
}

const MAXIMUM_RUN = 65535;
const MAXIMUM_SETS = 65535;

/**
 * Combines the planes of one image. A concept that several planes (or a plane and the whole image) give to one pixel
 * counts once there.
 *
 * @param labels the planes
 * @param pixels pixels of a plane
 */
export function combineLabels(labels: PlaneLabels, pixels: number): CombinedLabels {
  const { planes, wholeImage = [], blank = 0 } = labels;
  const count = planes.length / pixels;
  if (!Number.isInteger(count))
    throw new RangeError(
      `combineLabels: ${String(planes.length)} values are no whole planes of ${String(pixels)} pixels`,
    );
  const whole = [...new Set(Array.from(wholeImage))].filter((number) => number !== 0);
  const numbers = new Map<string, number>();
  const sets: number[][] = [];
  const runs: number[] = [];
  let [current, length] = [-1, 0];
  const close = () => {
    for (; length > 0; length -= Math.min(length, MAXIMUM_RUN)) runs.push(Math.min(length, MAXIMUM_RUN), current);
  };
  for (let pixel = 0; pixel < pixels; pixel++) {
    if (pixel === 0 || differs(planes, count, pixels, pixel)) {
      close();
      const borne = [...whole];
      for (let plane = 0; plane < count; plane++) {
        const number = planes[plane * pixels + pixel] as number;
        if (number !== 0 && number !== blank) borne.push(number);
      }
      const set = borne
        .sort((one, other) => one - other)
        .filter((number, place) => place === 0 || number !== borne[place - 1]);
      const key = String.fromCharCode(...set);
      let combination = numbers.get(key);
      if (combination === undefined) {
        if (sets.length === MAXIMUM_SETS)
          throw new RangeError(
            `combineLabels: more than ${String(MAXIMUM_SETS)} different sets of labels in one image`,
          );
        numbers.set(key, (combination = sets.length));
        sets.push(set);
      }
      current = combination;
      length = 0;
    }
    length++;
  }
  close();
  return packCombinations(sets, runs);
}

function packCombinations(sets: readonly (readonly number[])[], runs: readonly number[]): CombinedLabels {
  const packed = new Uint16Array(sets.reduce((sum, { length }) => sum + 1 + length, 1) + runs.length);
  packed[0] = sets.length;
  let at = 1;
  for (const set of sets) {
    packed[at] = set.length;
    packed.set(set, at + 1);
    at += 1 + set.length;
  }
  packed.set(runs, at);
  return packed;
}

/** Sets of concept numbers of combined labels, and where their runs begin. */
export function readCombinations(labels: CombinedLabels): {
  readonly sets: readonly Uint16Array[];
  readonly runs: Uint16Array;
} {
  const sets: Uint16Array[] = [];
  let at = 1;
  for (let index = 0; index < (labels[0] as number); index++) {
    const size = labels[at] as number;
    sets.push(labels.subarray(at + 1, at + 1 + size));
    at += 1 + size;
  }
  return { sets, runs: labels.subarray(at) };
}

function differs(planes: Uint16Array, count: number, pixels: number, pixel: number): boolean {
  for (let plane = 0, at = pixel; plane < count; plane++, at += pixels) if (planes[at] !== planes[at - 1]) return true;
  return false;
}
