import { Field, Float32, Int32, List, Uint16, Uint32, type Schema } from 'apache-arrow';
import type { ActivationShape } from './activation.ts';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Types of the columns of `UnitHistogram`. */
export type UnitHistogramColumns = {
  readonly unit: Int32;
  readonly faults: Uint32;
  readonly minimum: Float32;
  readonly maximum: Float32;
  readonly bound: Float32;
  readonly bins: List<Uint16>;
  readonly counts: List<Uint32>;
};

/** A batch of histograms. */
export type UnitHistogramBatch = WireBatch<UnitHistogramColumns>;

/** What the schema of a batch of histograms states. */
export interface UnitHistogramFacts {
  /** Model, layer and sizes. */
  readonly shape: ActivationShape;
  /** Images that were counted. */
  readonly images: number;
  /** What the values were counted for: how thresholds are selected; undefined where nothing was counted. */
  readonly selection?: Readonly<Record<string, unknown>>;
  /** Whether maps that just reach the bound were kept. */
  readonly keepEqual?: boolean;
}

/**
 * Schema of `UnitHistogram`: what is known of the values of each unit over the images of a shard, one row a unit in
 * their order. `bins` are the leading 12 bits of the values, ascending, and `counts` how many values share them; counts
 * are complete from `bound` on (-Infinity: all), under which maps were dropped. `minimum` and `maximum` are of the finite
 * activations, `faults` counts maps with a value that is not finite.
 */
export function unitHistogramSchema(facts: UnitHistogramFacts): Schema<UnitHistogramColumns> {
  return wireSchema<UnitHistogramColumns>(
    'UnitHistogram',
    1,
    {
      unit: new Int32(),
      faults: new Uint32(),
      minimum: new Float32(),
      maximum: new Float32(),
      bound: new Float32(),
      bins: new List(new Field('bin', new Uint16(), false)),
      counts: new List(new Field('count', new Uint32(), false)),
    },
    { metadata: { facts: JSON.stringify(facts) } },
  );
}

/** What the schema of a batch of histograms states, or undefined where it is not such a schema. */
export function unitHistogramFacts(schema: Schema): UnitHistogramFacts | undefined {
  const stated = schema.metadata.get('facts');
  return stated === undefined ? undefined : (JSON.parse(stated) as UnitHistogramFacts);
}
