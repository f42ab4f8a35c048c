import { Bool, Float64, Int32, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `Universe`: a combination of defensible choices. */
export const universeColumns = {
  universe: new Int32(),
  isStudy: new Bool(),
  gate: new Float64(),
  compareGate: new Utf8(),
  match: new Utf8(),
  normalisation: new Utf8(),
  dropFirstConcept: new Bool(),
  leftOut: new Utf8(),
  components: new Int32(),
  clusters: new Int32(),
  distance: new Utf8(),
} as const satisfies TypeMap;

/** Types of the columns of `Universe`. */
export type UniverseColumns = typeof universeColumns;

/** A batch of universes. */
export type UniverseBatch = WireBatch<UniverseColumns>;

/**
 * Schema of `Universe`, one row a combination of choices, counted from 0: the study as it was made (`isStudy`) is the
 * first. `leftOut` names the models that are not embedded, separated by `|`, and is empty for none.
 */
export const universeSchema = wireSchema('Universe', 1, universeColumns);
