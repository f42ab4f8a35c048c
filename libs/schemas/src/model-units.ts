import { Int32, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `ModelUnits`: how many units a model has. */
export const modelUnitsColumns = { model: new Utf8(), units: new Int32() } as const satisfies TypeMap;

/** Types of the columns of `ModelUnits`. */
export type ModelUnitsColumns = typeof modelUnitsColumns;

/** A batch of models with their number of units. */
export type ModelUnitsBatch = WireBatch<ModelUnitsColumns>;

/** Schema of `ModelUnits`: all units of a model, whether they match a concept or not. */
export const modelUnitsSchema = wireSchema('ModelUnits', 1, modelUnitsColumns);
