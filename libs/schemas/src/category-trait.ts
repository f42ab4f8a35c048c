import { Float64, Int32, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `CategoryTrait`: what sets a category of models apart from the other models. */
export const categoryTraitColumns = {
  cluster: new Int32(),
  trait: new Utf8(),
  concept: new Utf8(),
  category: new Utf8(),
  inside: new Float64(),
  outside: new Float64(),
  difference: new Float64(),
} as const satisfies TypeMap;

/** Types of the columns of `CategoryTrait`. */
export type CategoryTraitColumns = typeof categoryTraitColumns;

/** A batch of category traits. */
export type CategoryTraitBatch = WireBatch<CategoryTraitColumns>;

/**
 * Schema of `CategoryTrait`: `trait` is `matches`, `unique` or `redundancy` (of a concept category; `concept` empty),
 * or `weight` (of one concept); `inside` and `outside` are the means over the models of the cluster and over all others
 * (null where there are none), `difference` = inside - outside.
 */
export const categoryTraitSchema = wireSchema('CategoryTrait', 1, categoryTraitColumns, {
  nullable: ['inside', 'outside', 'difference'],
});
