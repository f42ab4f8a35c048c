import { Field, FixedSizeList, Float64, Int32, type Schema } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Types of the columns of `UnitReplicate`. */
export type UnitReplicateColumns = {
  readonly unit: Int32;
  readonly iou: Float64;
  readonly acceleration: Float64;
  readonly ious: FixedSizeList<Float64>;
  readonly concepts: FixedSizeList<Int32>;
  readonly scores: FixedSizeList<Float64>;
};

/** A batch of units with what they match when images are drawn anew. */
export type UnitReplicateBatch = WireBatch<UnitReplicateColumns>;

/** A concept by its name and category. */
export interface ReplicatedConcept {
  /** Name, such as `sky`. */
  readonly concept: string;
  /** Category, such as `object`. */
  readonly category: string;
}

/** What the schema of a batch of units with their replicates states. */
export interface UnitReplicateFacts {
  /** Name of the model. */
  readonly model: string;
  /** Name of the tensor. */
  readonly layer: string;
  /** Seed of the draws. */
  readonly seed: number;
  /** Number of the first replicate: those before it stand in other tables. */
  readonly first: number;
  /** Replicates of this table. */
  readonly count: number;
  /** Images that were drawn from. */
  readonly images: number;
  /** Blocks that these make. */
  readonly blocks: number;
  /** Concepts that occur in the labels: what places in `concepts` stand for. */
  readonly concepts: readonly ReplicatedConcept[];
}

/**
 * Schema of `UnitReplicate`, one row a unit. Of the concept that it is matched with: the `iou` (0..1), the same in every
 * replicate (`ious`, NaN where it is 0/0), and the `acceleration` of a BCa interval, from leaving out one block after
 * the other; null and NaN without a concept. Of every replicate: which concept it is best matched with then (place in
 * the concepts that the schema names, -1 for none), and by what score (0 without a concept).
 */
export function unitReplicateSchema(facts: UnitReplicateFacts): Schema<UnitReplicateColumns> {
  const numbers = () => new FixedSizeList(facts.count, new Field('value', new Float64(), false));
  return wireSchema<UnitReplicateColumns>(
    'UnitReplicate',
    1,
    {
      unit: new Int32(),
      iou: new Float64(),
      acceleration: new Float64(),
      ious: numbers(),
      concepts: new FixedSizeList(facts.count, new Field('place', new Int32(), false)),
      scores: numbers(),
    },
    { nullable: ['iou', 'acceleration'], metadata: { facts: JSON.stringify(facts) } },
  );
}

/** What the schema of a batch of units with their replicates states, or undefined where it is not such a schema. */
export function unitReplicateFacts(schema: Schema): UnitReplicateFacts | undefined {
  const stated = schema.metadata.get('facts');
  return stated === undefined ? undefined : (JSON.parse(stated) as UnitReplicateFacts);
}
