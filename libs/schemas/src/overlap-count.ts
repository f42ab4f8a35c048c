import { Field, Float64, Int32, List, Uint32, type Schema } from 'apache-arrow';
import type { ActivationShape } from './activation.ts';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Types of the columns of `OverlapCount`. */
export type OverlapCountColumns = {
  readonly category: Int32;
  readonly concept: Int32;
  readonly images: Float64;
  readonly area: Float64;
  readonly units: List<Uint32>;
  readonly counts: List<Float64>;
};

/** A batch of counted overlaps. */
export type OverlapCountBatch = WireBatch<OverlapCountColumns>;

/** What the schema of a batch of counted overlaps states. */
export interface OverlapCountFacts {
  /** Model, layer and sizes. */
  readonly shape: ActivationShape;
  /** What was counted: comparison, upsampling, scope of areas, concepts. */
  readonly counted: Readonly<Record<string, unknown>>;
}

/**
 * Schema of `OverlapCount`: pixels of the label grid counted over some images, so that counts of several shards add up.
 * A row has the `images` in which a concept occurs, its `area` in pixels, and for the units that are active there (the
 * others share none) how many of these pixels. A row of concept 0 is of all pixels of the images in which its category
 * occurs (within the scope of the preset), the one of category -1 of all pixels.
 */
export function overlapCountSchema(facts: OverlapCountFacts): Schema<OverlapCountColumns> {
  return wireSchema<OverlapCountColumns>(
    'OverlapCount',
    1,
    {
      category: new Int32(),
      concept: new Int32(),
      images: new Float64(),
      area: new Float64(),
      units: new List(new Field('unit', new Uint32(), false)),
      counts: new List(new Field('count', new Float64(), false)),
    },
    { metadata: { facts: JSON.stringify(facts) } },
  );
}

/** What the schema of a batch of counted overlaps states, or undefined where it is not such a schema. */
export function overlapCountFacts(schema: Schema): OverlapCountFacts | undefined {
  const stated = schema.metadata.get('facts');
  return stated === undefined ? undefined : (JSON.parse(stated) as OverlapCountFacts);
}
