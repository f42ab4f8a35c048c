import { Bool, Float64, Int32, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `UniverseEffect`: what becomes of a claim in a universe. */
export const universeEffectColumns = {
  universe: new Int32(),
  claim: new Utf8(),
  effect: new Float64(),
  isSo: new Bool(),
} as const satisfies TypeMap;

/** Types of the columns of `UniverseEffect`. */
export type UniverseEffectColumns = typeof universeEffectColumns;

/** A batch of effects in universes. */
export type UniverseEffectBatch = WireBatch<UniverseEffectColumns>;

/**
 * Schema of `UniverseEffect`, one row a claim and universe in which it can be asked: the effect (as `measure` of
 * `ClaimVerdict` names it; null where it is undefined) and whether it is so. Models that a claim is about may be left
 * out of a universe, which then has no row for it.
 */
export const universeEffectSchema = wireSchema('UniverseEffect', 1, universeEffectColumns, { nullable: ['effect'] });
