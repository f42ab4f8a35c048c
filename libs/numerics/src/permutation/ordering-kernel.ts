import { instantiateKernels, type KernelExports } from '../kernel-module.ts';
import { orderingsWasm } from './orderings-wasm.ts';

/** Functions of the compiled kernel; the comments of its source explain the parameters. */
interface OrderingFunctions extends KernelExports {
  countByPairs(
    groups: number,
    planes: number,
    orderings: number,
    tables: number,
    tableBytes: number,
    quads: number,
    thresholds: number,
    counts: number,
    maxima: number,
    scales: number,
    scaleStride: number,
  ): void;
  scaleByPairs(
    groups: number,
    planes: number,
    orderings: number,
    tables: number,
    tableBytes: number,
    quads: number,
    scales: number,
    scaleStride: number,
  ): void;
  countByProducts(
    used: number,
    planes: number,
    values: number,
    orderings: number,
    responses: number,
    places: number,
    quads: number,
    thresholds: number,
    counts: number,
    maxima: number,
    scales: number,
    scaleStride: number,
  ): void;
  scaleByProducts(
    used: number,
    planes: number,
    values: number,
    orderings: number,
    responses: number,
    places: number,
    quads: number,
    scales: number,
    scaleStride: number,
  ): void;
}

const PAGE_BYTES = 65536;
/** Most places for which pairs of places fit a byte, so that the sums of two rows can be tabled. */
const TABLED_PLACES = 16;
/** Responses in one step of the kernel. */
const LANES = 4;
const QUAD_BYTES = 8 * LANES;
/** Orderings of one call: their maxima stay in the second-level cache. */
const SLICE = 4096;

/** Responses as the kernel wants them: centred, of norm 1, all of the same places. */
export interface UnitResponses {
  /** Rows that the values of a predictor can go to. */
  readonly places: number;
  /** The values of each response, one per place. */
  readonly responses: readonly Float64Array[];
}

/** Orderings as places of slots: entry `slot * stride + ordering`. */
export interface OrderingBlock {
  /** Where each slot's value goes in each ordering. */
  readonly places: Uint16Array;
  /** Values of a predictor that are put somewhere. */
  readonly slots: number;
  /** Entries from one slot to the next, at least the count. */
  readonly stride: number;
  /** Orderings. */
  readonly count: number;
}

/**
 * One instance of the compiled kernel and its memory: takes a table of responses, a block of orderings, then any number
 * of predictors.
 */
export class OrderingKernel {
  readonly #functions: OrderingFunctions;
  readonly #maxima: number;
  readonly #start: number;
  #responses: UnitResponses = { places: 0, responses: [] };
  #block = { slots: 0, stride: 0, count: 0 };
  #at = { planes: 0, addresses: 0, values: 0, thresholds: 0, counts: 0, tables: 0 };
  /** Where what is loaded ends, and scales begin. */
  #end = 0;
  #isScaled = false;

  /** @param mostOrderings most orderings of a block */
  constructor(mostOrderings: number) {
    this.#functions = instantiateKernels(orderingsWasm) as OrderingFunctions;
    this.#maxima = 1024;
    this.#start = this.#maxima + 16 * mostOrderings;
    this.#reserve(this.#start);
  }

  /** Takes responses and a block of their orderings for the predictors to come. */
  load(unit: UnitResponses, block: OrderingBlock): void {
    this.#responses = unit;
    this.#block = { slots: block.slots, stride: block.stride, count: block.count };
    const { places, responses } = unit;
    const quads = Math.ceil(responses.length / LANES);
    const tabled = places <= TABLED_PLACES;
    const groups = Math.ceil(block.slots / 2);
    let end = this.#start;
    const take = (bytes: number): number => {
      const address = end;
      end = Math.ceil((end + bytes) / 16) * 16;
      return address;
    };
    this.#at = {
      planes: take(tabled ? groups * block.stride : 2 * block.slots * block.stride),
      addresses: take(4 * Math.max(block.slots, 8)),
      values: take(8 * block.slots),
      thresholds: take(quads * QUAD_BYTES),
      counts: take(quads * QUAD_BYTES),
      tables: take(quads * QUAD_BYTES * (tabled ? groups * places * places : places)),
    };
    this.#reserve(end);
    this.#end = end;
    this.#isScaled = false;
    const { buffer } = this.#functions.memory;
    if (tabled) pairPlaces(block, places, new Uint8Array(buffer, this.#at.planes, groups * block.stride));
    else {
      new Uint16Array(buffer, this.#at.planes, block.slots * block.stride).set(
        block.places.subarray(0, block.slots * block.stride),
      );
      const table = new Float64Array(buffer, this.#at.tables, quads * places * LANES).fill(0);
      responses.forEach((response, index) => {
        const first = Math.floor(index / LANES) * places * LANES + (index % LANES);
        for (let place = 0; place < places; place++) table[first + place * LANES] = response[place] as number;
      });
    }
  }

  /**
   * Makes the correlations that are counted until the next load partial ones. The covariate is centred and of norm 1;
   * responses and predictors are what it leaves of them. In an ordering, a response moved onto the predictor's rows has
   * the correlation s with the covariate, and of its residuals only 1 - s² is left: by its root the correlation grows.
   */
  scale(given: Float64Array): void {
    const quads = this.#quads();
    this.#reserve(this.#end + quads * QUAD_BYTES * this.#block.stride);
    this.#isScaled = true;
    const functions = this.#functions;
    const at = this.#at;
    const { places } = this.#responses;
    this.#slices(given, (used, orderings, start) => {
      const [scales, stride] = this.#scalesFrom(start);
      if (places <= TABLED_PLACES)
        functions.scaleByPairs(
          used,
          at.addresses,
          orderings,
          at.tables,
          places * places * QUAD_BYTES,
          quads,
          scales,
          stride,
        );
      else
        functions.scaleByProducts(used, at.addresses, at.values, orderings, at.tables, places, quads, scales, stride);
    });
  }

  /**
   * Counts, for each response, the orderings of the block in which the predictor's correlation is at least the
   * threshold in magnitude, and adds them to `counts` (from `offset` on). With `raise`, the maxima of the orderings
   * rise.
   */
  count(slots: Float64Array, thresholds: Float64Array, counts: Float64Array, raise: boolean): void {
    const functions = this.#functions;
    const at = this.#at;
    const { memory } = functions;
    const { places, responses } = this.#responses;
    const quads = this.#quads();
    new Float64Array(memory.buffer, at.thresholds, quads * LANES).fill(Infinity).set(thresholds);
    const counted = new BigInt64Array(memory.buffer, at.counts, quads * LANES).fill(0n);
    this.#slices(slots, (used, orderings, start) => {
      const maxima = raise ? this.#maxima + 16 * start : 0;
      const [scales, stride] = this.#scalesFrom(start);
      if (places <= TABLED_PLACES)
        functions.countByPairs(
          used,
          at.addresses,
          orderings,
          at.tables,
          places * places * QUAD_BYTES,
          quads,
          at.thresholds,
          at.counts,
          maxima,
          scales,
          stride,
        );
      else
        functions.countByProducts(
          used,
          at.addresses,
          at.values,
          orderings,
          at.tables,
          places,
          quads,
          at.thresholds,
          at.counts,
          maxima,
          scales,
          stride,
        );
    });
    for (let response = 0; response < responses.length; response++)
      counts[response] = (counts[response] as number) + Number(counted[response]);
  }

  /** Goes through the block in slices, with the addresses of the planes that the values take part in. */
  #slices(slots: Float64Array, call: (used: number, orderings: number, start: number) => void): void {
    const at = this.#at;
    const { buffer } = this.#functions.memory;
    const tabled = this.#responses.places <= TABLED_PLACES;
    const used = tabled ? this.#fillTables(slots) : this.#fillValues(slots);
    const addresses = new Uint32Array(buffer, at.addresses, Math.max(used.length, 8));
    const planeBytes = this.#block.stride * (tabled ? 1 : 2);
    for (let start = 0; start < this.#block.count; start += SLICE) {
      used.forEach((plane, index) => {
        addresses[index] = at.planes + plane * planeBytes + start * (tabled ? 1 : 2);
      });
      call(used.length, Math.min(SLICE, this.#block.count - start), start);
    }
  }

  /** Address of the scales of the orderings from `start` on, 0 where there are none, and bytes from quad to quad. */
  #scalesFrom(start: number): readonly [address: number, stride: number] {
    return [this.#isScaled ? this.#end + QUAD_BYTES * start : 0, QUAD_BYTES * this.#block.stride];
  }

  #quads(): number {
    return Math.ceil(this.#responses.responses.length / LANES);
  }

  /** Sets the maxima of the next block's orderings to 0. */
  clearMaxima(): void {
    new Uint8Array(this.#functions.memory.buffer, this.#maxima, this.#start - this.#maxima).fill(0);
  }

  /** Largest magnitude of a correlation that was counted with `raise`, for each of the first `count` orderings. */
  readMaxima(count: number): Float64Array {
    const lanes = new Float64Array(this.#functions.memory.buffer, this.#maxima, 2 * count);
    return Float64Array.from({ length: count }, (_, ordering) =>
      Math.max(lanes[2 * ordering] as number, lanes[2 * ordering + 1] as number),
    );
  }

  /**
   * Tables what every pair of places contributes to each response; returns the groups of two slots that contribute at
   * all.
   */
  #fillTables(slots: Float64Array): number[] {
    const { places, responses } = this.#responses;
    const groups = Array.from({ length: Math.ceil(slots.length / 2) }, (_, group) => group).filter(
      (group) => slots[2 * group] !== 0 || (slots[2 * group + 1] ?? 0) !== 0,
    );
    // An all but constant predictor still needs a group for the kernel to read.
    if (groups.length === 0) groups.push(0);
    const quads = Math.ceil(responses.length / LANES);
    const table = new Float64Array(
      this.#functions.memory.buffer,
      this.#at.tables,
      quads * groups.length * places * places * LANES,
    );
    for (let quad = 0; quad < quads; quad++) {
      for (let lane = 0; lane < LANES; lane++) {
        const response = responses[quad * LANES + lane];
        groups.forEach((group, index) => {
          const [first, second] = [slots[2 * group] ?? 0, slots[2 * group + 1] ?? 0];
          let entry = (quad * groups.length + index) * places * places * LANES + lane;
          for (let a = 0; a < places; a++) {
            const contribution = response === undefined ? 0 : first * (response[a] as number);
            for (let b = 0; b < places; b++, entry += LANES)
              table[entry] = response === undefined ? 0 : contribution + second * (response[b] as number);
          }
        });
      }
    }
    return groups;
  }

  #fillValues(slots: Float64Array): number[] {
    const used = Array.from(slots.keys()).filter((slot) => slots[slot] !== 0);
    new Float64Array(this.#functions.memory.buffer, this.#at.values, used.length).set(
      used.map((slot) => slots[slot] as number),
    );
    return used;
  }

  #reserve(bytes: number): void {
    const { memory } = this.#functions;
    const missing = bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  }
}

function pairPlaces({ places, slots, stride, count }: OrderingBlock, size: number, target: Uint8Array): void {
  for (let first = 0; first < slots; first += 2) {
    const plane = (first / 2) * stride;
    const one = first * stride;
    const other = (first + 1) * stride;
    for (let ordering = 0; ordering < count; ordering++) {
      const second = first + 1 < slots ? (places[other + ordering] as number) : 0;
      target[plane + ordering] = (places[one + ordering] as number) * size + second;
    }
  }
}
