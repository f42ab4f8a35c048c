import { informationQuality, intersectionOverUnion } from '@intermodel/numerics';
import type { UnitConceptOverlapBatch } from '@intermodel/schemas';
import { column, readStrings } from '@intermodel/streams';
import type { DissectionPreset } from './dissection-presets.ts';
import { overlapNumbers } from './overlap-numbers.ts';

/** The concept of one category that a unit matches best. */
export interface CategoryMatch {
  /** Model. */
  readonly model: string;
  /** Layer. */
  readonly layer: string;
  /** Unit, counted from 0. */
  readonly unit: number;
  /** Category. */
  readonly category: string;
  /** Its concept with the greatest IoU; of equals the one that comes first in the table. */
  readonly concept: string;
  /** IoU, above 0 and at most 1. */
  readonly iou: number;
}

/**
 * Finds for every unit the best concept of each category (Bau et al. 2017), whatever its IoU: by unit as in the table,
 * then by name of the category. Categories that a unit does not overlap have no row.
 *
 * @param overlaps counts of one layer, by unit
 * @param preset epsilon of the IoU, and the quality that a match must have
 */
export function bestPerCategory(overlaps: UnitConceptOverlapBatch, preset: Pick<DissectionPreset, 'epsilon' | 'minimumQuality'>): CategoryMatch[] {
  const { epsilon, minimumQuality } = preset;
  const [models, layers, concepts, categories] = (['model', 'layer', 'concept', 'category'] as const).map((name) => readStrings(column(overlaps, name))) as [string[], string[], string[], string[]];
  const { unit: units, intersection, unitArea, conceptArea, pixels } = overlapNumbers(overlaps);
  const matches: CategoryMatch[] = [];
  let best = new Map<string, CategoryMatch>();
  const close = () => {
    matches.push(...[...best.values()].sort((one, other) => (one.category < other.category ? -1 : 1)));
    best = new Map();
  };
  for (let row = 0; row < overlaps.numRows; row++) {
    if (row > 0 && units[row] !== units[row - 1]) close();
    const counts = { intersection: intersection[row] as number, unitArea: unitArea[row] as number, conceptArea: conceptArea[row] as number };
    const [iou, category] = [intersectionOverUnion(counts, epsilon), categories[row] as string];
    if (!(iou > (best.get(category)?.iou ?? 0)) || (minimumQuality > 0 && informationQuality(counts, pixels[row] as number) <= minimumQuality)) continue;
    best.set(category, { model: models[row] as string, layer: layers[row] as string, unit: units[row] as number, category, concept: concepts[row] as string, iou });
  }
  close();
  return matches;
}
