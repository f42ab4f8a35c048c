import {
  allMaps,
  combineLabels,
  OverlapTally,
  ThresholdSelection,
  type CombinedLabels,
  type PlaneLabels,
  type SelectedThresholds,
} from '@intermodel/numerics';
import type { ActivationShape } from '@intermodel/schemas';
import { indexConcepts, type Concept, type ConceptIndex } from './concept-index.ts';
import { dissectionResult, type DissectionResult } from './dissection-result.ts';
import { dissectionPresets, type DissectionPreset } from './dissection-presets.ts';
import { KeptMapStore, type KeepOptions } from './kept-map-store.ts';
import { overlapOptions, selectionOptions } from './kernel-options.ts';
import { ThresholdSketches } from './threshold-sketches.ts';

/** Options of {@link ActivationDissection}. */
export interface ActivationDissectionOptions {
  /** Model, layer and sizes. */
  readonly shape: ActivationShape;
  /** Concepts that the label planes can bear. */
  readonly vocabulary: readonly Concept[];
  /** Number of pixels that nobody judged; the preset says what becomes of them. @default none */
  readonly ignore?: number;
  /** All choices of method. @default dissect-2020 */
  readonly preset?: DissectionPreset;
  /** Most images that all shards together can add; fewer in the end are fine. @default Infinity: keeps all maps */
  readonly maximumImages?: number;
  /**
   * Where maps are kept for the steps after the forward pass, or `forbid`: then four passes are needed. @default 256
   * MiB of memory
   */
  readonly keep?: KeepOptions | 'forbid';
  /**
   * Estimates thresholds by a KLL sketch of this k for each unit, about 12 k bytes each, where exact selection does not
   * fit: nothing is kept, two passes are needed, and the rank error is `kllRankError(k)`. 8 to 65535. @default none:
   * exact
   */
  readonly sketch?: number;
}

/** How far the work after the forward pass has come. */
export interface DissectionProgress {
  /** What is under way. */
  readonly step: 'thresholds' | 'overlaps';
  /** Images done, over all rounds of the thresholds. */
  readonly done: number;
  /** Images to do. */
  readonly total: number;
}

/**
 * Dissects one layer in one forward pass: `add` every image as its activations come, then `finish`.
 *
 * While images stream by, thresholds are bounded from below and only maps that may still matter are kept, with the
 * labels in small. Refining the thresholds and counting the overlaps read nothing but what was kept. Results are exact
 * and the same bytes for any order of images.
 *
 * Where keeping is forbidden, the images have to be added three or four times: call `endPass` after each pass until it
 * says
 * `done`.
 *
 * With a `sketch` the images are added twice in the same way; the thresholds are then estimates, which depend on the
 * order of images too, and there are no states to be merged.
 *
 * For runs in shards whose results are kept see `ShardCounter`.
 */
export class ActivationDissection {
  readonly shape: ActivationShape;
  readonly preset: DissectionPreset;
  readonly #index: ConceptIndex;
  readonly #ignore: number;
  readonly #store: KeptMapStore | undefined;
  readonly #sketches: ThresholdSketches | undefined;
  readonly #exact: ThresholdSelection | undefined;
  #tally: OverlapTally | undefined;
  #added = 0;

  constructor(options: ActivationDissectionOptions) {
    const {
      shape,
      vocabulary,
      ignore = 0,
      preset = dissectionPresets['dissect-2020'],
      maximumImages = Infinity,
      keep = {},
      sketch,
    } = options;
    this.shape = shape;
    this.preset = preset;
    this.#index = indexConcepts(vocabulary);
    this.#ignore = ignore;
    this.#store =
      keep === 'forbid' || sketch !== undefined ? undefined : new KeptMapStore(shape.mapHeight * shape.mapWidth, keep);
    this.#sketches = sketch === undefined ? undefined : new ThresholdSketches(shape, preset, sketch);
    this.#exact =
      sketch === undefined ? new ThresholdSelection(selectionOptions(shape, preset, maximumImages)) : undefined;
  }

  /** Images added in the pass under way. */
  get images(): number {
    return this.#added;
  }

  /** Store of the kept maps; undefined when forbidden. */
  get store(): Pick<KeptMapStore, 'files' | 'peakBytes'> | undefined {
    return this.#store;
  }

  /**
   * Adds one image.
   *
   * @param image number of the image within the run
   * @param activations units x height x width values; not kept
   * @param labels its label planes
   */
  add(image: number, activations: Float32Array, labels: PlaneLabels): void {
    if (this.#store === undefined) this.#addAgain(activations, labels);
    else {
      const surviving = this.#selection.add(activations);
      this.#store.add(image, this.#combine(labels), surviving, activations, () => ({
        bounds: this.#selection.bounds(),
        keepEqual: this.#selection.options.keepEqual,
      }));
    }
    this.#added++;
  }

  /** Ends a pass over all images: `again` when nothing is kept and they are needed once more, else `done`. */
  endPass(): 'again' | 'done' {
    if (this.#store !== undefined) {
      drain(this.steps());
      return 'done';
    }
    if (this.#tally !== undefined) return 'done';
    this.#exact?.advance();
    this.#added = 0;
    if (this.#exact === undefined || this.#exact.round === 'done') this.#tally = this.#openTally();
    return 'again';
  }

  /**
   * Does the work after the forward pass step by step, a few images a step, for whoever has to let others run in
   * between.
   */
  *steps(): Generator<DissectionProgress> {
    const total = this.#added;
    while (this.#selection.round !== 'done') {
      this.#selection.advance();
      const past = this.#selection.round === 'fine' ? total : 0;
      yield* this.#refineKept(past, this.#selection.round === 'gather' ? total : 2 * total);
    }
    const tally = (this.#tally ??= this.#openTally());
    let done = 0;
    for (const image of this.#store?.read() ?? []) {
      tally.add(image.labels, image);
      yield { step: 'overlaps', done: ++done, total };
    }
  }

  /** Ends the dissection and gives its tables; what was kept is discarded. */
  finish(): DissectionResult {
    if (this.#store !== undefined && this.#tally === undefined) this.endPass();
    if (this.#tally === undefined)
      throw new RangeError(
        'ActivationDissection.finish: the passes over the images are not done; call endPass() until it says so',
      );
    const result = dissectionResult(this.shape, this.preset, this.#index, this.#thresholds(), this.#tally.toState());
    this.discard();
    return result;
  }

  /** Forgets what was kept and removes its files. */
  discard(): void {
    this.#store?.discard();
  }

  get #selection(): ThresholdSelection {
    if (this.#exact === undefined)
      throw new RangeError(
        'ActivationDissection: with a sketch there is no selection; add the images twice and call endPass() after each pass',
      );
    return this.#exact;
  }

  #thresholds(): Pick<SelectedThresholds, 'thresholds' | 'conditions'> {
    return this.#sketches === undefined ? this.#selection.thresholds() : this.#sketches.thresholds();
  }

  *#refineKept(past: number, total: number): Generator<DissectionProgress> {
    let done = past;
    if (this.#selection.round === 'done') return;
    for (const images of this.#store?.readGroups() ?? []) {
      this.#selection.refineAll(images);
      yield { step: 'thresholds', done: (done += images.length), total };
    }
  }

  #addAgain(activations: Float32Array, labels: PlaneLabels): void {
    const first = this.#sketches ?? (this.#selection.round === 'coarse' ? this.#selection : undefined);
    if (first !== undefined && this.#tally === undefined) {
      first.add(activations);
      return;
    }
    const maps = allMaps(this.shape.units, activations);
    if (this.#tally === undefined) this.#selection.refineAll([maps]);
    else this.#tally.add(this.#combine(labels), maps);
  }

  #combine(labels: PlaneLabels): CombinedLabels {
    const blank = this.preset.ignoredPixels === 'unlabelled' ? this.#ignore : 0;
    return combineLabels({ ...labels, blank }, this.shape.labelHeight * this.shape.labelWidth);
  }

  #openTally(): OverlapTally {
    return new OverlapTally(
      overlapOptions(this.shape, this.preset, this.#index, this.#ignore),
      this.#thresholds().thresholds,
    );
  }
}

function drain(steps: Iterable<unknown>): void {
  const iterator = steps[Symbol.iterator]();
  while (iterator.next().done !== true);
}
