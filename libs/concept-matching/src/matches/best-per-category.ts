import { informationQuality } from '@intermodel/numerics';
import type { UnitConceptOverlapBatch } from '@intermodel/schemas';
import { column, Interner, type CodedText } from '@intermodel/streams';
import type { DissectionPreset } from '../presets/dissection-presets.ts';
import { overlapNumbers } from './overlap-numbers.ts';
import { matchScores, type MatchScore } from './scores.ts';

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
  /** Its concept with the greatest score; of equals the one that comes first in the table. */
  readonly concept: string;
  /** IoU, above 0 and at most 1. */
  readonly iou: number;
  /** Score that concepts were compared by, above 0, where it is another. */
  readonly score?: number;
}

/**
 * Finds for every unit the best concept of each category (Bau et al. 2017), whatever its score: by unit as in the table,
 * then by name of the category. Categories that a unit does not overlap have no row.
 *
 * @param overlaps counts of one layer, by unit
 * @param preset score, epsilon of its union, and the quality that a match must have
 */
export function bestPerCategory(
  overlaps: UnitConceptOverlapBatch,
  preset: Pick<DissectionPreset, 'epsilon' | 'score' | 'minimumQuality'>,
): CategoryMatch[] {
  const { epsilon, minimumQuality } = preset;
  const matching = matchScores[preset.score];
  const models = codedColumn(overlaps, 'model');
  const layers = codedColumn(overlaps, 'layer');
  const concepts = codedColumn(overlaps, 'concept');
  const categories = codedColumn(overlaps, 'category');
  const { unit: units, intersection, unitArea, conceptArea, pixels } = overlapNumbers(overlaps);
  const byName = [...categories.values.keys()].sort((one, other) =>
    (categories.values[one] as string) < (categories.values[other] as string) ? -1 : 1,
  );
  const scoreAt = ({ of }: MatchScore, row: number) =>
    of(
      intersection[row] as number,
      unitArea[row] as number,
      conceptArea[row] as number,
      pixels[row] as number,
      epsilon,
    );
  // Greatest score of the unit under way in each category, 0 for none, and its row.
  const scores = new Float64Array(byName.length);
  const rows = new Int32Array(byName.length);
  const matches: CategoryMatch[] = [];
  const close = () => {
    for (const code of byName) {
      const [row, score] = [rows[code] as number, scores[code] as number];
      if (score > 0)
        matches.push({
          model: textAt(models, row),
          layer: textAt(layers, row),
          unit: units[row] as number,
          category: textAt(categories, row),
          concept: textAt(concepts, row),
          ...(matching === matchScores.iou ? { iou: score } : { iou: scoreAt(matchScores.iou, row), score }),
        });
    }
    scores.fill(0);
  };
  for (let row = 0; row < overlaps.numRows; row++) {
    if (row > 0 && units[row] !== units[row - 1]) close();
    const category = categories.codes[row] as number;
    const score = scoreAt(matching, row);
    if (!(score > (scores[category] as number))) continue;
    if (
      minimumQuality > 0 &&
      informationQuality(
        {
          intersection: intersection[row] as number,
          unitArea: unitArea[row] as number,
          conceptArea: conceptArea[row] as number,
        },
        pixels[row] as number,
      ) <= minimumQuality
    )
      continue;
    scores[category] = score;
    rows[category] = row;
  }
  close();
  return matches;
}

function codedColumn(overlaps: UnitConceptOverlapBatch, name: 'model' | 'layer' | 'concept' | 'category'): CodedText {
  const interner = new Interner();
  return { codes: interner.column(column(overlaps, name)).codes, values: interner.values };
}

function textAt({ codes, values }: CodedText, row: number): string {
  return values[codes[row] as number] as string;
}
