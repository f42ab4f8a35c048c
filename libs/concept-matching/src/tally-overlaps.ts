import { combineLabels, OverlapTally } from '@intermodel/numerics';
import {
  unitConceptOverlapSchema,
  unitThresholdSchema,
  type ActivationBatch,
  type ActivationShape,
  type UnitConceptOverlapBatch,
  type UnitThresholdBatch,
} from '@intermodel/schemas';
import { checkBatch, column, emptyBatch, InputError, readNumbers, readStrings } from '@intermodel/streams';
import { defer, map, reduce, type OperatorFunction } from 'rxjs';
import { indexConcepts, type Concept, type ConceptIndex } from './concept-index.ts';
import { dissectionPresets, type DissectionPreset } from './dissection-presets.ts';
import { overlapRows, overlapTable } from './dissection-tables.ts';
import { overlapOptions } from './kernel-options.ts';
import { readActivations, readShape } from './read-activations.ts';

/** Options of {@link tallyOverlaps}. */
export interface TallyOverlapsOptions {
  /** Thresholds of the layer's units; rows of other layers are passed over. */
  readonly thresholds: UnitThresholdBatch;
  /** Concepts that the label planes can bear. */
  readonly vocabulary: readonly Concept[];
  /** Number of pixels that nobody judged; the preset says what becomes of them. @default none */
  readonly ignore?: number;
  /** Comparison, upsampling, scope of areas, and how frequent a concept must be. @default dissect-2020 */
  readonly preset?: DissectionPreset;
}

/** Defaults of {@link tallyOverlaps}. */
export const tallyOverlapsDefaults = {
  ignore: 0,
  preset: dissectionPresets['dissect-2020'],
} as const satisfies Partial<TallyOverlapsOptions>;

/**
 * Counts the pixels where units are active and concepts labelled, over a stream of one layer's activations: one batch
 * when the source completes, by unit and number of the concept.
 *
 * Counts are integers, so neither batches nor order change the result. Listed are pairs with an intersection, and the
 * first concept of a unit without any.
 *
 * @throws InputError `THRESHOLDS_MISSING` where a unit of the layer has no threshold
 *
 * @example
 * activations$.pipe(tallyOverlaps({ thresholds, vocabulary }), matchConcepts())
 */
export function tallyOverlaps(
  options: TallyOverlapsOptions,
): OperatorFunction<ActivationBatch, UnitConceptOverlapBatch> {
  const {
    thresholds,
    vocabulary,
    ignore = tallyOverlapsDefaults.ignore,
    preset = tallyOverlapsDefaults.preset,
  } = options;
  const index = indexConcepts(vocabulary);
  checkBatch('tallyOverlaps', unitThresholdSchema, thresholds);
  return (activations) =>
    defer(() =>
      activations.pipe(
        reduce((running, batch) => running.add(batch), new LayerOverlaps(thresholds, index, ignore, preset)),
        map((whole) => whole.toOverlaps()),
      ),
    );
}

/** Tally of whatever layer the first batch is of. */
class LayerOverlaps {
  readonly #thresholds: UnitThresholdBatch;
  readonly #index: ConceptIndex;
  readonly #ignore: number;
  readonly #preset: DissectionPreset;
  #layer: { readonly shape: ActivationShape; readonly tally: OverlapTally; readonly units: Uint32Array } | undefined;

  constructor(thresholds: UnitThresholdBatch, index: ConceptIndex, ignore: number, preset: DissectionPreset) {
    this.#thresholds = thresholds;
    this.#index = index;
    this.#ignore = ignore;
    this.#preset = preset;
  }

  add(batch: ActivationBatch): this {
    const shape = readShape('tallyOverlaps', batch, this.#layer?.shape);
    const { tally, units } = (this.#layer ??= {
      shape,
      tally: new OverlapTally(
        overlapOptions(shape, this.#preset, this.#index, this.#ignore),
        layerThresholds(this.#thresholds, shape),
      ),
      units: Uint32Array.from({ length: shape.units }, (_, unit) => unit),
    });
    const blank = this.#preset.ignoredPixels === 'unlabelled' ? this.#ignore : 0;
    for (const { activations, planes } of readActivations(batch, shape)) {
      tally.add(combineLabels({ planes, blank }, shape.labelHeight * shape.labelWidth), {
        units,
        maxima: upperBounds(activations, shape),
        maps: activations,
      });
    }
    return this;
  }

  toOverlaps(): UnitConceptOverlapBatch {
    if (this.#layer === undefined) return emptyBatch(unitConceptOverlapSchema);
    const { shape, tally } = this.#layer;
    return overlapTable(shape, this.#index, overlapRows(shape, this.#preset, this.#index, tally.read()));
  }
}

/** Greatest value of each map, at least 0 for what may lie around it. */
function upperBounds(activations: Float32Array, { units, mapHeight, mapWidth }: ActivationShape): Float32Array {
  const size = mapHeight * mapWidth;
  const bounds = new Float32Array(units);
  for (let unit = 0, at = 0; unit < units; unit++) {
    let highest = 0;
    for (const end = at + size; at < end; at++)
      if ((activations[at] as number) > highest) highest = activations[at] as number;
    bounds[unit] = highest;
  }
  return bounds;
}

function layerThresholds(table: UnitThresholdBatch, { model, layer, units }: ActivationShape): Float32Array {
  const [models, layers] = [readStrings(column(table, 'model')), readStrings(column(table, 'layer'))];
  const [rows, values] = [readNumbers(column(table, 'unit')), readNumbers(column(table, 'threshold'))];
  const thresholds = new Float32Array(units);
  const found = new Set<number>();
  models.forEach((name, row) => {
    const unit = rows[row] as number;
    if (name !== model || layers[row] !== layer || unit >= units) return;
    thresholds[unit] = values[row] as number;
    found.add(unit);
  });
  if (found.size === units) return thresholds;
  throw new InputError(
    'THRESHOLDS_MISSING',
    `the thresholds cover ${String(found.size)} of the ${String(units)} units of ${model}, ${layer}`,
    { expected: 'one row for every unit', hint: 'Estimate the thresholds of this model and layer first.' },
  );
}
