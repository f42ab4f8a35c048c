import type { KernelMemory } from './kernel-memory.ts';

/** The kernel writes four values at a time, of which up to three do not count. */
const overhang = 3;

/** Bytes of a unit's counts in the first round. */
const countBytes = 4096 * 4;

/** Bytes of a unit's values that are gathered, on average: a multiple of what the kernels hold anyway. */
const gatheredBytes = 2 * countBytes;

/**
 * Whether the values of the decisive bins can be gathered, so that one round takes the place of two: where memory for
 * them stays within bounds.
 *
 * @param members for each unit the number of values in its bin
 */
export function canGather(members: Float64Array): boolean {
  return bytesOf(members) <= members.length * gatheredBytes;
}

/** Values of each unit within a range, in the memory of the kernels. */
export class GatheredValues {
  /** For each unit, how many values there are at most. */
  readonly members: Float64Array;
  /** Address of the places at which the kernel goes on, one a unit. */
  readonly places: number;
  readonly #memory: KernelMemory;
  readonly #starts: number;
  readonly #found: {
    readonly ranks: number;
    readonly lowers: number;
    readonly uppers: number;
    readonly scratch: number;
  };

  /**
   * @param memory memory of the kernels
   * @param members for each unit, how many values there are at most
   * @param area memory of the counts, which is not needed meanwhile and is taken where it is enough
   */
  constructor(memory: KernelMemory, members: Float64Array, area: number) {
    this.#memory = memory;
    this.members = members;
    const perUnit = () => memory.allocate(members.length * 4);
    this.places = perUnit();
    this.#starts = perUnit();
    this.#found = { ranks: perUnit(), lowers: perUnit(), uppers: perUnit(), scratch: memory.allocate(4096) };
    const values = bytesOf(members) <= members.length * countBytes ? area : memory.allocate(bytesOf(members));
    const starts = memory.integers(this.#starts, members.length);
    let at = values;
    members.forEach((count, unit) => {
      starts[unit] = at;
      at += (count + overhang) * 4;
    });
    this.#places().set(starts);
  }

  /** Values gathered so far: how many of each unit, and all of them, unit by unit. */
  read(): { readonly filled: Uint32Array; readonly values: Float32Array } {
    const filled = Uint32Array.from(this.members, (_, unit) => this.#of(unit).length);
    const values = new Float32Array(filled.reduce((sum, count) => sum + count, 0));
    let at = 0;
    filled.forEach((count, unit) => {
      values.set(this.#of(unit), at);
      at += count;
    });
    return { filled, values };
  }

  /** Adds values, as `read` gives them. @throws RangeError where a unit gets more than its members */
  add({ filled, values }: { readonly filled: Uint32Array; readonly values: Float32Array }): void {
    let at = 0;
    const places = this.#places();
    filled.forEach((count, unit) => {
      const before = this.#of(unit).length;
      if (before + count > (this.members[unit] as number))
        throw new RangeError(
          `gathered values: unit ${String(unit)} has ${String(before + count)} values, of at most ${String(this.members[unit])}`,
        );
      this.#memory.floats(places[unit] as number, count).set(values.subarray(at, at + count));
      places[unit] = (places[unit] as number) + count * 4;
      at += count;
    });
  }

  /**
   * Values of the ranks from above among those of the range, and of the ranks before.
   *
   * @param ranks one a unit, from 1
   * @param ranges address of the low and high end of each unit's range
   * @param nexts address of the least value of each unit above its range
   */
  rank(
    ranks: Float64Array,
    ranges: number,
    nexts: number,
  ): { readonly lowers: Float32Array; readonly uppers: Float32Array } {
    const units = this.members.length;
    const { lowers, uppers, scratch, ranks: at } = this.#found;
    this.#memory.integers(at, units).set(ranks);
    this.#memory.kernels.rankGathered(ranges, this.#starts, this.places, at, nexts, lowers, uppers, scratch);
    return { lowers: this.#memory.floats(lowers, units), uppers: this.#memory.floats(uppers, units) };
  }

  #places(): Uint32Array {
    return this.#memory.integers(this.places, this.members.length);
  }

  #of(unit: number): Float32Array {
    const start = this.#memory.integers(this.#starts, this.members.length)[unit] as number;
    return this.#memory.floats(start, ((this.#places()[unit] as number) - start) / 4);
  }
}

function bytesOf(members: Float64Array): number {
  return members.reduce((sum, count) => sum + count + overhang, 0) * 4;
}
