import { instantiateKernels, type KernelExports } from '../kernel-module.ts';
import { planResampling, type ResampleFilter, type ResamplePlan } from './resample-plan.ts';
import { resamplingWasm } from './resampling-wasm.ts';

/** An image in RGB bytes, row by row. */
export interface RgbImage {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** The bytes. */
  readonly pixels: Uint8Array;
}

/** What an image is brought to: scaled as a whole, of which a part is cut out. */
export interface ResampleTarget {
  /** Columns of the scaled image. */
  readonly scaledWidth: number;
  /** Rows of the scaled image. */
  readonly scaledHeight: number;
  /** First column of the part. */
  readonly left: number;
  /** First row of the part. */
  readonly top: number;
  /** Columns of the part. */
  readonly width: number;
  /** Rows of the part. */
  readonly height: number;
  /** Filter. */
  readonly filter: ResampleFilter;
}

interface ResamplingKernels extends KernelExports {
  resampleRows(
    source: number,
    sourceBytes: number,
    target: number,
    rows: number,
    columns: number,
    spans: number,
    weights: number,
    taps: number,
  ): void;
  resampleColumns(
    source: number,
    rowBytes: number,
    target: number,
    rows: number,
    spans: number,
    weights: number,
    taps: number,
  ): void;
}

/** Bytes of the source that are handed to the kernel at a time, so that its memory does not grow with the image. */
const bandBytes = 2 ** 20;

let opened: ResamplingKernels | undefined;

/**
 * Resizes an image, byte for byte as Pillow (and so torchvision) does: along the columns first, rounded to bytes, then
 * along the rows. An axis that keeps its size is not touched. Only what the part needs is computed.
 */
export function resampleImage({ width, height, pixels }: RgbImage, target: ResampleTarget): Uint8Array {
  const columns = axisPlan(width, target.scaledWidth, target.filter, target.left, target.width);
  const rows = axisPlan(height, target.scaledHeight, target.filter, target.top, target.height);
  const [firstRow, endRow] = rowsNeeded(rows);
  const kernels = (opened ??= instantiateKernels(resamplingWasm) as ResamplingKernels);
  const rowBytes = target.width * 3;
  const bandRows = Math.max(1, Math.floor(bandBytes / (width * 3)));
  const sizes = [
    spanBytes(columns),
    columns.weights.byteLength,
    spanBytes(rows),
    rows.weights.byteLength,
    bandRows * width * 3 + 16,
    (endRow - firstRow) * rowBytes + 32,
    target.height * rowBytes + 32,
  ];
  const [columnSpans = 0, columnWeights = 0, rowSpans = 0, rowWeights = 0, band = 0, between = 0, result = 0] = place(
    kernels,
    sizes,
  );
  const bytes = new Uint8Array(kernels.memory.buffer);
  writePlan(kernels, columns, columnSpans, columnWeights, 0, 3);
  writePlan(kernels, rows, rowSpans, rowWeights, firstRow, 1);
  for (let row = firstRow; row < endRow; row += bandRows) {
    const count = Math.min(bandRows, endRow - row);
    bytes.set(pixels.subarray(row * width * 3, (row + count) * width * 3), band);
    kernels.resampleRows(
      band,
      width * 3,
      between + (row - firstRow) * rowBytes,
      count,
      target.width,
      columnSpans,
      columnWeights,
      columns.taps,
    );
  }
  kernels.resampleColumns(between, rowBytes, result, target.height, rowSpans, rowWeights, rows.taps);
  return bytes.slice(result, result + target.height * rowBytes);
}

/** Plans of late, the oldest first: the images of a data set have few sizes. */
const plans = new Map<string, ResamplePlan>();
const plansKept = 16;

/** Plan of an axis; one that keeps its size passes pixels as they are, under any filter. */
function axisPlan(size: number, scaled: number, filter: ResampleFilter, start: number, wanted: number): ResamplePlan {
  const key = [size, scaled, filter, start, wanted].join(' ');
  const known = plans.get(key);
  if (known !== undefined) return known;
  const plan = planResampling(size, scaled, size === scaled ? 'nearest' : filter, start, wanted);
  plans.set(key, plan);
  for (const oldest of plans.keys()) if (plans.size > plansKept) plans.delete(oldest);
  return plan;
}

function rowsNeeded({ firsts, counts }: ResamplePlan): readonly [first: number, end: number] {
  return [
    firsts.reduce((least, first) => Math.min(least, first), Infinity),
    firsts.reduce((most, first, row) => Math.max(most, first + (counts[row] as number)), 0),
  ];
}

function spanBytes({ firsts }: ResamplePlan): number {
  return firsts.length * 8;
}

/** Writes spans, counted from `first` on and in steps of `unit`, and weights. */
function writePlan(
  { memory }: ResamplingKernels,
  { firsts, counts, weights }: ResamplePlan,
  spansAt: number,
  weightsAt: number,
  first: number,
  unit: number,
): void {
  const spans = new Uint32Array(memory.buffer, spansAt, firsts.length * 2);
  for (let pixel = 0; pixel < firsts.length; pixel++) {
    spans[2 * pixel] = ((firsts[pixel] as number) - first) * unit;
    spans[2 * pixel + 1] = counts[pixel] as number;
  }
  new Int32Array(memory.buffer, weightsAt, weights.length).set(weights);
}

/** Addresses of areas of some sizes, one after the other. */
function place({ memory }: ResamplingKernels, sizes: readonly number[]): number[] {
  let end = 1024;
  const addresses = sizes.map((size) => {
    const address = end;
    end = Math.ceil((end + size) / 16) * 16;
    return address;
  });
  const missing = end + 64 - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65_536));
  return addresses;
}
