import { KeptMaps, type CombinedLabels, type KeptImage, type SurvivingMaps } from '@intermodel/numerics';
import { InputError } from '@intermodel/streams';
import { KeptMapFiles } from './kept-map-files.ts';

/** Where maps are kept between the forward pass and the steps after it. */
export interface KeepOptions {
  /** Bytes of maps held in memory before they are written to `folder`. @default 256 MiB */
  readonly memoryBytes?: number;
  /** Folder for what memory does not hold (Arrow IPC files, removed at the end). @default none: more is an error */
  readonly folder?: string;
}

/** Defaults of {@link KeptMapStore}. */
export const keepDefaults = { memoryBytes: 256 * 2 ** 20 } as const satisfies KeepOptions;

/**
 * Share of the memory that must become free by dropping maps; else they are written out, lest each image drops a few.
 */
const WORTHWHILE = 0.25;

/** Images of a group. */
const imagesOfGroup = 16;

/** Bounds under which maps need not be kept. */
export interface MapBounds {
  /** Lower bound of the threshold of each unit. */
  readonly bounds: Float32Array;
  /** Whether maps that just reach it stay. */
  readonly keepEqual: boolean;
}

/** Bounded store of the maps that may still matter: memory first, then files. */
export class KeptMapStore {
  readonly #maps: KeptMaps;
  readonly #files: KeptMapFiles | undefined;
  readonly #memoryBytes: number;
  #peakBytes = 0;

  /**
   * @param mapSize values of a map, height x width
   * @param options how much memory, and which folder after it
   */
  constructor(mapSize: number, options: KeepOptions = {}) {
    const { memoryBytes = keepDefaults.memoryBytes, folder } = options;
    if (!(memoryBytes > 0))
      throw new InputError('KEEP_MEMORY', `${String(memoryBytes)} bytes are no memory for kept maps`, {
        column: 'memoryBytes',
        expected: 'a number of bytes above 0',
      });
    this.#maps = new KeptMaps(mapSize);
    this.#memoryBytes = memoryBytes;
    this.#files = folder === undefined ? undefined : new KeptMapFiles(folder, mapSize);
  }

  /** Most bytes that were in memory at once. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  /** Files written so far. */
  get files(): number {
    return this.#files?.count ?? 0;
  }

  /**
   * Keeps the surviving maps of an image with its labels.
   *
   * @param image number of the image
   * @param labels its combined labels
   * @param surviving which of its maps may still matter
   * @param activations all its maps
   * @param bounds asked for when memory is full: what lies under the bounds by now is dropped first
   * @throws InputError `KEPT_MAPS_FULL` when memory is full and there is no folder
   */
  add(
    image: number,
    labels: CombinedLabels,
    surviving: SurvivingMaps,
    activations: Float32Array,
    bounds: () => MapBounds,
  ): void {
    this.#maps.add(image, labels, surviving, activations);
    this.#peakBytes = Math.max(this.#peakBytes, this.#maps.bytes);
    if (this.#maps.bytes <= this.#memoryBytes) return;
    const now = bounds();
    this.#maps.compact(now.bounds, now.keepEqual);
    if (this.#maps.bytes <= this.#memoryBytes * (1 - WORTHWHILE)) return;
    if (this.#files !== undefined) this.#files.write(this.#maps.drain());
    else if (this.#maps.bytes > this.#memoryBytes) {
      throw new InputError(
        'KEPT_MAPS_FULL',
        `the maps to keep need more than the ${String(Math.round(this.#memoryBytes / 2 ** 20))} MiB allowed`,
        {
          expected: 'enough memory, or a folder to write them to',
          hint: 'Raise the limit, name a folder for kept maps, or forbid the store (the model is then run several times).',
        },
      );
    }
  }

  /** All images that are kept: those in files first, then those in memory. */
  *read(): Generator<KeptImage> {
    if (this.#files !== undefined) yield* this.#files.read();
    yield* this.#maps.images;
  }

  /** The same in groups, which are counted faster than one by one. */
  *readGroups(): Generator<readonly KeptImage[]> {
    let group: KeptImage[] = [];
    for (const image of this.read()) {
      group.push(image);
      if (group.length < imagesOfGroup) continue;
      yield group;
      group = [];
    }
    if (group.length > 0) yield group;
  }

  /** Forgets everything and removes the files. */
  discard(): void {
    this.#maps.drain();
    this.#files?.discard();
  }
}
