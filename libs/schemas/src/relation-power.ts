import { Float64, Int32, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `RelationPower`: which correlations so few models can show at all, and by which rule. */
export const relationPowerColumns = {
  table: new Utf8(),
  n: new Int32(),
  relations: new Int32(),
  tests: new Int32(),
  correction: new Utf8(),
  permuteWithin: new Utf8(),
  pFloor: new Float64(),
  criticalOne: new Float64(),
  criticalAll: new Float64(),
  rule: new Utf8(),
  statement: new Utf8(),
} as const satisfies TypeMap;

/** Types of the columns of `RelationPower`. */
export type RelationPowerColumns = typeof relationPowerColumns;

/** A batch of power statements. */
export type RelationPowerBatch = WireBatch<RelationPowerColumns>;

/**
 * Schema of `RelationPower`, one row for each number `n` of models in a table of relations (`relations` or `concepts`),
 * the largest first: how many `relations` have so many, of how many `tests` in all; the magnitude of a correlation that
 * one test needs at 5 % (`criticalOne`), and that one needs to pass `correction` alone among all (`criticalAll`), by the
 * t distribution; the least p that their orderings can give (`pFloor`). `statement` says so in a sentence, `rule` what a
 * relation must meet to be called supported. Critical values are null for fewer than 3 models.
 */
export const relationPowerSchema = wireSchema('RelationPower', 1, relationPowerColumns, {
  nullable: ['criticalOne', 'criticalAll'],
});
