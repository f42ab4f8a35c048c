import type { OverlapCounts } from '@intermodel/numerics';
import { matchScores } from '../matches/scores.ts';
import type { ConceptIndex } from '../presets/concept-index.ts';
import type { DissectionPreset } from '../presets/dissection-presets.ts';

/** Counts of replicates of a range of units. */
export interface ReplicatedCounts {
  /** Units x columns x replicates, see `ReplicateSums`. */
  readonly sums: Uint32Array;
  /** Units of the range. */
  readonly units: number;
  /** Replicates, the labels as they are first. */
  readonly replicates: number;
  /** Areas of concepts and pixels of categories, which no exchange of labels changes. */
  readonly labels: Pick<OverlapCounts, 'conceptAreas' | 'categoryPixels' | 'pixels'>;
}

/** Counts of a unit and a concept. */
export interface CountedPair {
  /** Pixels that they share. */
  readonly overlap: number;
  /** Pixels of the unit that count for the concept. */
  readonly unitArea: number;
  /** Pixels of the concept. */
  readonly conceptArea: number;
}

/** Where the columns of the sums are, and what the preset makes of them. */
export class ReplicateScores {
  readonly #index: ConceptIndex;
  readonly #preset: Pick<DissectionPreset, 'score' | 'epsilon' | 'areaScope'>;
  readonly #admitted: readonly number[];
  readonly #columns: number;

  /**
   * @param index concepts
   * @param preset score and scope of areas
   * @param admitted concepts that take part, by their places in the index
   */
  constructor(
    index: ConceptIndex,
    preset: Pick<DissectionPreset, 'score' | 'epsilon' | 'areaScope'>,
    admitted: readonly number[],
  ) {
    this.#index = index;
    this.#preset = preset;
    this.#admitted = admitted;
    this.#columns = index.concepts.length + 1 + (preset.areaScope === 'all' ? 0 : index.categoryNames.length);
  }

  /** Best score of each unit over all concepts: units x replicates, 0 where nothing overlaps. */
  best({ sums, units, replicates, labels }: ReplicatedCounts): Float64Array {
    const { of } = matchScores[this.#preset.score];
    const { epsilon } = this.#preset;
    const best = new Float64Array(units * replicates);
    for (let unit = 0; unit < units; unit++)
      for (const concept of this.#admitted) {
        const [at, areasAt] = [this.#at(unit, concept, replicates), this.#areasAt(unit, concept, replicates)];
        const area = labels.conceptAreas[concept] as number;
        const pixels = this.#pixels(concept, labels);
        for (let replicate = 0, row = unit * replicates; replicate < replicates; replicate++, row++) {
          const overlap = sums[at + replicate] as number;
          if (overlap === 0) continue;
          const score = of(overlap, sums[areasAt + replicate] as number, area, pixels, epsilon);
          if (score > (best[row] as number)) best[row] = score;
        }
      }
    return best;
  }

  /** The counts of a unit and a concept under the labels as they are. */
  pair({ sums, replicates, labels }: ReplicatedCounts, unit: number, concept: number): CountedPair {
    return {
      overlap: sums[this.#at(unit, concept, replicates)] as number,
      unitArea: sums[this.#areasAt(unit, concept, replicates)] as number,
      conceptArea: labels.conceptAreas[concept] as number,
    };
  }

  /** Whether a unit is active on any judged pixel. */
  isActive({ sums, replicates }: ReplicatedCounts, unit: number): boolean {
    return (sums[(unit * this.#columns + this.#index.concepts.length) * replicates] as number) > 0;
  }

  #at(unit: number, concept: number, replicates: number): number {
    return (unit * this.#columns + concept) * replicates;
  }

  /** Where the area of a unit stands that counts for a concept. */
  #areasAt(unit: number, concept: number, replicates: number): number {
    const { concepts, categories } = this.#index;
    const scoped = this.#preset.areaScope === 'all' ? 0 : 1 + (categories[concept] as number);
    return (unit * this.#columns + concepts.length + scoped) * replicates;
  }

  #pixels(concept: number, { pixels, categoryPixels }: ReplicatedCounts['labels']): number {
    return this.#preset.areaScope === 'all'
      ? pixels
      : (categoryPixels[this.#index.categories[concept] as number] as number);
  }
}
