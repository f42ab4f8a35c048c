import { combineLabels, OverlapTally, ThresholdSelection, type CombinedLabels } from '@intermodel/numerics';
import {
  unitThresholdSchema,
  type ActivationBatch,
  type ActivationShape,
  type UnitThresholdBatch,
} from '@intermodel/schemas';
import { emptyBatch } from '@intermodel/streams';
import { defer, finalize, map, reduce, type OperatorFunction } from 'rxjs';
import { dissectionPresets, type DissectionPreset } from './dissection-presets.ts';
import { thresholdTable } from './dissection-tables.ts';
import { selectionOptions, upsamplingOptions } from './kernel-options.ts';
import { KeptMapStore, type KeepOptions } from './kept-map-store.ts';
import { readActivations, readShape } from './read-activations.ts';

/** Options of {@link estimateThresholds}. */
export interface EstimateThresholdsOptions {
  /** Level, rule, comparison and upsampling. @default dissect-2020 */
  readonly preset?: DissectionPreset;
  /** Most images that the stream can bring; the better it is known, the fewer maps are kept. @default Infinity */
  readonly maximumImages?: number;
  /** Where maps that may still matter wait for the end of the stream. @default 256 MiB of memory */
  readonly keep?: KeepOptions;
}

/** Defaults of {@link estimateThresholds}. */
export const estimateThresholdsDefaults = {
  preset: dissectionPresets['dissect-2020'],
  maximumImages: Infinity,
} as const satisfies EstimateThresholdsOptions;

/**
 * Finds the exact threshold of every unit over a stream of one layer's activations: one batch when the source
 * completes, by unit.
 *
 * Values are selected, not sorted: only maps that may still reach the threshold are kept. Neither batches nor order
 * change the result. For thresholds and overlaps in one pass see {@link ActivationDissection}.
 *
 * @example
 * activations$.pipe(estimateThresholds({ maximumImages: 1000 }))
 */
export function estimateThresholds(
  options: EstimateThresholdsOptions = {},
): OperatorFunction<ActivationBatch, UnitThresholdBatch> {
  const {
    preset = estimateThresholdsDefaults.preset,
    maximumImages = estimateThresholdsDefaults.maximumImages,
    keep = {},
  } = options;
  return (activations) =>
    defer(() => {
      const estimate = new ThresholdEstimate(preset, maximumImages, keep);
      return activations.pipe(
        reduce((running, batch) => running.add(batch), estimate),
        map((whole) => whole.toThresholds()),
        finalize(() => {
          estimate.discard();
        }),
      );
    });
}

/** Selection of the thresholds of whatever layer the first batch is of. */
class ThresholdEstimate {
  readonly #preset: DissectionPreset;
  readonly #maximumImages: number;
  readonly #keep: KeepOptions;
  #layer:
    | {
        readonly shape: ActivationShape;
        readonly selection: ThresholdSelection;
        readonly store: KeptMapStore;
        readonly labels: CombinedLabels;
      }
    | undefined;
  #images = 0;

  constructor(preset: DissectionPreset, maximumImages: number, keep: KeepOptions) {
    this.#preset = preset;
    this.#maximumImages = maximumImages;
    this.#keep = keep;
  }

  add(batch: ActivationBatch): this {
    const shape = readShape('estimateThresholds', batch, this.#layer?.shape);
    const { selection, store, labels } = (this.#layer ??= this.#open(shape));
    const images = Array.from(readActivations(batch, shape), ({ activations }) => activations);
    selection.addAll(images).forEach((surviving, index) => {
      store.add(this.#images++, labels, surviving, images[index] as Float32Array, () => ({
        bounds: selection.bounds(),
        keepEqual: selection.options.keepEqual,
      }));
    });
    return this;
  }

  toThresholds(): UnitThresholdBatch {
    if (this.#layer === undefined) return emptyBatch(unitThresholdSchema);
    const { shape, selection, store } = this.#layer;
    selection.advance();
    while (selection.round !== 'done') {
      for (const images of store.readGroups()) selection.refineAll(images);
      selection.advance();
    }
    const selected = selection.thresholds();
    // Without concepts the tally counts the active pixels alone.
    const tally = new OverlapTally(
      {
        ...upsamplingOptions(shape, this.#preset),
        units: shape.units,
        concepts: [],
        categories: [],
        equalIsActive: selection.options.keepEqual,
      },
      selected.thresholds,
    );
    for (const image of store.read()) tally.add(image.labels, image);
    return thresholdTable(shape, selected, tally.read());
  }

  discard(): void {
    this.#layer?.store.discard();
  }

  #open(shape: ActivationShape): {
    readonly shape: ActivationShape;
    readonly selection: ThresholdSelection;
    readonly store: KeptMapStore;
    readonly labels: CombinedLabels;
  } {
    return {
      shape,
      selection: new ThresholdSelection(selectionOptions(shape, this.#preset, this.#maximumImages)),
      store: new KeptMapStore(shape.mapHeight * shape.mapWidth, this.#keep),
      labels: combineLabels({ planes: new Uint16Array() }, shape.labelHeight * shape.labelWidth),
    };
  }
}
