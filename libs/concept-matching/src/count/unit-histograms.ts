import { boundsToBins, floatOfBin, type SelectionOptions, type SelectionState } from '@intermodel/numerics';
import {
  unitHistogramFacts,
  unitHistogramSchema,
  type ActivationShape,
  type UnitHistogramBatch,
} from '@intermodel/schemas';
import { BatchSchemaError, buildBatch, checkBatch, column } from '@intermodel/streams';
import type { Data } from 'apache-arrow';

/** What is known of the maps of a shard besides those that were kept. */
export interface ShardBounds {
  /** Model, layer and sizes. */
  readonly shape: ActivationShape;
  /** Images that were counted. */
  readonly images: number;
  /** Under which maps were dropped, one a unit. */
  readonly bounds: Float32Array;
  /** Whether maps that just reach the bound were kept. */
  readonly keepEqual: boolean;
  /** Least finite activation of each unit, Infinity without any. */
  readonly minima: Float32Array;
  /** Greatest finite activation of each unit. */
  readonly maxima: Float32Array;
  /** Maps of each unit with a value that is not finite, which are dropped. */
  readonly faults: Uint32Array;
}

/** Table of what is known of the units of a shard, without bins. */
export function boundsBatch({
  shape,
  images,
  bounds,
  keepEqual,
  minima,
  maxima,
  faults,
}: ShardBounds): UnitHistogramBatch {
  // The two columns need arrays of their own: Arrow writes neighbours that share memory once.
  const offsets = () => new Int32Array(shape.units + 1);
  return buildBatch(unitHistogramSchema({ shape, images, keepEqual }), {
    ...{ unit: unitNumbers(shape.units), faults, minimum: minima, maximum: maxima, bound: bounds },
    bins: { offsets: offsets(), values: new Uint16Array() },
    counts: { offsets: offsets(), values: new Uint32Array() },
  });
}

/** Reads what {@link boundsBatch} wrote. */
export function readBounds(batch: UnitHistogramBatch): ShardBounds {
  const { shape, images, keepEqual = false } = histogramFacts('bounds', batch);
  const [faults, minima, maxima, bounds] = numberColumns(batch);
  return { shape, images, keepEqual, bounds, minima, maxima, faults };
}

/** Counts of a shard in the first round of a selection as a table; its arrays are viewed. */
export function histogramBatch(shape: ActivationShape, state: SelectionState): UnitHistogramBatch {
  const { options, images, faults, minima, maxima, boundBins, filled, bins, counts } = state;
  const offsets = new Int32Array(filled.length + 1);
  filled.forEach((count, unit) => {
    offsets[unit + 1] = (offsets[unit] as number) + count;
  });
  const selection = Object.fromEntries(Object.entries(options).filter(([name]) => name !== 'maximumImages'));
  return buildBatch(unitHistogramSchema({ shape, images, selection }), {
    ...{
      unit: unitNumbers(shape.units),
      faults,
      minimum: minima,
      maximum: maxima,
      bound: Float32Array.from(boundBins, floatOfBin),
    },
    ...{ bins: { offsets, values: bins }, counts: { offsets: offsets.slice(), values: counts } },
  });
}

/** Counts of a shard as the kernels take them. @throws BatchSchemaError where it is no table of counts */
export function histogramState(
  stage: string,
  batch: UnitHistogramBatch,
): { readonly shape: ActivationShape; readonly state: SelectionState } {
  const { shape, images, selection } = histogramFacts(stage, batch);
  if (selection === undefined) throw new BatchSchemaError(stage, 'bins', 'counts of a selection', 'a table without');
  const [faults, minima, maxima, bounds] = numberColumns(batch);
  const [bins, counts] = [batch.data.children[5], batch.data.children[6]] as [Data, Data];
  const offsets = bins.valueOffsets as Int32Array;
  const filled = Uint32Array.from(
    { length: batch.numRows },
    (_, unit) => (offsets[unit + 1] as number) - (offsets[unit] as number),
  );
  const none = () => new Float32Array(shape.units).fill(NaN);
  const state: SelectionState = {
    ...{ kind: 'ThresholdSelection/1', round: 'coarse', images },
    options: { ...(selection as unknown as Required<SelectionOptions>), maximumImages: Infinity },
    ...{ faults, minima, maxima, boundBins: boundsToBins(bounds), filled },
    bins: (bins.children[0]?.values as Uint16Array).subarray(0, offsets[batch.numRows]),
    counts: (counts.children[0]?.values as Uint32Array).subarray(0, offsets[batch.numRows]),
    ...{
      prefixes: new Uint32Array(shape.units),
      ranks: new Float64Array(shape.units),
      nexts: new Float32Array(shape.units),
    },
    ...{ lowers: none(), uppers: none(), thresholds: none() },
  };
  return { shape, state };
}

function histogramFacts(stage: string, batch: UnitHistogramBatch) {
  const facts = unitHistogramFacts(batch.schema);
  if (facts === undefined)
    throw new BatchSchemaError(stage, 'histogram', 'a schema that states the layer', 'one without');
  checkBatch(stage, unitHistogramSchema(facts), batch);
  if (batch.numRows !== facts.shape.units)
    throw new BatchSchemaError(
      stage,
      'unit',
      `${String(facts.shape.units)} rows, one a unit`,
      `${String(batch.numRows)} rows`,
    );
  return facts;
}

function numberColumns(batch: UnitHistogramBatch): [Uint32Array, Float32Array, Float32Array, Float32Array] {
  const values = (name: 'faults' | 'minimum' | 'maximum' | 'bound') =>
    ((column(batch, name).data[0] as Data).values as Float32Array).subarray(0, batch.numRows);
  return [values('faults') as ArrayBufferView as Uint32Array, values('minimum'), values('maximum'), values('bound')];
}

function unitNumbers(units: number): Int32Array {
  return Int32Array.from({ length: units }, (_, unit) => unit);
}
