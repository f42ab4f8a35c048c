import type { LabelGridSize } from '../overlaps/label-planes.ts';
import { isAdmitted } from '../overlaps/list-overlaps.ts';
import { bestOfRows, isNamedPair } from '../matches/best-pair.ts';
import { matchScores } from '../matches/scores.ts';
import type { ConceptIndex } from '../presets/concept-index.ts';
import type { DissectionPreset } from '../presets/dissection-presets.ts';
import type { BlockLabelCounts } from './block-labels.ts';
import type { BlockWeights } from './block-weights.ts';

/** What the replicates of a layer are matched by. */
export interface RematchOptions {
  /** Concepts of the columns. */
  readonly index: ConceptIndex;
  /** All choices of method. */
  readonly preset: DissectionPreset;
  /** Size of a label plane. */
  readonly grid: LabelGridSize;
  /** Counts of labels, block by block. */
  readonly labels: BlockLabelCounts;
  /** Weights of the replicates. */
  readonly weights: BlockWeights;
}

/** Takes what a unit has in every replicate. */
export interface UnitReplicates {
  /** Place of its best concept in the index, -1 for none. */
  readonly concepts: Int32Array;
  /** Its score, 0 without a concept. */
  readonly scores: Float64Array;
  /** IoU with the concept that it is matched with in all images; NaN where it is 0/0, and without a concept. */
  readonly ious: Float64Array;
}

/** Matches units anew with the concepts of replicates, as dissecting the images of each replicate would under the same thresholds. */
export class RematchUnits {
  readonly #options: RematchOptions;
  readonly #labels: BlockLabelCounts;
  /** Sums of the concepts that a unit overlaps: one row of replicates each. */
  readonly #overlaps: Float64Array;
  /** Areas of a unit: all judged pixels, then within the scope of each category. */
  readonly #areas: Float64Array;
  readonly #areaRows: number;
  readonly #touched: Int32Array;
  readonly #rows: {
    readonly unit: Int32Array;
    readonly concept: Int32Array;
    readonly category: Int32Array;
    readonly intersection: Float64Array;
    readonly unitArea: Float64Array;
    readonly conceptArea: Float64Array;
    readonly pixels: Float64Array;
  };

  constructor(options: RematchOptions) {
    const { index, weights, labels } = options;
    const concepts = index.concepts.length;
    this.#options = options;
    this.#labels = weights.sumLabels(labels);
    this.#areaRows = 1 + scopesOf(options);
    this.#overlaps = new Float64Array(concepts * weights.replicates);
    this.#areas = new Float64Array(this.#areaRows * weights.replicates);
    this.#touched = new Int32Array(concepts);
    const numbers = () => new Float64Array(concepts);
    this.#rows = {
      ...{ unit: new Int32Array(concepts), concept: new Int32Array(concepts), category: new Int32Array(concepts) },
      ...{ intersection: numbers(), unitArea: numbers(), conceptArea: numbers(), pixels: numbers() },
    };
  }

  /**
   * Matches one unit.
   *
   * @param sums counts of the unit, columns x blocks, as `ReplicateSums` has them
   * @param matched place of its concept in the index, -1 for none
   * @param into takes what it has
   * @param asked replicates that are matched: those whose thresholds the counts are above
   */
  match(sums: Uint32Array, matched: number, into: UnitReplicates, asked: readonly number[]): void {
    const { index, weights } = this.#options;
    const { blocks, replicates } = weights;
    const concepts = index.concepts.length;
    for (let row = 0; row < this.#areaRows; row++)
      weights.sum(sums, (concepts + row) * blocks, this.#areas, row * replicates);
    let touched = 0;
    for (let concept = 0; concept < concepts; concept++) {
      if (!isAnywhere(sums, concept * blocks, blocks)) continue;
      weights.sum(sums, concept * blocks, this.#overlaps, touched * replicates);
      this.#touched[touched++] = concept;
    }
    const place = this.#touched.subarray(0, touched).indexOf(matched);
    for (const replicate of asked) {
      this.#best(replicate, touched, into);
      into.ious[replicate] = matched < 0 ? Number.NaN : this.#iou(replicate, place, matched);
    }
  }

  #best(replicate: number, touched: number, { concepts, scores }: UnitReplicates): void {
    const { preset, weights } = this.#options;
    const { replicates } = weights;
    let rows = 0;
    for (let place = 0; place < touched; place++) {
      const overlap = this.#overlaps[place * replicates + replicate] as number;
      if (overlap > 0 && this.#isAdmitted(this.#touched[place] as number, replicate))
        this.#fill(rows++, this.#touched[place] as number, overlap, replicate);
    }
    const pair = rows === 0 ? undefined : bestOfRows(this.#rows, 0, rows, undefined, preset);
    const isNamed = pair !== undefined && isNamedPair(pair, preset);
    concepts[replicate] = isNamed ? pair.concept : -1;
    scores[replicate] = isNamed ? pair.score : 0;
  }

  #isAdmitted(concept: number, replicate: number): boolean {
    const { preset, grid, weights } = this.#options;
    const at = concept * weights.replicates + replicate;
    const { conceptImages, conceptAreas } = this.#labels;
    return isAdmitted(grid, preset, conceptImages[at] as number, conceptAreas[at] as number);
  }

  #fill(row: number, concept: number, overlap: number, replicate: number): void {
    const { index, weights, preset } = this.#options;
    const { replicates } = weights;
    const { conceptAreas, categoryPixels, pixels } = this.#labels;
    const category = index.categories[concept] as number;
    const rows = this.#rows;
    rows.concept[row] = concept;
    rows.category[row] = category;
    rows.intersection[row] = overlap;
    rows.conceptArea[row] = conceptAreas[concept * replicates + replicate] as number;
    rows.unitArea[row] = this.#unitArea(concept, replicate);
    rows.pixels[row] = (
      preset.areaScope === 'all' ? pixels[replicate] : categoryPixels[category * replicates + replicate]
    ) as number;
  }

  #unitArea(concept: number, replicate: number): number {
    const { weights } = this.#options;
    return this.#areas[areaRow(this.#options, concept) * weights.replicates + replicate] as number;
  }

  #iou(replicate: number, place: number, concept: number): number {
    const { preset, weights } = this.#options;
    const overlap = place < 0 ? 0 : (this.#overlaps[place * weights.replicates + replicate] as number);
    const area = this.#labels.conceptAreas[concept * weights.replicates + replicate] as number;
    return definedIou(overlap, this.#unitArea(concept, replicate), area, preset.epsilon);
  }
}

/** IoU of a unit and a concept in all images, and without each block. */
export interface BlockIous {
  /** In all images. */
  readonly iou: number;
  /** Without block b; NaN where that is 0/0. */
  readonly without: Float64Array;
}

/** IoU of a unit and a concept, whole and without each block, of its counts (columns x blocks). */
export function blockIous(
  options: Pick<RematchOptions, 'index' | 'preset' | 'labels'>,
  sums: Uint32Array,
  concept: number,
): BlockIous {
  const { index, preset, labels } = options;
  const blocks = labels.pixels.length;
  const overlaps = sums.subarray(concept * blocks, (concept + 1) * blocks);
  const row = index.concepts.length + areaRow(options, concept);
  const unitAreas = sums.subarray(row * blocks, (row + 1) * blocks);
  const conceptAreas = labels.conceptAreas.subarray(concept * blocks, (concept + 1) * blocks);
  const [overlap, unitArea, conceptArea] = [total(overlaps), total(unitAreas), total(conceptAreas)];
  const { epsilon } = preset;
  return {
    iou: definedIou(overlap, unitArea, conceptArea, epsilon),
    without: Float64Array.from({ length: blocks }, (_, block) =>
      definedIou(
        overlap - (overlaps[block] as number),
        unitArea - (unitAreas[block] as number),
        conceptArea - (conceptAreas[block] as number),
        epsilon,
      ),
    ),
  };
}

/** Row among the areas of a unit that counts for a concept. */
function areaRow({ index, preset }: Pick<RematchOptions, 'index' | 'preset'>, concept: number): number {
  return preset.areaScope === 'all' ? 0 : 1 + (index.categories[concept] as number);
}

/** Scopes that areas of units are counted within, beside all pixels. */
function scopesOf({ index, preset }: RematchOptions): number {
  return preset.areaScope === 'all' ? 0 : index.categories.reduce((most, category) => Math.max(most, category + 1), 0);
}

/** IoU, which nothing is where neither unit nor concept is anywhere. */
function definedIou(overlap: number, unitArea: number, conceptArea: number, epsilon: number): number {
  return unitArea + conceptArea === 0
    ? Number.NaN
    : matchScores.iou.of(overlap, unitArea, conceptArea, Number.NaN, epsilon);
}

function isAnywhere(sums: Uint32Array, first: number, blocks: number): boolean {
  for (let at = first; at < first + blocks; at++) if (sums[at] !== 0) return true;
  return false;
}

function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at] as number;
  return sum;
}
