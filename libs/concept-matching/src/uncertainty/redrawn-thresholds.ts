import { combineLabels } from '@intermodel/numerics';
import type { ActivationShape, SelectedThresholdBatch } from '@intermodel/schemas';
import { labelPlanesBatch, readLabelPlanes } from '../overlaps/label-planes.ts';
import type { LabelledShard } from '../overlaps/tally-overlaps.ts';
import type { DissectionPreset } from '../presets/dissection-presets.ts';
import { restateShape } from '../restate-shape.ts';
import { countUnitRanges } from '../threads/unit-ranges.ts';
import type { UnitThreads } from '../threads/unit-threads.ts';
import { readSelectedThresholds, selectedThresholds } from '../thresholds/selected-thresholds.ts';
import type { BlockWeights } from './block-weights.ts';
import { groupByBlock, type ImageBlocks } from './image-blocks.ts';
import { nearbyPresets, type NearbyThresholds } from './nearby-presets.ts';

/** Thresholds on each side of a unit's own that replicates can have. */
const candidatesEachSide = 4;

/** Standard errors of the active share between one of them and the next. */
const errorsApart = 0.6;

/** Options of {@link redrawThresholds}. */
export interface RedrawThresholdsOptions {
  /** Thresholds over all images. */
  readonly thresholds: SelectedThresholdBatch;
  /** Those on either side. */
  readonly nearby: NearbyThresholds;
  /** All choices of method. */
  readonly preset: DissectionPreset;
  /** Images in blocks. */
  readonly blocks: ImageBlocks;
  /** Threads that count. */
  readonly threads: UnitThreads;
  /** MiB that counts may take. */
  readonly megabytes: number;
  /** Is told that the shards were gone through once more. */
  readonly onPass: () => void;
}

/** Thresholds that a unit can have: its own, and those on either side. {@link redrawThresholds} counts above each. */
export const candidateCount = 1 + 2 * candidatesEachSide;

/** Thresholds that replicates can have, and how many values lie above each. */
export class RedrawnThresholds {
  readonly #candidates: readonly SelectedThresholdBatch[];
  /** Share of active values that is wanted. */
  readonly #share: number;
  /** Values above each candidate: units x blocks. */
  readonly #above: readonly Uint32Array[];
  /** Values of a block's images. */
  readonly #values: Float64Array;

  constructor(
    candidates: readonly SelectedThresholdBatch[],
    share: number,
    above: readonly Uint32Array[],
    values: Float64Array,
  ) {
    this.#candidates = candidates;
    this.#share = share;
    this.#above = above;
    this.#values = values;
  }

  /**
   * Chooses a candidate for every unit and replicate: that above which, of the values of its images, nearest to the wanted
   * share lie; of two that are as near, the one that is nearer to the threshold over all images. Units x replicates.
   */
  choose(weights: BlockWeights): Uint8Array {
    const { replicates, blocks } = weights;
    const [values, above] = [new Float64Array(replicates), new Float64Array(replicates)];
    weights.sum(this.#values, 0, values);
    const units = (this.#above[0] as Uint32Array).length / blocks;
    const chosen = new Uint8Array(units * replicates);
    const least = new Float64Array(units * replicates).fill(Infinity);
    this.#above.forEach((counts, candidate) => {
      for (let unit = 0, at = 0; unit < units; unit++) {
        weights.sum(counts, unit * blocks, above);
        for (let replicate = 0; replicate < replicates; replicate++, at++) {
          const away = Math.abs((above[replicate] as number) / (values[replicate] as number) - this.#share);
          if (away >= (least[at] as number)) continue;
          least[at] = away;
          chosen[at] = candidate;
        }
      }
    });
    return chosen;
  }

  /** Thresholds of a candidate for the units that are asked for, NaN for others: these are not counted. */
  candidate(number: number, isAsked: (unit: number) => boolean): SelectedThresholdBatch {
    const known = readSelectedThresholds('resampleMatches', this.#candidates[number] as SelectedThresholdBatch);
    return selectedThresholds({
      ...known,
      thresholds: known.thresholds.map((threshold, unit) => (isAsked(unit) ? threshold : Number.NaN)),
    });
  }
}

/**
 * Finds which thresholds replicates of the images can have: for every unit nine, at 0.6 standard errors of its active
 * share (delta method for a ratio of sums over blocks) from each other, and no farther than twice and half of it. Values
 * between three known quantiles are interpolated in the logarithm of the share; how many values lie above each is then
 * counted, block by block.
 *
 * @throws BatchSchemaError for other tables; RangeError where the maps of a shard do not cover the lower thresholds
 */
export async function redrawThresholds(
  shards: readonly LabelledShard[],
  options: RedrawThresholdsOptions,
): Promise<RedrawnThresholds> {
  const { preset, blocks, nearby, onPass } = options;
  const stage = 'resampleMatches';
  const { shape, thresholds, conditions } = readSelectedThresholds(stage, options.thresholds);
  const [lower, upper] = [nearby.lower, nearby.upper].map((batch) => readSelectedThresholds(stage, batch).thresholds);
  // Raw values are the cells of the maps.
  const grid = preset.values === 'raw' ? { ...shape, labelHeight: shape.mapHeight, labelWidth: shape.mapWidth } : shape;
  const values = new Float64Array(blocks.count);
  for (const block of blocks.of.values())
    values[block] = (values[block] as number) + grid.labelHeight * grid.labelWidth;
  const unlabelled = shards.map((shard) => withoutLabels(shard, shape, grid));
  const count = async (candidate: SelectedThresholdBatch) => {
    const counted = await countAbove(unlabelled, restateShape(candidate, grid), options);
    onPass();
    return counted;
  };
  const own = await count(options.thresholds);
  const share = 1 - preset.level;
  const [most, least] = [nearbyPresets(preset).lower, nearbyPresets(preset).upper].map(({ level }) =>
    Math.log((1 - level) / share),
  ) as [number, number];
  const errors = Float64Array.from({ length: shape.units }, (_, unit) =>
    relativeError(own.subarray(unit * blocks.count, (unit + 1) * blocks.count), values),
  );
  const candidates = [options.thresholds];
  const above = [own];
  for (let step = 1; step <= candidatesEachSide; step++)
    for (const [bound, edges] of [
      [most, lower],
      [least, upper],
    ] as const) {
      const candidate = thresholds.map((threshold, unit) => {
        const away = Math.min(errorsApart * (errors[unit] as number), Math.abs(bound) / candidatesEachSide) * step;
        return threshold + (((edges as Float32Array)[unit] as number) - threshold) * (away / Math.abs(bound));
      });
      const batch = selectedThresholds({ shape, thresholds: candidate, conditions });
      candidates.push(batch);
      above.push(await count(batch));
    }
  return new RedrawnThresholds(candidates, share, above, values);
}

/** Values of each unit above its threshold: units x blocks. */
async function countAbove(
  shards: readonly LabelledShard[],
  thresholds: SelectedThresholdBatch,
  { preset, blocks, threads, megabytes }: RedrawThresholdsOptions,
): Promise<Uint32Array> {
  const { units } = readSelectedThresholds('resampleMatches', thresholds).shape;
  const above = new Uint32Array(units * blocks.count);
  await countUnitRanges(
    {
      ...{ stage: 'resampleMatches', thresholds, threads, megabytes, ignore: 0, weighted: true },
      preset: { ...preset, areaScope: 'all' },
      index: { concepts: [], numbers: new Uint16Array(), categories: new Uint32Array(), categoryNames: [] },
      replicates: blocks.count,
      shards: shards.map((shard) => [shard]),
      images: blocks.of.size,
      groupsOf: (names, labels) => groupByBlock(names, labels, blocks),
    },
    ({ first, end }, { sums }) => {
      above.set(sums.subarray(0, (end - first) * blocks.count), first * blocks.count);
    },
  );
  return above;
}

/** A shard of which every pixel of a grid counts, whatever its labels. */
function withoutLabels(shard: LabelledShard, shape: ActivationShape, grid: ActivationShape): LabelledShard {
  const pixels = grid.labelHeight * grid.labelWidth;
  const blank = combineLabels({ planes: new Uint16Array(pixels) }, pixels);
  return {
    kept: shard.kept,
    labels: async () => {
      const { images } = readLabelPlanes('resampleMatches', await shard.labels(), shape);
      return labelPlanesBatch(
        grid,
        images,
        images.map(() => blank),
      );
    },
  };
}

/** Standard error of the share of active values over redrawn blocks, by that share; 0 where nothing is active. */
function relativeError(active: Uint32Array, values: Float64Array): number {
  const sum = (numbers: ArrayLike<number>) => Array.from(numbers).reduce((total, number) => total + number, 0);
  const [all, total] = [sum(active), sum(values)];
  if (all === 0) return 0;
  const square = active.reduce(
    (error, count, block) => error + (count - (all / total) * (values[block] as number)) ** 2,
    0,
  );
  return Math.sqrt(square) / all;
}
