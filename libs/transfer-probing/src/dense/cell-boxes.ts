import { boxOverlap, type Detections } from '@intermodel/numerics';
import type { BoxTarget, TargetBox } from '../grid-images.ts';

/** Rows and columns of a grid of cells. */
export interface CellGrid {
  /** Rows of cells. */
  readonly height: number;
  /** Columns of cells. */
  readonly width: number;
}

/** A cell that belongs to no object. */
export const backgroundCell = -1;
/** A cell of which nothing is to be told. */
export const ignoredCell = -2;

/**
 * Which box each cell belongs to: the smallest one in which its centre lies. A box in which no centre lies, since it is
 * smaller than a cell or thin, takes the cell in which its own centre lies, unless that belongs to another box.
 *
 * @returns number of a box, {@link backgroundCell} or {@link ignoredCell}, for each cell, row by row
 */
export function assignCells({ boxes, frame }: BoxTarget, { height, width }: CellGrid): Int32Array {
  const cells = new Int32Array(height * width).fill(backgroundCell);
  const found = new Uint8Array(boxes.length);
  // The smallest come last, and have the last word.
  const order = boxes.map((_, index) => index).sort((a, b) => area(boxes[b]) - area(boxes[a]) || b - a);
  for (const index of order) {
    const { x, y, width: wide, height: high, isIgnored } = boxes[index] as TargetBox;
    for (let row = 0; row < height; row++) {
      const middle = frame.y + ((row + 0.5) * frame.height) / height;
      if (middle < y || middle >= y + high) continue;
      for (let column = 0; column < width; column++) {
        const centre = frame.x + ((column + 0.5) * frame.width) / width;
        if (centre < x || centre >= x + wide) continue;
        cells[row * width + column] = isIgnored ? ignoredCell : index;
        found[index] = 1;
      }
    }
  }
  boxes.forEach(({ x, y, width: wide, height: high, isIgnored }, index) => {
    const row = Math.floor(((y + high / 2 - frame.y) * height) / frame.height);
    const column = Math.floor(((x + wide / 2 - frame.x) * width) / frame.width);
    if (found[index] === 1 || isIgnored || row < 0 || column < 0 || row >= height || column >= width) return;
    if (cells[row * width + column] === backgroundCell) cells[row * width + column] = index;
  });
  return cells;
}

function area(box: TargetBox | undefined): number {
  return box === undefined ? 0 : box.width * box.height;
}

/** Numbers that tell a box from its cell. */
export const boxNumbers = 4;

/** Largest logarithm of the size of a box in cells: beyond any image, and far from overflow. */
const largestLog = 10;

/** A box as told from a cell: centre relative to that of the cell, and logarithms of the sizes, in cells. */
export function encodeBox(
  { x, y, width, height }: TargetBox,
  cell: number,
  grid: CellGrid,
  { frame }: Pick<BoxTarget, 'frame'>,
): [number, number, number, number] {
  const cellWidth = frame.width / grid.width;
  const cellHeight = frame.height / grid.height;
  return [
    (x + width / 2 - frame.x) / cellWidth - (cell % grid.width) - 0.5,
    (y + height / 2 - frame.y) / cellHeight - Math.floor(cell / grid.width) - 0.5,
    Math.log(width / cellWidth),
    Math.log(height / cellHeight),
  ];
}

/** The box (x, y, width, height in pixels of the file) that four numbers tell from a cell. */
export function decodeBox(
  numbers: ArrayLike<number>,
  start: number,
  cell: number,
  grid: CellGrid,
  { frame }: Pick<BoxTarget, 'frame'>,
): [number, number, number, number] {
  const cellWidth = frame.width / grid.width;
  const cellHeight = frame.height / grid.height;
  const size = (index: number) => Math.exp(Math.min(largestLog, numbers[start + index] as number));
  const width = size(2) * cellWidth;
  const height = size(3) * cellHeight;
  const centre = frame.x + ((cell % grid.width) + 0.5 + (numbers[start] as number)) * cellWidth;
  const middle = frame.y + (Math.floor(cell / grid.width) + 0.5 + (numbers[start + 1] as number)) * cellHeight;
  return [centre - width / 2, middle - height / 2, width, height];
}

/** Boxes that are gone over in an image, and those that are given, the surest ones. */
const mostCandidates = 1000;
const mostDetections = 100;
/** Intersection over union from which the less sure of two boxes of a class is left out. */
const sameObject = 0.5;

/**
 * Boxes of an image: those of the 1,000 surest pairs of cell and class, less those that overlap a surer one of their
 * class by half (non-maximum suppression), the 100 surest.
 *
 * @param probabilities probability of each class in each cell, cells x classes
 * @param classes classes, without the background
 * @param boxes box of each cell, four numbers each
 */
export function selectBoxes(probabilities: Float32Array, classes: number, boxes: Float64Array): Detections {
  const candidates = surest(probabilities);
  const kept: number[] = [];
  const ofClass = new Map<number, number[]>();
  for (const candidate of candidates) {
    if (kept.length === mostDetections) break;
    const cell = Math.floor(candidate / classes);
    const others = ofClass.get(candidate % classes) ?? [];
    if (others.some((other) => boxOverlap(boxes, other, boxes, cell) >= sameObject)) continue;
    ofClass.set(candidate % classes, [...others, cell]);
    kept.push(candidate);
  }
  return {
    boxes: Float64Array.from(
      kept.flatMap((candidate) => {
        const start = Math.floor(candidate / classes) * boxNumbers;
        return [...boxes.subarray(start, start + boxNumbers)];
      }),
    ),
    classes: Int32Array.from(kept, (candidate) => candidate % classes),
    scores: Float64Array.from(kept, (candidate) => probabilities[candidate] as number),
  };
}

/** The places of the largest values, falling; of equal ones the first. */
function surest(values: Float32Array): readonly number[] {
  const bound = values.length > mostCandidates ? (values.slice().sort()[values.length - mostCandidates] as number) : 0;
  const places: number[] = [];
  values.forEach((value, place) => {
    if (value >= bound) places.push(place);
  });
  return places.sort((a, b) => (values[b] as number) - (values[a] as number) || a - b).slice(0, mostCandidates);
}
