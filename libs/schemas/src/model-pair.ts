import { Float64, Utf8, type TypeMap } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Columns of `ModelPair`: how a model stands to another. */
export const modelPairColumns = {
  model: new Utf8(),
  other: new Utf8(),
  distance: new Float64(),
  low: new Float64(),
  high: new Float64(),
  nearestShare: new Float64(),
  togetherShare: new Float64(),
} as const satisfies TypeMap;

/** Types of the columns of `ModelPair`. */
export type ModelPairColumns = typeof modelPairColumns;

/** A batch of pairs of models. */
export type ModelPairBatch = WireBatch<ModelPairColumns>;

/**
 * Schema of `ModelPair`, a row for each ordered pair of different models: the Euclidean distance of their profiles with
 * the 95 % interval of what is left of it without the noise of the sample (so that a distance may lie above its
 * interval), the share of replicates (0..1) in which `other` is the nearest of `model`, and that in which both
 * stand in one category of models; the latter is null where one of them is not embedded.
 */
export const modelPairSchema = wireSchema('ModelPair', 1, modelPairColumns, { nullable: ['togetherShare'] });
