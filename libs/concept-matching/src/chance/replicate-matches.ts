import type { CombinedLabels } from '@intermodel/numerics';
import {
  unitNullSchema,
  type ActivationShape,
  type NullKind,
  type SelectedThresholdBatch,
  type UnitMatchBatch,
  type UnitNullBatch,
} from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import { concatMap, defer, toArray, type OperatorFunction } from 'rxjs';
import { matchScores } from '../matches/scores.ts';
import { admittedConcepts } from '../overlaps/list-overlaps.ts';
import { readLabelPlanes } from '../overlaps/label-planes.ts';
import type { LabelledShard } from '../overlaps/tally-overlaps.ts';
import { indexConcepts, type Concept, type ConceptIndex } from '../presets/concept-index.ts';
import { dissectionPresets, type DissectionPreset } from '../presets/dissection-presets.ts';
import { overlapOptions } from '../presets/kernel-options.ts';
import { UnitThreads } from '../threads/unit-threads.ts';
import type { OnImages } from '../thresholds/select-thresholds.ts';
import { readSelectedThresholds } from '../thresholds/selected-thresholds.ts';
import { matchedConcepts } from '../matches/matched-concepts.ts';
import { countUnitRanges } from '../threads/unit-ranges.ts';
import { fewestExchanged, groupImages } from './image-groups.ts';
import { LabelSums } from './label-sums.ts';
import { ReplicateScores, type ReplicatedCounts } from './score-replicates.ts';

/** Options of {@link replicateMatches}. */
export interface ReplicateMatchesOptions {
  /** Thresholds of the layer. */
  readonly thresholds: SelectedThresholdBatch;
  /** Matches of its units, one row a unit in their order. */
  readonly matches: UnitMatchBatch;
  /** Concepts that the labels can bear. */
  readonly vocabulary: readonly Concept[];
  /** Replicates, at least 1. */
  readonly replicates: number;
  /** Number of the first replicate, where others were drawn before. @default 0 */
  readonly first?: number;
  /** How labels are taken from their images. @default 'exchange' */
  readonly kind?: NullKind;
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
  /** Is told of the images of each shard that is done, over all rounds. @default nobody */
  readonly onImages?: OnImages;
}

/** Defaults of {@link replicateMatches}. */
export const replicateMatchesDefaults = {
  first: 0,
  kind: 'exchange',
  seed: 0,
  ignore: 0,
  preset: dissectionPresets['dissect-2020'],
  megabytes: 192,
} as const satisfies Partial<ReplicateMatchesOptions>;

/**
 * Matches the units of a layer again and again with labels that were taken from their images: one batch when the source
 * completes, none for an empty one.
 *
 * Every replicate gives each unit its best score over all concepts, as {@link matchConcepts} finds it, so that what is
 * compared with the observed score is corrected for the choice of the concept. Labels are exchanged within shards (which
 * are joined where they have fewer than 8 images), or rolled; see {@link groupImages}. The overlap that is expected
 * under exchange among all n images follows without any draw: the sum over the pixels of (images in which the unit is
 * active there) x (images that bear the concept there) / n.
 *
 * The same shards give the same bytes, whatever their order, the memory or the threads.
 *
 * @throws BatchSchemaError for other tables, layers or grids; RangeError where the maps of a shard do not cover the thresholds
 * @example
 * shards$.pipe(replicateMatches({ thresholds, matches, vocabulary, replicates: 200 }))
 */
export function replicateMatches(options: ReplicateMatchesOptions): OperatorFunction<LabelledShard, UnitNullBatch> {
  return (shards) =>
    defer(() =>
      shards.pipe(
        toArray(),
        concatMap(async (all) => (all.length === 0 ? [] : [await new Replication(options).of(all)])),
        concatMap((batches) => batches),
      ),
    );
}

class Replication {
  readonly #options: Required<Omit<ReplicateMatchesOptions, 'onImages'>> & Pick<ReplicateMatchesOptions, 'onImages'>;
  readonly #shape: ActivationShape;
  readonly #index: ConceptIndex;
  /** Place of each unit's concept in the index; -1 for none. */
  readonly #matched: Int32Array;

  constructor(options: ReplicateMatchesOptions) {
    const { thresholds, vocabulary, matches } = options;
    const threads = options.threads ?? new UnitThreads(1);
    this.#options = { ...replicateMatchesDefaults, ...options, threads };
    this.#shape = readSelectedThresholds('replicateMatches', thresholds).shape;
    this.#index = indexConcepts(vocabulary);
    this.#matched = matchedConcepts('replicateMatches', matches, this.#index, this.#shape.units);
  }

  async of(all: readonly LabelledShard[]): Promise<UnitNullBatch> {
    const { replicates, first, kind, seed, preset, ignore } = this.#options;
    const { units, labelHeight, labelWidth } = this.#shape;
    const pixels = labelHeight * labelWidth;
    const numbers = new Set([...this.#matched].flatMap((concept) => this.#index.numbers[concept] ?? []));
    const sums = new LabelSums(overlapOptions(this.#shape, preset, this.#index, ignore), numbers);
    const joined = await this.#join(all, sums);
    const labels = sums.counts();
    const admitted = admittedConcepts(this.#shape, preset, this.#index, labels);
    const scores = new ReplicateScores(this.#index, preset, admitted);
    const drawn = {
      observed: this.#column(),
      overlap: this.#column(),
      expectedOverlap: this.#column(),
      expectedIou: this.#column(),
    };
    const best = new Float64Array(units * replicates);
    const counting = {
      ...this.#options,
      ...{ stage: 'replicateMatches', index: this.#index, replicates: 1 + replicates, firing: true },
      shards: joined,
      images: labels.images,
      groupsOf: (names: readonly string[], own: readonly CombinedLabels[]) =>
        groupImages(names, own, { kind, seed, first, count: replicates, grid: this.#shape }),
    };
    const groups = await countUnitRanges(counting, ({ first: from, end }, { sums: counted, firing }) => {
      const counts: ReplicatedCounts = { sums: counted, units: end - from, replicates: 1 + replicates, labels };
      const found = scores.best(counts);
      for (let unit = from; unit < end; unit++) {
        const own = found.subarray((unit - from) * (1 + replicates), (unit - from + 1) * (1 + replicates));
        best.set(own.subarray(1), unit * replicates);
        if (!scores.isActive(counts, unit - from)) continue;
        drawn.observed[unit] = own[0] as number;
        const concept = this.#matched[unit] as number;
        if (concept < 0) continue;
        const { overlap, unitArea, conceptArea } = scores.pair(counts, unit - from, concept);
        const fires = firing.subarray((unit - from) * pixels, (unit - from + 1) * pixels);
        const expected = sums.product(this.#index.numbers[concept] as number, fires) / labels.images;
        drawn.overlap[unit] = overlap;
        drawn.expectedOverlap[unit] = expected;
        drawn.expectedIou[unit] = matchScores.iou.of(expected, unitArea, conceptArea, labels.pixels, preset.epsilon);
      }
    });
    const { model, layer } = this.#shape;
    const facts = { model, layer, kind, seed, first, count: replicates, images: labels.images, groups };
    return buildBatch(unitNullSchema(facts), {
      unit: Int32Array.from({ length: units }, (_, unit) => unit),
      ...drawn,
      replicates: best,
    });
  }

  #column(): Float64Array {
    return new Float64Array(this.#shape.units).fill(Number.NaN);
  }

  /** Joins shards until they have images enough, and sums up their labels, of which none are held. */
  async #join(all: readonly LabelledShard[], sums: LabelSums): Promise<LabelledShard[][]> {
    const joined: LabelledShard[][] = [];
    let open: LabelledShard[] | undefined;
    let images = 0;
    for (const shard of all) {
      const { labels } = readLabelPlanes('replicateMatches', await shard.labels(), this.#shape);
      for (const own of labels) sums.add(own);
      if (open === undefined) joined.push((open = []));
      open.push(shard);
      images += labels.length;
      if (images >= fewestExchanged) [open, images] = [undefined, 0];
    }
    // The last shards may be too few for themselves.
    const before = joined.at(-2);
    if (open !== undefined && before !== undefined) {
      joined.pop();
      before.push(...open);
    }
    return joined;
  }
}
