import { drawBlockWeights, jackknifeAcceleration, replicateColumns, type CombinedLabels } from '@intermodel/numerics';
import {
  unitReplicateSchema,
  type SelectedThresholdBatch,
  type UnitMatchBatch,
  type UnitReplicateBatch,
} from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import { concatMap, defer, from, toArray, type OperatorFunction } from 'rxjs';
import { matchedConcepts } from '../matches/matched-concepts.ts';
import { readLabelPlanes, type LabelGridSize } from '../overlaps/label-planes.ts';
import type { LabelledShard } from '../overlaps/tally-overlaps.ts';
import { indexConcepts, type Concept, type ConceptIndex } from '../presets/concept-index.ts';
import { dissectionPresets, type DissectionPreset } from '../presets/dissection-presets.ts';
import { overlapOptions } from '../presets/kernel-options.ts';
import { countUnitRanges } from '../threads/unit-ranges.ts';
import { UnitThreads } from '../threads/unit-threads.ts';
import type { OnImages } from '../thresholds/select-thresholds.ts';
import { readSelectedThresholds } from '../thresholds/selected-thresholds.ts';
import { BlockLabels, type BlockLabelCounts } from './block-labels.ts';
import { BlockWeights } from './block-weights.ts';
import { cutBlocks, groupByBlock, usualBlocks } from './image-blocks.ts';
import type { NearbyThresholds } from './nearby-presets.ts';
import { Passes } from './passes.ts';
import {
  candidateCount,
  redrawThresholds,
  type RedrawnThresholds,
  type RedrawThresholdsOptions,
} from './redrawn-thresholds.ts';
import { blockIous, RematchUnits } from './rematch-units.ts';

/** Which thresholds a replicate has: those of all images, or those of its own. */
export type ReplicateThresholds = 'fixed' | 'redrawn';

/** Replicates that stand in one table. */
export interface ReplicateRound {
  /** Number of the first. */
  readonly first: number;
  /** How many, at least 1. */
  readonly count: number;
}

/** Options of {@link resampleMatches}. */
export interface ResampleMatchesOptions {
  /** Thresholds of the layer. */
  readonly thresholds: SelectedThresholdBatch;
  /**
   * Thresholds of the layer under the `nearbyPresets`: where they are given, each replicate has thresholds of its own, and
   * its maps must reach down to the lower ones. @default none: thresholds stay as they are
   */
  readonly nearby?: NearbyThresholds | undefined;
  /** Matches of its units, one row a unit in their order. */
  readonly matches: UnitMatchBatch;
  /** Concepts that the labels can bear. */
  readonly vocabulary: readonly Concept[];
  /** Replicates, table by table. */
  readonly rounds: readonly ReplicateRound[];
  /** Most blocks that images are cut into, at least 1. @default 200 */
  readonly blocks?: number;
  /** Seed of the draws. @default 0 */
  readonly seed?: number;
  /** Number of pixels that nobody judged; the preset says what becomes of them. @default none */
  readonly ignore?: number;
  /** All choices of method. @default dissect-2020 */
  readonly preset?: DissectionPreset;
  /** Threads that count. @default the calling one */
  readonly threads?: UnitThreads;
  /** MiB that counts may take; for many units and concepts the shards are gone through several times. @default 192 */
  readonly megabytes?: number;
  /** Is told of the images of each shard that is done, over all ranges of units. @default nobody */
  readonly onImages?: OnImages;
}

/** Defaults of {@link resampleMatches}. */
export const resampleMatchesDefaults = {
  blocks: usualBlocks,
  seed: 0,
  ignore: 0,
  preset: dissectionPresets['dissect-2020'],
  megabytes: 192,
} as const satisfies Partial<ResampleMatchesOptions>;

/**
 * Bootstrap over images: matches the units of a layer again and again with images that are drawn with replacement, as
 * blocks of them. One batch for every round when the source completes, none for an empty one.
 *
 * What units and concepts share is counted once, block by block; a replicate weighs the blocks by how often it has each,
 * and finds the best concept of each unit among all of them, as dissecting its images under the same thresholds would:
 * all counts are the same integers. Every unit and layer of every model has the same images in a replicate.
 *
 * With nearby thresholds a replicate matches a unit above the quantile of its own images, rounded to one of nine
 * ({@link redrawThresholds}): the shards are gone through nine times to find these, and up to nine times to count above
 * them. The acceleration is that of thresholds that stay.
 *
 * Counts are of units x concepts that occur x blocks: as many units at a time as fit into the memory. The same images
 * give the same bytes, whatever their order, their shards, the memory or the threads.
 *
 * @throws BatchSchemaError for other tables, layers or grids; RangeError where the maps of a shard do not cover the thresholds
 * @example
 * shards$.pipe(resampleMatches({ thresholds, matches, vocabulary, rounds: [{ first: 0, count: 200 }] }))
 */
export function resampleMatches(options: ResampleMatchesOptions): OperatorFunction<LabelledShard, UnitReplicateBatch> {
  return (shards) =>
    defer(() =>
      shards.pipe(
        toArray(),
        concatMap(async (all) => (all.length === 0 ? [] : await resample(all, options))),
        concatMap((batches) => from(batches)),
      ),
    );
}

async function resample(
  shards: readonly LabelledShard[],
  given: ResampleMatchesOptions,
): Promise<readonly UnitReplicateBatch[]> {
  const options = { ...resampleMatchesDefaults, ...given };
  const { seed, preset, ignore, rounds, matches, threads = new UnitThreads(1) } = options;
  const stage = 'resampleMatches';
  const { shape } = readSelectedThresholds(stage, options.thresholds);
  const whole = indexConcepts(options.vocabulary);
  const blocks = cutBlocks(await namesOf(shards, shape), options.blocks);
  const sums = new BlockLabels(overlapOptions(shape, preset, whole, ignore), whole.categoryNames.length, blocks.count);
  await eachImage(shards, shape, (name, labels) => {
    sums.add(labels, blocks.of.get(name) as number);
  });
  const { index, labels } = occurring(whole, sums.counts, blocks.count);
  const matched = matchedConcepts(stage, matches, index, shape.units);
  const drawn = rounds.map((round) => {
    const weights = new BlockWeights(drawBlockWeights({ ...round, blocks: blocks.count, seed }), blocks.count);
    const values = shape.units * round.count;
    return {
      round,
      weights,
      rematch: new RematchUnits({ index, preset, grid: shape, labels, weights }),
      concepts: new Int32Array(values).fill(-1),
      scores: new Float64Array(values),
      ious: new Float64Array(values),
    };
  });
  const size = replicateColumns(overlapOptions(shape, preset, index, ignore)) * blocks.count;
  const [iou, acceleration] = [new Float64Array(shape.units), new Float64Array(shape.units)];
  const passes = new Passes(options.nearby === undefined ? 1 : 2 * candidateCount, blocks.of.size, options.onImages);
  const redrawn = await redraw(shards, { ...options, blocks, threads }, passes);
  const chosen = drawn.map(({ weights }) => redrawn?.choose(weights));
  for (let candidate = 0; candidate < (redrawn === undefined ? 1 : candidateCount); candidate++) {
    const asked = chosen.map((all, at) => askedOf(all, candidate, rounds[at] as ReplicateRound));
    // Above its threshold over all images every unit is counted, for the IoU.
    const isCounted = (unit: number) => candidate === 0 || asked.some((isAsked) => isAsked(unit) !== undefined);
    await countUnitRanges(
      {
        ...options,
        ...{ stage, index, threads, weighted: true, replicates: blocks.count },
        thresholds: redrawn?.candidate(candidate, isCounted) ?? options.thresholds,
        shards: shards.map((shard) => [shard]),
        images: blocks.of.size,
        groupsOf: (names, own) => groupByBlock(names, own, blocks),
        onImages: passes.onImages,
      },
      ({ first, end }, counted) => {
        for (let unit = first; unit < end; unit++) {
          const own = counted.sums.subarray((unit - first) * size, (unit - first + 1) * size);
          const concept = matched[unit] as number;
          if (candidate === 0) {
            const found = concept < 0 ? undefined : blockIous({ index, preset, labels }, own, concept);
            iou[unit] = found?.iou ?? Number.NaN;
            acceleration[unit] = found === undefined ? Number.NaN : jackknifeAcceleration(found.without);
          }
          for (const [at, { round, rematch, concepts, scores, ious }] of drawn.entries()) {
            const part = <Values extends Int32Array | Float64Array>(values: Values) =>
              values.subarray(unit * round.count, (unit + 1) * round.count) as Values;
            const replicates = asked[at]?.(unit);
            if (replicates !== undefined)
              rematch.match(
                own,
                concept,
                { concepts: part(concepts), scores: part(scores), ious: part(ious) },
                replicates,
              );
          }
        }
      },
    );
    passes.end();
  }
  const { model, layer } = shape;
  return drawn.map(({ round, concepts, scores, ious }) =>
    buildBatch(
      unitReplicateSchema({
        ...{ model, layer, seed, ...round, images: blocks.of.size, blocks: blocks.count },
        concepts: index.concepts.map(({ name, category }) => ({ concept: name, category })),
      }),
      {
        unit: Int32Array.from({ length: shape.units }, (_, unit) => unit),
        ...{ iou: iou.slice(), acceleration: acceleration.slice() },
        ...{ ious: plainNaN(ious), concepts, scores },
      },
    ),
  );
}

/** Thresholds that replicates can have; undefined where they stay. */
async function redraw(
  shards: readonly LabelledShard[],
  { nearby, ...options }: Omit<RedrawThresholdsOptions, 'nearby' | 'onPass'> & Pick<ResampleMatchesOptions, 'nearby'>,
  passes: Passes,
): Promise<RedrawnThresholds | undefined> {
  if (nearby === undefined) return undefined;
  const onPass = () => {
    passes.end();
  };
  return redrawThresholds(shards, { ...options, nearby, onPass });
}

/** Tells for each unit which replicates have a candidate of its thresholds: undefined for none. */
function askedOf(
  chosen: Uint8Array | undefined,
  candidate: number,
  { count }: ReplicateRound,
): (unit: number) => readonly number[] | undefined {
  const all = [...Array(count).keys()];
  if (chosen === undefined) return () => all;
  return (unit) => {
    const own = chosen.subarray(unit * count, (unit + 1) * count);
    const asked = all.filter((replicate) => own[replicate] === candidate);
    return asked.length === 0 ? undefined : asked;
  };
}

/** Names of all images. */
async function namesOf(shards: readonly LabelledShard[], grid: LabelGridSize): Promise<string[]> {
  const names: string[] = [];
  await eachImage(shards, grid, (name) => {
    names.push(name);
  });
  return names;
}

/** Goes over the labels of all images; those of one shard are held at a time. */
async function eachImage(
  shards: readonly LabelledShard[],
  grid: LabelGridSize,
  onImage: (name: string, labels: CombinedLabels) => void,
): Promise<void> {
  for (const shard of shards) {
    const { images, labels } = readLabelPlanes('resampleMatches', await shard.labels(), grid);
    images.forEach((name, image) => {
      onImage(name, labels[image] as CombinedLabels);
    });
  }
}

/** Concepts that labels bear, with their counts: others need no columns. Categories keep their places. */
function occurring(
  index: ConceptIndex,
  counts: BlockLabelCounts,
  blocks: number,
): { readonly index: ConceptIndex; readonly labels: BlockLabelCounts } {
  const row = (values: Float64Array, concept: number) => values.subarray(concept * blocks, (concept + 1) * blocks);
  const kept = [...index.concepts.keys()].filter((concept) =>
    row(counts.conceptImages, concept).some((images) => images > 0),
  );
  const keptRows = (values: Float64Array) => {
    const rows = new Float64Array(kept.length * blocks);
    kept.forEach((concept, place) => {
      rows.set(row(values, concept), place * blocks);
    });
    return rows;
  };
  return {
    index: {
      concepts: kept.map((concept) => index.concepts[concept] as Concept),
      numbers: Uint16Array.from(kept, (concept) => index.numbers[concept] as number),
      categories: Uint32Array.from(kept, (concept) => index.categories[concept] as number),
      categoryNames: index.categoryNames,
    },
    labels: {
      ...counts,
      conceptImages: keptRows(counts.conceptImages),
      conceptAreas: keptRows(counts.conceptAreas),
    },
  };
}

/** Computed NaN bear either sign: the same values must give the same bytes. */
function plainNaN(values: Float64Array): Float64Array {
  return values.map((value) => (Number.isNaN(value) ? Number.NaN : value));
}
