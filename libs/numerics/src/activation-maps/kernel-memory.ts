import { instantiateKernels, type KernelExports } from '../kernel-module.ts';
import { dissectionWasm } from './dissection-wasm.ts';
import type { UpsamplingPlan } from './upsampling.ts';

/** Functions of the compiled kernels; see the comments of their source for the parameters. */
export interface DissectionKernels extends KernelExports {
  getFreeMemory(): number;
  setPlan(
    height: number,
    width: number,
    stride: number,
    groups: number,
    tail: number,
    clamp: boolean,
    lanes: boolean,
    starts: number,
    patterns: number,
    fractions: number,
    cells: number,
    rowStarts: number,
    rowFractions: number,
    scratch: number,
    activeRows: number,
  ): void;
  upsampleAll(map: number, target: number): void;
  setSelection(
    units: number,
    size: number,
    raw: boolean,
    keepEqual: boolean,
    rank: number,
    bounds: number,
    bins: number,
    lowest: number,
    above: number,
    minima: number,
    maxima: number,
    faults: number,
    histograms: number,
  ): void;
  addImages(
    activations: number,
    images: number,
    limit: number,
    heights: number,
    survivors: number,
    survivorMaxima: number,
    survivorCounts: number,
    greatest: number,
  ): void;
  refineImages(
    maps: number,
    units: number,
    highest: number,
    cursors: number,
    ends: number,
    images: number,
    ranges: number,
    shift: number,
    nexts: number,
  ): void;
  gatherImages(
    maps: number,
    units: number,
    highest: number,
    cursors: number,
    ends: number,
    images: number,
    ranges: number,
    places: number,
    nexts: number,
  ): void;
  rankGathered(
    ranges: number,
    starts: number,
    places: number,
    ranks: number,
    nexts: number,
    lowers: number,
    uppers: number,
    scratch: number,
  ): void;
  setTally(
    size: number,
    equalIsActive: boolean,
    concepts: number,
    categories: number,
    areaScope: number,
    thresholds: number,
    intersections: number,
    unitAreas: number,
    scopedAreas: number,
    stamps: number,
    map: number,
    uniform: number,
    tiles: number,
    counts: number,
  ): void;
  tallyImage(
    maps: number,
    units: number,
    highest: number,
    count: number,
    combinations: number,
    starts: number,
    concepts: number,
    categoryStarts: number,
    categories: number,
    imageCategories: number,
    imageCategoryCount: number,
  ): void;
  setReplicates(
    size: number,
    equalIsActive: boolean,
    areaScope: number,
    replicates: number,
    columns: number,
    grid: number,
    thresholds: number,
    pixels: number,
    counts: number,
    sums: number,
    firing: number,
  ): void;
  addGroup(
    firstUnit: number,
    endUnit: number,
    images: number,
    members: number,
    labellings: number,
    labelOf: number,
    labelled: number,
    labelStarts: number,
    starts: number,
    columns: number,
    categoryStarts: number,
    categories: number,
    imageStarts: number,
    imageCategories: number,
    areaColumn: number,
    width: number,
    columnOf: number,
    table: number,
    stamps: number,
    chosen: number,
    weighted: boolean,
  ): void;
  scoreMaps(
    maps: number,
    units: number,
    size: number,
    mean: boolean,
    bars: number,
    scores: number,
    reached: number,
  ): number;
  getEvaluatedMaps(): number;
  getEvaluatedGroups(): number;
}

const PAGE = 65536;

/** One instance of the kernels with its own memory, which is handed out piece by piece and never given back. */
export class KernelMemory {
  readonly kernels: DissectionKernels;
  #end: number;

  constructor() {
    this.kernels = instantiateKernels(dissectionWasm) as DissectionKernels;
    this.#end = Math.ceil(this.kernels.getFreeMemory() / 16) * 16;
  }

  /** Address of `bytes` fresh zeroed bytes, 16-byte aligned. Views taken before may be detached. */
  allocate(bytes: number): number {
    const address = this.#end;
    this.#end = Math.ceil((address + bytes) / 16) * 16;
    const { memory } = this.kernels;
    const missing = this.#end + 64 - memory.buffer.byteLength;
    if (missing > 0) {
      try {
        memory.grow(Math.ceil(missing / PAGE));
      } catch {
        throw new RangeError(
          `the kernels cannot get ${String(Math.ceil(this.#end / 2 ** 20))} MiB of memory (at most 4096): dissect fewer units at once`,
        );
      }
    }
    return address;
  }

  /** View of float32 values at an address. */
  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.kernels.memory.buffer, address, length);
  }

  /** View of unsigned 32-bit integers at an address. */
  integers(address: number, length: number): Uint32Array {
    return new Uint32Array(this.kernels.memory.buffer, address, length);
  }

  /** View of float64 values at an address. */
  doubles(address: number, length: number): Float64Array {
    return new Float64Array(this.kernels.memory.buffer, address, length);
  }

  /** View of unsigned 16-bit integers at an address. */
  shorts(address: number, length: number): Uint16Array {
    return new Uint16Array(this.kernels.memory.buffer, address, length);
  }

  /** View of bytes at an address. */
  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.kernels.memory.buffer, address, length);
  }

  /** Writes the tables of a plan and tells the kernels; returns the number of groups of four columns. */
  usePlan(plan: UpsamplingPlan): number {
    const { height, width, targetHeight, targetWidth } = plan;
    const groups = Math.ceil(targetWidth / 4);
    const tail = targetWidth % 4 === 0 ? 15 : (1 << (targetWidth % 4)) - 1;
    const stride = Math.ceil((width + 7) / 4) * 16;
    const starts = this.allocate(groups * 16);
    const patterns = this.allocate(groups * 16);
    const fractions = this.allocate(groups * 16);
    const cells = this.allocate(Math.ceil(groups / 64) * 512);
    const rowStarts = this.allocate((height + 3) * 4);
    const rowFractions = this.allocate(targetHeight * 4);
    const scratch = this.allocate((height + 2) * stride + 64);
    const activeRows = this.allocate((height + 2) * 16);
    const left = Array.from(
      { length: groups * 4 },
      (_, column) => plan.columns.starts[Math.min(column, targetWidth - 1)] as number,
    );
    this.integers(starts, groups * 4).set(left.map((column) => column * 4));
    this.floats(fractions, targetWidth).set(plan.columns.fractions);
    let lanes = false;
    const bytes = this.bytes(patterns, groups * 16);
    left.forEach((column, index) => {
      const offset = column - (left[index - (index % 4)] as number);
      lanes ||= offset > 3;
      for (let byte = 0; byte < 4; byte++) bytes[index * 4 + byte] = offset * 4 + byte;
    });
    // Groups of columns that need a cell, one bit each, in tables of 64 groups; cells beyond 64 share places, which
    // only prunes less.
    const needing = new BigUint64Array(this.kernels.memory.buffer, cells, Math.ceil(groups / 64) * 64);
    left.forEach((column, index) => {
      const group = index >> 2;
      const place = (index >> 8) * 64 + (column & 63);
      needing[place] = (needing[place] as bigint) | (1n << BigInt(group & 63));
    });
    const first = this.integers(rowStarts, height + 3);
    for (const row of plan.rows.starts)
      for (let after = row + 1; after < height + 3; after++) first[after] = (first[after] as number) + 1;
    this.floats(rowFractions, targetHeight).set(plan.rows.fractions);
    this.kernels.setPlan(
      height,
      width,
      stride,
      groups,
      tail,
      plan.padding === 'clamp',
      lanes,
      starts,
      patterns,
      fractions,
      cells,
      rowStarts,
      rowFractions,
      scratch,
      activeRows,
    );
    return groups;
  }
}
