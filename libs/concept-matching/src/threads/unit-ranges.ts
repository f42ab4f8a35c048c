import { replicateColumns, type CombinedLabels, type KeptImage, type ReplicateSums } from '@intermodel/numerics';
import type { SelectedThresholdBatch } from '@intermodel/schemas';
import type { ImageGroup } from '../chance/image-groups.ts';
import { keptImages } from '../count/kept-maps.ts';
import { coversThresholds } from '../count/recount-shard.ts';
import { readLabelPlanes, type LabelGridSize } from '../overlaps/label-planes.ts';
import type { LabelledShard } from '../overlaps/tally-overlaps.ts';
import type { ConceptIndex } from '../presets/concept-index.ts';
import type { DissectionPreset } from '../presets/dissection-presets.ts';
import { overlapOptions } from '../presets/kernel-options.ts';
import type { OnImages } from '../thresholds/select-thresholds.ts';
import { readSelectedThresholds } from '../thresholds/selected-thresholds.ts';
import { placeOf, type KeptGroup, type UnitThreads } from './unit-threads.ts';

/** Units `first` to `end - 1`. */
export interface UnitRange {
  /** The first. */
  readonly first: number;
  /** The one behind the last. */
  readonly end: number;
}

/** Options of {@link countUnitRanges}. */
export interface CountUnitRangesOptions {
  /** Who asks, for errors. */
  readonly stage: string;
  /** Thresholds of the layer. */
  readonly thresholds: SelectedThresholdBatch;
  /** All choices of method. */
  readonly preset: DissectionPreset;
  /** Concepts that are counted: all that labels bear. */
  readonly index: ConceptIndex;
  /** Number of pixels that nobody judged. */
  readonly ignore: number;
  /** Replicates of every sum. */
  readonly replicates: number;
  /** Whether replicates take a group several times. @default false */
  readonly weighted?: boolean;
  /** Whether it is counted where units fire. @default false */
  readonly firing?: boolean;
  /** Shards that are read together. */
  readonly shards: readonly (readonly LabelledShard[])[];
  /** Images of all shards. */
  readonly images: number;
  /** Cuts the images of such shards into groups. */
  readonly groupsOf: (names: readonly string[], labels: readonly CombinedLabels[]) => readonly ImageGroup[];
  /** Threads that count. */
  readonly threads: UnitThreads;
  /** MiB that counts may take. */
  readonly megabytes: number;
  /** Is told of the images of each shard that is done, over all rounds. @default nobody */
  readonly onImages?: OnImages | undefined;
}

/**
 * Counts replicates of the overlaps of a layer, as many units at a time as fit into the memory: all shards are gone
 * through once for every range of units. Tells how many groups the images make.
 *
 * @throws BatchSchemaError for other tables or grids; RangeError where the maps of a shard do not cover the thresholds
 */
export async function countUnitRanges(
  options: CountUnitRangesOptions,
  onRange: (range: UnitRange, counted: ReplicateSums) => void,
): Promise<number> {
  const { stage, threads, replicates, weighted = false, firing = false, preset, index, ignore, images } = options;
  const { onImages = () => undefined } = options;
  const { shape, thresholds: all } = readSelectedThresholds(stage, options.thresholds);
  const { units, mapHeight, mapWidth } = shape;
  const kernel = overlapOptions(shape, preset, index, ignore);
  // What was counted is copied once.
  const pixels = firing ? shape.labelHeight * shape.labelWidth : 0;
  const bytes = 2 * 4 * (replicateColumns(kernel) * replicates + pixels);
  const size = Math.min(units, Math.max(1, Math.floor((options.megabytes * 2 ** 20) / bytes)));
  const total = Math.ceil(units / size) * images;
  let [done, groupsOfAll] = [0, 0];
  onImages(done, total);
  for (let first = 0; first < units; first += size) {
    const range = { first, end: Math.min(units, first + size) };
    const thresholds = new Float32Array(size).fill(Number.NaN);
    thresholds.set(all.subarray(range.first, range.end));
    await threads.openReplicates({ ...kernel, units: size, replicates, weighted, firing }, thresholds);
    for (const shards of options.shards) {
      const opened = await openShards(options, shape, shards);
      const within = opened.images.map((image) => sliceUnits(image, range, mapHeight * mapWidth));
      await threads.replicate(
        opened.groups.map(({ images: places, ...group }): KeptGroup => ({
          ...group,
          images: places.map((place) => within[place] as KeptImage),
        })),
      );
      if (first === 0) groupsOfAll += opened.groups.length;
      done += within.length;
      onImages(done, total);
    }
    onRange(range, await threads.takeReplicates());
  }
  await threads.closeReplicates();
  return groupsOfAll;
}

/** Shards that are counted together, read. */
interface OpenedShards {
  /** What is kept of their images, one after the other. */
  readonly images: readonly KeptImage[];
  /** Groups of these. */
  readonly groups: readonly ImageGroup[];
}

/** Reads the labels and kept maps of shards, and groups their images. */
async function openShards(
  { stage, thresholds, preset, groupsOf }: CountUnitRangesOptions,
  grid: LabelGridSize,
  shards: readonly LabelledShard[],
): Promise<OpenedShards> {
  const names: string[] = [];
  const images: KeptImage[] = [];
  for (const { kept, labels: readLabels } of shards) {
    const { images: own, labels } = readLabelPlanes(stage, await readLabels(), grid);
    const maps = await kept();
    if (!coversThresholds(maps, thresholds, preset))
      throw new RangeError(`${stage}: maps were dropped that reach these thresholds`);
    const known = new Map(keptImages(maps.maps).map((image) => [image.image, image]));
    names.push(...own);
    for (const [image, combined] of labels.entries())
      images.push({ ...(known.get(image) ?? { image, ...noMaps }), labels: combined });
  }
  const labels = images.map((image) => image.labels);
  return { images, groups: groupsOf(names, labels) };
}

const noMaps = { units: new Uint32Array(), maxima: new Float32Array(), maps: new Float32Array() };

/** The maps of an image that are of a range of units, which are numbered from the first. */
function sliceUnits(image: KeptImage, { first, end }: UnitRange, mapSize: number): KeptImage {
  const { units, maxima, maps } = image;
  const [from, to] = [placeOf(units, first), placeOf(units, end)];
  return {
    ...image,
    units: units.subarray(from, to).map((unit) => unit - first),
    maxima: maxima.subarray(from, to),
    maps: maps.subarray(from * mapSize, to * mapSize),
  };
}
