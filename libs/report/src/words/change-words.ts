import { counted, decimals, listed, percent } from '../page/number-text.ts';
import type { StudyChange } from '../tables/study-change.ts';

/** Models named in a sentence at most; the table holds them all. */
const modelsNamed = 8;

/** Share of the spread up to which a typical move counts as small in words. */
export const smallMove = 0.1;

/** What is new, what is gone, and how far the others moved, in sentences. */
export function changeSentences({
  added,
  removed,
  moved,
  meanDistance,
  spread,
  correlation,
  isDetermined,
}: StudyChange): readonly string[] {
  const news = [sentence(added, 'new'), sentence(removed, 'gone')].filter((text) => text !== '');
  const none = news.length === 0 ? ['No model is new, and none is gone.'] : news;
  if (moved.length === 0) return [...none, 'No model is part of both runs.'];
  if (!isDetermined)
    return [
      ...none,
      `Only ${counted(moved.length, 'model')} ${moved.length === 1 ? 'is' : 'are'} part of both runs: too few to say how far they moved.`,
    ];
  const [farthest] = moved;
  const share = meanDistance / spread;
  const most =
    farthest === undefined || !(farthest.distance > 0)
      ? ''
      : `; ${farthest.model} moved farthest, by ${decimals(farthest.distance, 3)}`;
  return [
    ...none,
    `The ${counted(moved.length, 'model')} of both runs ${share <= smallMove ? 'stand to each other nearly as before' : 'stand to each other in another way than before'}: they moved by ${decimals(meanDistance, 3)} (root mean square), ${percent(share, 0)} of their distance from their centre${most}. The Procrustes correlation is ${decimals(correlation, 3)}.`,
  ];
}

function sentence(models: readonly string[], state: 'new' | 'gone'): string {
  if (models.length === 0) return '';
  const named =
    models.length > modelsNamed
      ? `${models.slice(0, modelsNamed).join(', ')} and ${String(models.length - modelsNamed)} more`
      : listed(models);
  return `${counted(models.length, 'model')} ${models.length === 1 ? 'is' : 'are'} ${state}: ${named}.`;
}
