import { passesLimit, planUpsampling, upsampleMap } from '@intermodel/numerics';
import type { ActivationShape, SelectedThresholdBatch } from '@intermodel/schemas';
import { concatMap, defer, map, reduce, type OperatorFunction } from 'rxjs';
import { LabelSums } from '../chance/label-sums.ts';
import { keptImages } from '../count/kept-maps.ts';
import { readLabelPlanes } from '../overlaps/label-planes.ts';
import type { LabelledShard } from '../overlaps/tally-overlaps.ts';
import { indexConcepts, type Concept } from '../presets/concept-index.ts';
import type { DissectionPreset } from '../presets/dissection-presets.ts';
import { overlapOptions, upsamplingOptions } from '../presets/kernel-options.ts';
import { readSelectedThresholds } from '../thresholds/selected-thresholds.ts';

/** A unit with the concept that it is looked at beside. */
export interface PlacedUnit {
  /** Number of the unit. */
  readonly unit: number;
  /** Name of the concept. */
  readonly concept: string;
  /** Category of the concept. */
  readonly category: string;
}

/** Where something is in images: shares (0..1) of the images, row by row over a grid of cells. */
export interface PlaceMap {
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** Mean over the pixels of each cell of the share of images in which it is there. */
  readonly shares: Float64Array;
}

/** Where a unit fires, and where its concept lies. */
export interface UnitPlaces {
  /** Where it is above its threshold. */
  readonly fires: PlaceMap;
  /** Where its concept is labelled. */
  readonly lies: PlaceMap;
}

/** Options of {@link sumPlaces}. */
export interface SumPlacesOptions {
  /** Thresholds of the layer. */
  readonly thresholds: SelectedThresholdBatch;
  /** Units that are looked at, with concepts of the vocabulary. */
  readonly units: readonly PlacedUnit[];
  /** Concepts that the labels can bear. */
  readonly vocabulary: readonly Concept[];
  /** Number of pixels that nobody judged; the preset says what becomes of them. @default none */
  readonly ignore?: number;
  /** All choices of method. */
  readonly preset: DissectionPreset;
  /** Most cells of a side, at least 1. @default 16 */
  readonly cells?: number;
}

/** Defaults of {@link sumPlaces}. */
export const sumPlacesDefaults = { ignore: 0, cells: 16 } as const satisfies Partial<SumPlacesOptions>;

/**
 * Sums up, over all images, where units fire and where their concepts lie: the two maps whose product is the overlap that
 * is expected by chance. One emission when the source completes, in the order of the units. Counts are integers, so that
 * shards may come in any order.
 *
 * @throws BatchSchemaError for other tables, layers or grids
 * @example
 * shards$.pipe(sumPlaces({ thresholds, units, vocabulary, preset }))
 */
export function sumPlaces(options: SumPlacesOptions): OperatorFunction<LabelledShard, readonly UnitPlaces[]> {
  return (shards) =>
    defer(() => {
      const sums = new PlaceSums(options);
      return shards.pipe(
        concatMap((shard) => sums.add(shard)),
        reduce(() => undefined, undefined),
        map(() => sums.read()),
      );
    });
}

class PlaceSums {
  readonly #options: SumPlacesOptions;
  readonly #shape: ActivationShape;
  readonly #thresholds: Float32Array;
  readonly #labels: LabelSums;
  /** Number of the concept of each unit. */
  readonly #numbers: readonly number[];
  /** By the number of the unit, images in which it is active at each pixel. */
  readonly #firing: ReadonlyMap<number, Float64Array>;
  #images = 0;

  constructor(options: SumPlacesOptions) {
    const { thresholds, units, vocabulary, preset, ignore = sumPlacesDefaults.ignore } = options;
    const index = indexConcepts(vocabulary);
    const selected = readSelectedThresholds('sumPlaces', thresholds);
    this.#options = options;
    [this.#shape, this.#thresholds] = [selected.shape, selected.thresholds];
    this.#numbers = units.map(({ concept, category }) => {
      const place = index.concepts.findIndex((each) => each.name === concept && each.category === category);
      if (place < 0) throw new RangeError(`sumPlaces: ${concept} (${category}) is not in the vocabulary`);
      return index.numbers[place] as number;
    });
    this.#labels = new LabelSums(overlapOptions(this.#shape, preset, index, ignore), this.#numbers);
    const { labelHeight, labelWidth } = this.#shape;
    this.#firing = new Map(units.map(({ unit }) => [unit, new Float64Array(labelHeight * labelWidth)]));
  }

  async add({ kept, labels: readLabels }: LabelledShard): Promise<void> {
    const { labels } = readLabelPlanes('sumPlaces', await readLabels(), this.#shape);
    for (const own of labels) this.#labels.add(own);
    this.#images += labels.length;
    const { preset } = this.#options;
    const plan = planUpsampling(upsamplingOptions(this.#shape, preset));
    const size = this.#shape.mapHeight * this.#shape.mapWidth;
    for (const { units, maps } of keptImages((await kept()).maps))
      units.forEach((unit, place) => {
        const firing = this.#firing.get(unit);
        if (firing === undefined) return;
        const limit = this.#thresholds[unit] as number;
        const upsampled = upsampleMap(plan, maps.subarray(place * size, (place + 1) * size));
        for (let pixel = 0; pixel < firing.length; pixel++)
          if (passesLimit(upsampled[pixel] as number, preset.compare, limit))
            firing[pixel] = (firing[pixel] as number) + 1;
      });
  }

  read(): UnitPlaces[] {
    return this.#options.units.map(({ unit }, place) => ({
      fires: this.#cells(this.#firing.get(unit) as Float64Array),
      lies: this.#cells(this.#labels.places(this.#numbers[place] as number)),
    }));
  }

  /** Means over cells of as many pixels as it takes for few enough of them. */
  #cells(counts: Float64Array): PlaceMap {
    const { labelHeight, labelWidth } = this.#shape;
    const { cells = sumPlacesDefaults.cells } = this.#options;
    const side = Math.ceil(Math.max(labelHeight, labelWidth) / cells);
    const [height, width] = [Math.ceil(labelHeight / side), Math.ceil(labelWidth / side)];
    const shares = new Float64Array(height * width);
    const pixels = new Uint32Array(height * width);
    counts.forEach((count, pixel) => {
      const cell = Math.floor(Math.floor(pixel / labelWidth) / side) * width + Math.floor((pixel % labelWidth) / side);
      shares[cell] = (shares[cell] as number) + count;
      pixels[cell] = (pixels[cell] as number) + 1;
    });
    return {
      ...{ height, width },
      shares: shares.map((sum, cell) => (this.#images === 0 ? 0 : sum / (pixels[cell] as number) / this.#images)),
    };
  }
}
