import { matchScore } from '@intermodel/concept-matching';
import type { UnitScoreColumn } from '@intermodel/data-loading';

/** Column of unit tables that a score other than IoU stands in. @throws InputError `SCORE_UNKNOWN` */
export function scoreColumnOf(score: string | undefined): UnitScoreColumn | undefined {
  if (score === undefined || score === 'iou') return undefined;
  const { name, range } = matchScore(score);
  return { name, range };
}
