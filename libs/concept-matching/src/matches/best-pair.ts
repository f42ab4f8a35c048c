import { informationQuality, type PairCounts } from '@intermodel/numerics';
import type { DissectionPreset } from '../presets/dissection-presets.ts';
import type { OverlapRows } from './overlap-numbers.ts';
import { matchScores } from './scores.ts';

/** What of a preset decides the best concept of a unit. */
export type MatchPreset = Pick<DissectionPreset, 'epsilon' | 'matchScope' | 'minimumQuality' | 'score'>;

/** Best pair of a unit so far. */
export interface BestPair extends PairCounts {
  /** Score by which it is the best. */
  readonly score: number;
  /** Code of the concept. */
  readonly concept: number;
  /** Code of its category. */
  readonly category: number;
  /** All pixels. */
  readonly pixels: number;
  /** Whether the unit is active anywhere. */
  readonly active: boolean;
}

/** The best of the rows `first` to `end - 1`, which are of one unit, and of what was best `before`. */
export function bestOfRows(
  rows: OverlapRows,
  first: number,
  end: number,
  before: BestPair | undefined,
  preset: MatchPreset,
): BestPair {
  const { intersection, unitArea, conceptArea, pixels: allPixels, category } = rows;
  const { epsilon, matchScope } = preset;
  const { of } = matchScores[preset.score];
  const laterWins = matchScope === 'per-category';
  let score = before === undefined ? -Infinity : before.score;
  let bestCategory = before === undefined ? -1 : before.category;
  let active = before !== undefined && before.active;
  let best = -1;
  for (let row = first; row < end; row++) {
    const area = unitArea[row] as number;
    if (area > 0) active = true;
    const all = allPixels[row] as number;
    const next = of(intersection[row] as number, area, conceptArea[row] as number, all, epsilon);
    if (!(next > score) && !(laterWins && score > 0 && next === score && (category[row] as number) > bestCategory))
      continue;
    score = next;
    bestCategory = category[row] as number;
    best = row;
  }
  if (best < 0 && before !== undefined) return active === before.active ? before : { ...before, active };
  const [concept, pixels] = [rows.concept[best] as number, rows.pixels[best] as number];
  return {
    intersection: intersection[best] as number,
    unitArea: unitArea[best] as number,
    conceptArea: conceptArea[best] as number,
    score,
    concept,
    category: bestCategory,
    pixels,
    active,
  };
}

/** Whether a best pair makes its concept that of the unit: it scores above 0, and has the quality that is demanded. */
export function isNamedPair(pair: BestPair, { minimumQuality }: Pick<DissectionPreset, 'minimumQuality'>): boolean {
  return pair.score > 0 && (minimumQuality === 0 || informationQuality(pair, pair.pixels) > minimumQuality);
}
