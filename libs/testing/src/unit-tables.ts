import { unitMatchSchema, type UnitMatchBatch } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';

/** Best concept of one unit in short: `[concept, category, IoU]`; a NaN IoU is a dead unit. */
export type TinyUnit = readonly [concept: string, category: string, iou: number];

/**
 * Unit matches of a few models written out by hand: units are numbered from 0 in the order given.
 *
 * @example
 * tinyUnitMatches({ a: [['sky', 'object', 0.2]], b: [['red', 'color', 0.1]] })
 */
export function tinyUnitMatches(models: Readonly<Record<string, readonly TinyUnit[]>>): UnitMatchBatch {
  const rows = Object.entries(models).flatMap(([model, units]) =>
    units.map(([concept, category, iou], unit) => ({ model, unit, concept, category, iou })),
  );
  return buildBatch(unitMatchSchema, {
    model: rows.map(({ model }) => model),
    layer: rows.map(() => ''),
    unit: rows.map(({ unit }) => unit),
    concept: rows.map(({ concept }) => concept),
    category: rows.map(({ category }) => category),
    iou: rows.map(({ iou }) => iou),
  });
}

/** Cuts a batch into batches of at most `rows` rows: a stage must give the same result however its stream is cut. */
export function cutBatch(batch: UnitMatchBatch, rows: number): UnitMatchBatch[] {
  return Array.from({ length: Math.ceil(batch.numRows / rows) }, (_, index) =>
    batch.slice(index * rows, Math.min(batch.numRows, (index + 1) * rows)),
  );
}

/**
 * Synthetic unit tables of any size, the same for the same arguments: every model prefers some concepts of 200.
 *
 * @param models number of models
 * @param units units of each model
 */
export function syntheticUnitMatches(models: number, units: number): UnitMatchBatch[] {
  const categories = ['object', 'part', 'material', 'color'];
  const noise = (a: number, b: number) => {
    const mixed = Math.imul(Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  return Array.from({ length: models }, (_, model) => {
    const concepts = Array.from({ length: units }, (__, unit) =>
      Math.floor(200 * noise(model, unit) * noise(unit, model % 17)),
    );
    return buildBatch(unitMatchSchema, {
      model: concepts.map(() => `model ${String(model).padStart(4, '0')}`),
      layer: concepts.map(() => ''),
      unit: Int32Array.from(concepts, (__, unit) => unit),
      concept: concepts.map((concept) => `concept ${String(concept)}`),
      category: concepts.map((concept) => categories[concept % categories.length] as string),
      iou: Float64Array.from(concepts, (__, unit) => 0.1 * noise(unit + 7, model)),
    });
  });
}
