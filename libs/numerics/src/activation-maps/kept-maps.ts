import type { ImageMaps, SurvivingMaps } from './image-maps.ts';
import type { CombinedLabels } from './label-combinations.ts';

/** What is kept of one image for the steps after the forward pass. */
export interface KeptImage extends ImageMaps {
  /** Number of the image within the run. */
  readonly image: number;
  /** Its labels, combined. */
  readonly labels: CombinedLabels;
}

/** Gives a fresh piece of memory. */
export type MapAllocator = (bytes: number) => ArrayBufferLike;

/**
 * Memory that threads can share, of which the engine does not see when much of it could be freed: for what is held, not
 * for what is soon let go.
 */
export const sharedMemory: MapAllocator = (bytes) => new SharedArrayBuffer(bytes);

/** Sizes from which the need for space is estimated. */
export interface KeptMapsEstimateOptions {
  /** Images of the run. */
  readonly images: number;
  /** Units of the layer. */
  readonly units: number;
  /** Values of a map, height x width. */
  readonly mapSize: number;
}

/**
 * Share of the maps that stay while images stream by on sparse maps of trained networks at level 0.99 (measured: 0.28).
 */
export const LIKELY_KEPT_SHARE = 0.3;
/** Bytes of an image's combined labels with six planes of 56 x 56 (measured: 4,800). */
const LIKELY_LABEL_BYTES = 5000;

/**
 * Maps that may still reach their unit's threshold, in memory, with the labels of their images. As bounds rise, more
 * of them can be dropped: `compact` does so. Images may come in any order.
 */
export class KeptMaps {
  readonly #mapSize: number;
  #images: KeptImage[] = [];
  #bytes = 0;

  /** @param mapSize values of a map, height x width */
  constructor(mapSize: number) {
    this.#mapSize = mapSize;
  }

  /** Bytes of all that is kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Images that are kept, in the order they were added. */
  get images(): readonly KeptImage[] {
    return this.#images;
  }

  /**
   * Keeps the surviving maps of an image with its labels.
   *
   * @param image number of the image
   * @param labels its labels
   * @param surviving which maps may still matter
   * @param activations all maps of the image
   * @param lasting whether `activations` stay as they are until the next `compact`: where most maps survive, they are
   *   then not copied before it
   */
  add(
    image: number,
    labels: CombinedLabels,
    surviving: SurvivingMaps,
    activations: Float32Array,
    lasting = false,
  ): void {
    const { units, maxima } = surviving;
    const held = lasting && units.length * this.#mapSize * 2 >= activations.length;
    this.#push({ image, labels, units, maxima, maps: held ? activations : this.#copy(units, activations) });
  }

  /**
   * Drops the maps that do not exceed the bound of their unit.
   *
   * @param bounds lower bounds of the thresholds, one a unit
   * @param keepEqual whether a map that just reaches the bound stays
   * @param allocate gives the memory for those that stay
   * @returns bytes that became free
   */
  compact(bounds: Float32Array, keepEqual = false, allocate: MapAllocator = sharedMemory): number {
    const before = this.#bytes;
    const images = compactImages(this.#images, this.#mapSize, bounds, keepEqual, allocate);
    this.#images = [];
    this.#bytes = 0;
    for (const image of images) this.#push(image);
    return before - this.#bytes;
  }

  /** Gives all images away, to be written elsewhere. */
  drain(): readonly KeptImage[] {
    const images = this.#images;
    this.#images = [];
    this.#bytes = 0;
    return images;
  }

  #copy(units: Uint32Array, activations: Float32Array): Float32Array {
    const size = this.#mapSize;
    const maps = new Float32Array(units.length * size);
    for (let first = 0; first < units.length;) {
      // Neighbouring units are copied at once.
      let end = first + 1;
      while (end < units.length && units[end] === (units[end - 1] as number) + 1) end++;
      const start = (units[first] as number) * size;
      maps.set(activations.subarray(start, start + (end - first) * size), first * size);
      first = end;
    }
    return maps;
  }

  #push(image: KeptImage): void {
    this.#images.push(image);
    this.#bytes += image.labels.byteLength + image.units.byteLength + image.maxima.byteLength + image.maps.byteLength;
  }
}

/** Bytes that a run will keep: the likely need on sparse maps, and the most that any maps can need. */
export function estimateKeptBytes({ images, units, mapSize }: KeptMapsEstimateOptions): {
  readonly likely: number;
  readonly most: number;
} {
  const most = units * (mapSize + 2) * 4;
  return {
    likely: Math.ceil(images * (most * LIKELY_KEPT_SHARE + LIKELY_LABEL_BYTES)),
    most: Math.ceil(images * (most + LIKELY_LABEL_BYTES)),
  };
}

/**
 * Copies the maps that exceed the bound of their unit, image after image into one piece of memory, so that handing or
 * writing them on copies nothing.
 *
 * @param images kept maps; instead of those of its units, an image may bear the maps of all units
 * @param size values of a map
 * @param bounds lower bounds of the thresholds, one a unit
 * @param keepEqual whether a map that just reaches the bound stays
 * @param allocate gives the memory
 */
export function compactImages(
  images: readonly KeptImage[],
  size: number,
  bounds: Float32Array,
  keepEqual: boolean,
  allocate: MapAllocator = sharedMemory,
): readonly KeptImage[] {
  const staying = images.map((image) => findStaying(image, bounds, keepEqual));
  const total = staying.reduce((sum, { length }) => sum + length, 0);
  const memory = allocate(total * (2 + size) * 4);
  const all = {
    units: new Uint32Array(memory, 0, total),
    maxima: new Float32Array(memory, total * 4, total),
    maps: new Float32Array(memory, total * 8, total * size),
  };
  let first = 0;
  return images.map(({ image, labels, units, maxima, maps }, place) => {
    const indices = staying[place] as Uint32Array;
    const end = first + indices.length;
    const kept = {
      image,
      labels,
      units: all.units.subarray(first, end),
      maxima: all.maxima.subarray(first, end),
      maps: all.maps.subarray(first * size, end * size),
    };
    first = end;
    copyMaps({ units, maxima, maps }, indices, kept, size);
    return kept;
  });
}

/** Maps of images that exceed the bound of their unit. */
export function countStaying(images: readonly KeptImage[], bounds: Float32Array, keepEqual: boolean): number {
  return images.reduce((sum, image) => sum + findStaying(image, bounds, keepEqual).length, 0);
}

/** Places of the maps of an image that exceed the bound of their unit. */
function findStaying({ units, maxima }: KeptImage, bounds: Float32Array, keepEqual: boolean): Uint32Array {
  const staying = new Uint32Array(units.length);
  let count = 0;
  for (let index = 0; index < units.length; index++) {
    const highest = maxima[index] as number;
    const bound = bounds[units[index] as number] as number;
    if (highest > bound || (keepEqual && highest === bound)) staying[count++] = index;
  }
  return staying.subarray(0, count);
}

/** Copies maps; neighbours at once, and single ones value by value, which for short maps is sooner done than a call. */
function copyMaps(from: ImageMaps, indices: Uint32Array, to: ImageMaps, size: number): void {
  const ofAllUnits = from.maps.length > from.units.length * size;
  const sourceOf = (place: number) =>
    ofAllUnits ? (from.units[indices[place] as number] as number) : (indices[place] as number);
  for (let place = 0; place < indices.length; place++) {
    const index = indices[place] as number;
    to.units[place] = from.units[index] as number;
    to.maxima[place] = from.maxima[index] as number;
  }
  for (let first = 0; first < indices.length;) {
    const source = sourceOf(first);
    let end = first + 1;
    while (end < indices.length && sourceOf(end) === source + end - first) end++;
    if (end - first > 1) to.maps.set(from.maps.subarray(source * size, (source + end - first) * size), first * size);
    else
      for (let value = 0; value < size; value++)
        to.maps[first * size + value] = from.maps[source * size + value] as number;
    first = end;
  }
}
