import type { KeptImage } from '../kept-maps.ts';
import type { CombinedLabels } from '../label-combinations.ts';
import type { OverlapOptions, OverlapState } from '../overlap-state.ts';
import { OverlapTally } from '../overlap-tally.ts';
import { ReplicateTally, type LabelledGroup, type ReplicateOptions, type ReplicateSums } from '../replicate-tally.ts';
import type { SelectionRound, SelectionState } from '../selection-state.ts';
import { ThresholdSelection, type SelectedThresholds } from '../threshold-selection.ts';

/** Maps of images, with numbers of the units counted from the first one of a range. */
export type RangeImages = readonly Pick<KeptImage, 'image' | 'units' | 'maxima' | 'maps'>[];

/** Thresholds and overlaps of a range of a layer's units, from kept maps. */
export class UnitRangeWork {
  #selection: ThresholdSelection | undefined;
  #tally: OverlapTally | undefined;
  #replicates: ReplicateTally | undefined;

  /** Begins to select thresholds from joined counts. */
  select(state: SelectionState): SelectionRound {
    this.#selection = ThresholdSelection.fromState(state);
    return this.#selection.round;
  }

  /** Gathers or counts maps in the round under way. */
  refine(images: RangeImages): void {
    this.#selection?.refineAll(images);
  }

  /** Ends the round, and tells the next one. */
  advance(): SelectionRound {
    this.#selection?.advance();
    return this.#selection?.round ?? 'done';
  }

  /** The thresholds, once the rounds are through. */
  thresholds(): SelectedThresholds | undefined {
    const selected = this.#selection?.thresholds();
    this.#selection = undefined;
    return selected;
  }

  /** Begins to count overlaps. */
  open(options: OverlapOptions, thresholds: Float32Array): void {
    this.#tally = new OverlapTally(options, thresholds);
  }

  /** Counts the overlaps of a shard: labels by the number of the image within it. */
  tally(labels: readonly CombinedLabels[], images: RangeImages): OverlapState | undefined {
    for (const image of images) this.#tally?.add(labels[image.image] as CombinedLabels, image);
    return this.#tally?.takeState();
  }

  /** Begins to count replicates of units; where more of as many follow, memory is used again. */
  openReplicates(options: ReplicateOptions, thresholds: Float32Array): void {
    if (this.#replicates === undefined) this.#replicates = new ReplicateTally(options, thresholds);
    else this.#replicates.restart(thresholds);
  }

  /** Counts groups of images under their labellings. */
  replicate(groups: readonly LabelledGroup[]): void {
    this.#replicates?.add(groups);
  }

  /** What was counted of the replicates. */
  takeReplicates(): ReplicateSums | undefined {
    return this.#replicates?.take();
  }

  /** Lets go of the memory that replicates were counted in. */
  closeReplicates(): void {
    this.#replicates = undefined;
  }
}
