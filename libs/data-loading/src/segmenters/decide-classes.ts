import type { HeadValues } from './head-values.ts';
import { largestClasses } from './largest-classes.ts';
import { sourcePositions, type Positions } from './source-positions.ts';

/** How {@link decideClasses} decides. */
export interface DecideOptions {
  /** Size of the planes; values are upsampled bilinearly to it. @default that of the values */
  readonly size?: { readonly height: number; readonly width: number };
  /** Least share of the softmax, 0 to 1, that the largest value must have. @default 0 */
  readonly confidence?: number;
  /** For each class the value that it must exceed; several may be there at once. @default the largest value wins */
  readonly thresholds?: Float32Array;
  /** Which classes are candidates at a pixel. @default all */
  readonly candidates?: Candidates;
}

/** Classes that are candidates where another head sees certain things. */
export interface Candidates {
  /** What the other head sees at each pixel of the planes: a row of `allowed`. */
  readonly owners: Uint16Array;
  /** 1 for each class that is a candidate, `classes` in each row. */
  readonly allowed: Uint8Array;
}

/** From this many pixels for each value on it pays to find the few classes that can win between four values first. */
const leastGrowth = 4;

/**
 * Decides which classes each pixel bears, as planes of class + 1 with 0 for none: one plane where the largest value
 * wins (the first of equal ones), as many as classes coincide where each has its threshold. Upsampling is bilinear with
 * half-pixel centres and clamped borders, as PyTorch's `interpolate` with `align_corners=False`.
 */
export function decideClasses(
  values: HeadValues,
  { size = values, confidence = 0, thresholds, candidates }: DecideOptions = {},
): Uint16Array[] {
  const { width, height } = size;
  if (
    thresholds === undefined &&
    candidates === undefined &&
    confidence === 0 &&
    width * height >= leastGrowth * values.width * values.height
  )
    return [largestClasses(values, size)];
  const planes: Uint16Array[] = thresholds === undefined ? [new Uint16Array(width * height)] : [];
  const rows = sourcePositions(height, values.height);
  const columns = sourcePositions(width, values.width);
  const line: Line = {
    values: new Float32Array(values.classes * width),
    classes: values.classes,
    width,
    largest: new Float32Array(width),
  };
  const blended = new Float32Array(values.width);
  for (let y = 0; y < height; y++) {
    for (let index = 0; index < values.classes; index++) {
      blendRows(values, index, rows.first[y] as number, rows.second[y] as number, rows.weight[y] as number, blended);
      blendColumns(blended, columns, line.values, index * width, width);
    }
    if (candidates !== undefined) leaveOutOthers(line, candidates, y * width);
    if (thresholds !== undefined) markAbove(line, thresholds, y * width, planes, width * height);
    else {
      const plane = (planes[0] as Uint16Array).subarray(y * width, (y + 1) * width);
      takeLargest(line, plane);
      if (confidence > 0) leaveOutUnsure(line, plane, confidence);
    }
  }
  return planes;
}

/** Class numbers of one head for one image, counted from 0. */
export interface ClassNumbers {
  /** Whole numbers; those that no plane can hold mean nothing. */
  readonly data: Float32Array;
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
}

/**
 * Brings class numbers to the size of a plane, as class + 1 with 0 for none; a pixel takes the number under its centre.
 */
export function spreadClassNumbers(
  { data, height, width }: ClassNumbers,
  size: { readonly height: number; readonly width: number },
): Uint16Array {
  const plane = new Uint16Array(size.height * size.width);
  let pixel = 0;
  for (let y = 0; y < size.height; y++) {
    const row = Math.floor(((y + 0.5) * height) / size.height) * width;
    for (let x = 0; x < size.width; x++) {
      const value = data[row + Math.floor(((x + 0.5) * width) / size.width)] as number;
      plane[pixel++] = value >= 0 && value < 65_535 ? value + 1 : 0;
    }
  }
  return plane;
}

/** Values of one row of the planes, class by class. */
interface Line {
  readonly values: Float32Array;
  readonly classes: number;
  readonly width: number;
  /** Largest value of each pixel. */
  readonly largest: Float32Array;
}

/** Interpolates between two rows of the values of a class. */
function blendRows(
  { data, classes, height, width, channelsLast }: HeadValues,
  index: number,
  first: number,
  second: number,
  down: number,
  blended: Float32Array,
): void {
  const step = channelsLast ? classes : 1;
  const start = channelsLast ? index : index * height * width;
  for (
    let x = 0, above = start + first * width * step, below = start + second * width * step;
    x < width;
    x++, above += step, below += step
  ) {
    const upper = data[above] as number;
    blended[x] = upper + down * ((data[below] as number) - upper);
  }
}

function blendColumns(
  from: Float32Array,
  { first, second, weight }: Positions,
  to: Float32Array,
  start: number,
  width: number,
): void {
  for (let x = 0; x < width; x++) {
    const left = from[first[x] as number] as number;
    to[start + x] = left + (weight[x] as number) * ((from[second[x] as number] as number) - left);
  }
}

function leaveOutOthers({ values, classes, width }: Line, { owners, allowed }: Candidates, firstCell: number): void {
  for (let index = 0; index < classes; index++) {
    for (let x = 0; x < width; x++)
      if (allowed[(owners[firstCell + x] as number) * classes + index] !== 1) values[index * width + x] = -Infinity;
  }
}

function takeLargest({ values, classes, width, largest }: Line, plane: Uint16Array): void {
  largest.fill(-Infinity);
  for (let index = 0, place = 0; index < classes; index++) {
    for (let x = 0; x < width; x++, place++) {
      const value = values[place] as number;
      if (value > (largest[x] as number)) {
        largest[x] = value;
        plane[x] = index + 1;
      }
    }
  }
}

function leaveOutUnsure({ values, classes, width, largest }: Line, plane: Uint16Array, confidence: number): void {
  for (let x = 0; x < width; x++) {
    if (plane[x] === 0) continue;
    let sum = 0;
    for (let index = 0; index < classes; index++)
      sum += Math.exp((values[index * width + x] as number) - (largest[x] as number));
    if (1 / sum < confidence) plane[x] = 0;
  }
}

function markAbove(
  { values, width }: Line,
  thresholds: Float32Array,
  firstCell: number,
  planes: Uint16Array[],
  cells: number,
): void {
  for (let x = 0; x < width; x++) {
    let plane = 0;
    for (let index = 0; index < thresholds.length; index++) {
      if (!((values[index * width + x] as number) > (thresholds[index] as number))) continue;
      if (plane === planes.length) planes.push(new Uint16Array(cells));
      (planes[plane++] as Uint16Array)[firstCell + x] = index + 1;
    }
  }
}
