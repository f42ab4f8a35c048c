import { Field, FixedSizeList, Float64, Int32, type Schema } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Types of the columns of `UnitNull`. */
export type UnitNullColumns = {
  readonly unit: Int32;
  readonly observed: Float64;
  readonly overlap: Float64;
  readonly expectedOverlap: Float64;
  readonly expectedIou: Float64;
  readonly replicates: FixedSizeList<Float64>;
};

/** A batch of units with what chance gives them. */
export type UnitNullBatch = WireBatch<UnitNullColumns>;

/** Ways in which labels are taken from their images. */
export const nullKinds = ['exchange', 'roll'] as const;

/** How labels are taken from their images: exchanged among images, or rolled over the edges of their own. */
export type NullKind = (typeof nullKinds)[number];

/** What the schema of a batch of units with their null states. */
export interface UnitNullFacts {
  /** Name of the model. */
  readonly model: string;
  /** Name of the tensor. */
  readonly layer: string;
  /** How labels were taken from their images. */
  readonly kind: NullKind;
  /** Seed of the draws. */
  readonly seed: number;
  /** Number of the first replicate: those before it stand in other tables. */
  readonly first: number;
  /** Replicates of this table. */
  readonly count: number;
  /** Images that were used. */
  readonly images: number;
  /** Groups of images within which labels were exchanged, or that were rolled together. */
  readonly groups: number;
}

/**
 * Schema of `UnitNull`, one row a unit. `observed` is its best score over all concepts, `replicates` the same under
 * labels that were taken from their images, one value a replicate; both 0 where nothing overlaps, `observed` null for a
 * unit that is never active. Of the concept that the unit is matched with: `overlap` in pixels, the `expectedOverlap`
 * under exchange of the labels among all images, and the IoU that this comes to, `expectedIou` in 0..1; null without a
 * concept.
 */
export function unitNullSchema(facts: UnitNullFacts): Schema<UnitNullColumns> {
  return wireSchema<UnitNullColumns>(
    'UnitNull',
    1,
    {
      unit: new Int32(),
      observed: new Float64(),
      overlap: new Float64(),
      expectedOverlap: new Float64(),
      expectedIou: new Float64(),
      replicates: new FixedSizeList(facts.count, new Field('best', new Float64(), false)),
    },
    {
      nullable: ['observed', 'overlap', 'expectedOverlap', 'expectedIou'],
      metadata: { facts: JSON.stringify(facts) },
    },
  );
}

/** What the schema of a batch of units with their null states, or undefined where it is not such a schema. */
export function unitNullFacts(schema: Schema): UnitNullFacts | undefined {
  const stated = schema.metadata.get('facts');
  return stated === undefined ? undefined : (JSON.parse(stated) as UnitNullFacts);
}
