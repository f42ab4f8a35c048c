import { floatOfKey } from './float-keys.ts';
import type { GatheredValues } from './gathered-values.ts';
import type { CountedMaps, ImageMaps } from './image-maps.ts';
import { KernelMemory } from './kernel-memory.ts';
import { MapWorkArea } from './map-work-area.ts';
import type { SelectionOptions, UnitCondition } from './selection-state.ts';
import { planUpsampling } from './upsampling.ts';

/** Greatest absolute activation that counts as finite: beyond it differences could overflow. */
const LIMIT = 2 ** 126;

/** Bins of a unit in the round that has most of them. */
const mostBins = 4096;

/** Where the numbers of the units stand. */
interface Addresses {
  readonly bounds: number;
  readonly boundBins: number;
  readonly lowestBins: number;
  readonly above: number;
  readonly minima: number;
  readonly maxima: number;
  readonly faults: number;
  readonly nexts: number;
  readonly ranges: number;
  readonly histograms: number;
}

/**
 * What the kernels of a threshold selection work on. Arrays are views: they are stale once more images than ever are
 * handed over.
 */
export class SelectionMemory {
  /** The kernels, and all memory that they see. */
  readonly kernels = new KernelMemory();
  readonly #options: Required<SelectionOptions>;
  readonly #wanted: number;
  readonly #at: Addresses;
  readonly #work: MapWorkArea;

  /**
   * @param options what is selected
   * @param wanted rank of the threshold from above among all values
   */
  constructor(options: Required<SelectionOptions>, wanted: number) {
    this.#options = options;
    this.#wanted = wanted;
    const { units, height, width, values, compare } = options;
    const memory = this.kernels;
    memory.usePlan(planUpsampling(options));
    const perUnit = () => memory.allocate(units * 4);
    const at = (this.#at = {
      ...{
        bounds: perUnit(),
        boundBins: perUnit(),
        lowestBins: perUnit(),
        above: perUnit(),
        minima: perUnit(),
        maxima: perUnit(),
        faults: perUnit(),
        nexts: perUnit(),
      },
      ...{ ranges: memory.allocate(units * 8), histograms: memory.allocate(units * mostBins * 4) },
    });
    this.#work = new MapWorkArea(memory, height * width);
    memory.kernels.setSelection(
      units,
      height * width,
      values === 'raw',
      compare === '>=',
      wanted,
      at.bounds,
      at.boundBins,
      at.lowestBins,
      at.above,
      at.minima,
      at.maxima,
      at.faults,
      at.histograms,
    );
    this.bounds.fill(-Infinity);
    this.boundBins.fill(-1);
    this.lowestBins.fill(mostBins);
    this.minima.fill(Infinity);
    this.maxima.fill(-Infinity);
  }

  /** Lower bounds of the thresholds. */
  get bounds(): Float32Array {
    return this.#floats('bounds');
  }

  /** Their bins, -1 for none. */
  get boundBins(): Int32Array {
    return new Int32Array(this.kernels.kernels.memory.buffer, this.#at.boundBins, this.#options.units);
  }

  /** Bins under which nothing was counted while there was no bound. */
  get lowestBins(): Uint32Array {
    return this.#integers('lowestBins');
  }

  /** Values above the bounds' bins. */
  get above(): Uint32Array {
    return this.#integers('above');
  }

  /** Least finite activations. */
  get minima(): Float32Array {
    return this.#floats('minima');
  }

  /** Greatest finite activations. */
  get maxima(): Float32Array {
    return this.#floats('maxima');
  }

  /** Maps with a value that is not finite. */
  get faults(): Uint32Array {
    return this.#integers('faults');
  }

  /** Least values above the ranges. */
  get nexts(): Float32Array {
    return this.#floats('nexts');
  }

  /** Low and high end of each unit's range in the round under way. */
  get ranges(): Float32Array {
    return this.#floats('ranges', this.#options.units * 2);
  }

  /** Histograms, one after the other, where a unit has so many bins. */
  histograms(bins: number): Uint32Array {
    return this.#integers('histograms', this.#options.units * bins);
  }

  /** Address of some of the numbers. */
  addressOf(name: keyof Addresses): number {
    return this.#at[name];
  }

  /** Peculiarity of each unit, from what was added so far. */
  conditions(): UnitCondition[] {
    const { faults, minima, maxima } = this;
    return Array.from(faults, (count, unit) => {
      if (count > 0) return 'invalid';
      const [least, greatest] = [minima[unit] as number, maxima[unit] as number];
      if (least !== greatest) return 'ordinary';
      return least === 0 ? 'dead' : 'constant';
    });
  }

  /** Counts anew the values above the bounds, and raises the bounds where they allow it. */
  raiseBounds(): void {
    // Counts came from elsewhere, and may be in any bin.
    this.lowestBins.fill(0);
    const all = this.histograms(mostBins);
    const { above, boundBins: bins, bounds } = this;
    for (let unit = 0; unit < this.#options.units; unit++) {
      const histogram = all.subarray(unit * mostBins, unit * mostBins + mostBins);
      let [bin, count] = [mostBins, 0];
      const bound = bins[unit] as number;
      while (bin - 1 > bound && count + (histogram[bin - 1] as number) < this.#wanted)
        count += histogram[--bin] as number;
      above[unit] = count;
      if (bin - 1 > bound) {
        bins[unit] = bin - 1;
        bounds[unit] = floatOfKey(((bin - 1) << 20) >>> 0);
      }
    }
  }

  /** Counts all maps of images, and tells for each image which of them may still matter. */
  add(images: readonly Float32Array[]): CountedMaps[] {
    return chunks(images, this.#work.imagesAtOnce(this.#options.units)).flatMap((some) => this.#addSome(some));
  }

  /** Gathers values of kept maps, or counts digits of them that many bits from the right. */
  refine(images: readonly ImageMaps[], into: GatheredValues | number): void {
    for (const some of chunks(images, this.#work.imagesAtOnce(this.#options.units))) this.#refineSome(some, into);
  }

  #addSome(images: readonly Float32Array[]): CountedMaps[] {
    const { units, height, width } = this.#options;
    const memory = this.kernels;
    const {
      maps,
      units: survivors,
      highest,
      greatest,
      firsts: heights,
      ends: counts,
    } = this.#work.reserve(images.length * units, images.length);
    images.forEach((activations, image) => {
      memory.floats(maps + image * units * height * width * 4, activations.length).set(activations);
    });
    memory.kernels.addImages(maps, images.length, LIMIT, heights, survivors, highest, counts, greatest);
    return Array.from(memory.integers(counts, images.length), (count, image) => {
      const first = image * units * 4;
      return {
        units: memory.integers(survivors + first, count).slice(),
        maxima: memory.floats(highest + first, count).slice(),
        greatest: memory.floats(greatest + first, units).slice(),
      };
    });
  }

  #refineSome(images: readonly ImageMaps[], into: GatheredValues | number): void {
    const memory = this.kernels;
    const mapSize = this.#options.height * this.#options.width;
    const total = images.reduce((sum, { units }) => sum + units.length, 0);
    const work = this.#work.reserve(total, images.length);
    const units = memory.integers(work.units, total);
    const highest = memory.floats(work.highest, total);
    const maps = memory.floats(work.maps, total * mapSize);
    const firsts = memory.integers(work.firsts, images.length);
    const ends = memory.integers(work.ends, images.length);
    let place = 0;
    images.forEach((image, index) => {
      firsts[index] = place;
      units.set(image.units, place);
      highest.set(image.maxima, place);
      maps.set(image.maps, place * mapSize);
      ends[index] = place += image.units.length;
    });
    const { ranges, nexts } = this.#at;
    if (typeof into === 'number')
      memory.kernels.refineImages(
        work.maps,
        work.units,
        work.highest,
        work.firsts,
        work.ends,
        images.length,
        ranges,
        into,
        nexts,
      );
    else
      memory.kernels.gatherImages(
        work.maps,
        work.units,
        work.highest,
        work.firsts,
        work.ends,
        images.length,
        ranges,
        into.places,
        nexts,
      );
  }

  #floats(name: keyof Addresses, length = this.#options.units): Float32Array {
    return this.kernels.floats(this.#at[name], length);
  }

  #integers(name: keyof Addresses, length = this.#options.units): Uint32Array {
    return this.kernels.integers(this.#at[name], length);
  }
}

/** Neighbours in groups of at most `size`. */
function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  if (items.length <= size) return [items];
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
