import type { KernelMemory } from './kernel-memory.ts';

/**
 * Bytes of maps that are handed to the kernels at a time: few, as the first touch of each page of memory costs more
 * than its copies.
 */
const mapBytesAtOnce = 4 * 2 ** 20;

/** Addresses of working memory for the maps of some images. */
export interface WorkAddresses {
  /** The maps, one after the other. */
  readonly maps: number;
  /** A 32-bit place for each map: its unit. */
  readonly units: number;
  /** A 32-bit place for each map: the greatest of its upsampled values. */
  readonly highest: number;
  /** A 32-bit place for each map: the greatest of its own values. */
  readonly greatest: number;
  /** A 32-bit place for each image. */
  readonly firsts: number;
  /** Another one. */
  readonly ends: number;
}

/** Working memory of the kernels for maps of one size; it grows to what is asked of it, in few steps. */
export class MapWorkArea {
  readonly #memory: KernelMemory;
  readonly #mapSize: number;
  #addresses: WorkAddresses = { maps: 0, units: 0, highest: 0, greatest: 0, firsts: 0, ends: 0 };
  #maps = 0;
  #images = 0;

  /**
   * @param memory where the memory is taken from
   * @param mapSize values of a map
   */
  constructor(memory: KernelMemory, mapSize: number) {
    this.#memory = memory;
    this.#mapSize = mapSize;
  }

  /** Images that are handed over at a time, each with up to so many maps. */
  imagesAtOnce(mapsOfImage: number): number {
    return Math.max(1, Math.floor(mapBytesAtOnce / (mapsOfImage * this.#mapSize * 4)));
  }

  /** Addresses with room for some maps of some images; views taken before may be detached. */
  reserve(maps: number, images: number): WorkAddresses {
    if (maps > this.#maps || images > this.#images) {
      // What is outgrown is not given back: doubling keeps it less than what is used.
      this.#maps = Math.max(maps, this.#maps === 0 ? 0 : 2 * this.#maps);
      this.#images = Math.max(images, 16, 2 * this.#images);
      const perMap = () => this.#memory.allocate(this.#maps * 4);
      const perImage = () => this.#memory.allocate(this.#images * 4);
      this.#addresses = {
        maps: this.#memory.allocate(this.#maps * this.#mapSize * 4 + 16),
        units: perMap(),
        highest: perMap(),
        greatest: perMap(),
        firsts: perImage(),
        ends: perImage(),
      };
    }
    return this.#addresses;
  }
}
