import { clusterCountOfGap, keptComponents } from '@intermodel/numerics';
import { counted, decimals, listed, percent } from '../page/number-text.ts';
import type { Embedding } from '../tables/study.ts';
import type { Interval, Uncertainty } from '../tables/uncertainty.ts';

/** Where intervals come from: "bootstrap over units, 200 replicates". */
export function replicateWords({ over, replicates }: Pick<Uncertainty, 'over' | 'replicates'>): string {
  return `bootstrap over ${over}, ${counted(replicates, 'replicate')}`;
}

/** An interval as text: "608–690". */
export function intervalText([low, high]: Interval, digits: number): string {
  return `${decimals(low, digits)}–${decimals(high, digits)}`;
}

/** What ellipses are, for captions. */
export function ellipseWords(uncertainty: Pick<Uncertainty, 'over' | 'replicates'>): string {
  const other = uncertainty.over === 'images' ? 'images' : 'units of the same kind';
  return `Ellipses hold 95 % of where a model would stand with other ${other} (${replicateWords(uncertainty)}, each laid on these points by rotation and reflection).`;
}

/** What ellipses are, for legends. */
export function ellipseShort({ over, replicates }: Pick<Uncertainty, 'over' | 'replicates'>): string {
  return `95 % of ${counted(replicates, 'replicate')} over ${over}`;
}

/** Components that have more variance than chance gives; undefined where that was not tested. */
export function componentsKept({ ratios, chance }: Pick<Embedding, 'ratios' | 'chance'>): number | undefined {
  if (!chance.some(({ ratio }) => Number.isFinite(ratio))) return undefined;
  return keptComponents(
    ratios,
    chance.map(({ ratio }) => ratio),
  );
}

/** How many components are more than chance: a sentence; undefined where that was not tested. */
export function keptSentence(embedding: Pick<Embedding, 'ratios' | 'chance' | 'components'>): string | undefined {
  const kept = componentsKept(embedding);
  if (kept === undefined) return undefined;
  if (kept === 0) return 'By parallel analysis no component has more variance than chance gives.';
  const which = kept === 1 ? 'component 1 has' : `components 1 to ${String(kept)} have`;
  const rest =
    kept < embedding.components ? '; the others of the embedding describe these models, and may be chance' : '';
  return `By parallel analysis ${which} more variance than chance gives${rest}.`;
}

/** Models below which the gap statistic misses kinds that are there: with 9 of three clear kinds, in half of the worlds. */
const fewModels = 30;

/** What the gap statistic says of the number of categories: a sentence; undefined where it is not known. */
export function gapSentence({
  quality,
  groups,
  points,
}: Pick<Embedding, 'quality' | 'groups' | 'points'>): string | undefined {
  const asked = clusterCountOfGap(quality);
  if (asked === undefined) return undefined;
  if (asked === groups) return `The gap statistic asks for as many categories (k = ${String(asked)}).`;
  if (asked > 1) return `The gap statistic asks for ${counted(asked, 'category', 'categories')}.`;
  const caution =
    points.length < fewModels
      ? `; with ${counted(points.length, 'model')} it finds only kinds that stand far apart`
      : '';
  return `By the gap statistic one category is enough (k = 1): the ${counted(groups, 'category', 'categories')} describe the models, and are no evidence that there are kinds of models${caution}.`;
}

/** How sure the categories are: a sentence; undefined where nothing was resampled or there is one category. */
export function groupSentence({ points, groups }: Embedding, uncertainty: Uncertainty | undefined): string | undefined {
  if (uncertainty === undefined || uncertainty.pairs.size === 0 || groups < 2) return undefined;
  const shares = points.flatMap(({ model, group }) => {
    const own = points
      .filter((point) => point.group === group && point.model !== model)
      .map((point) => uncertainty.pairs.get(model)?.get(point.model)?.togetherShare ?? Number.NaN);
    return own.length === 0 ? [] : [{ model, share: mean(own) }];
  });
  if (shares.length === 0) return undefined;
  const unsure = shares.filter(({ share }) => share < 0.8).sort((a, b) => a.share - b.share);
  const named = unsure.slice(0, 3).map(({ model, share }) => `${model} (${percent(share, 0)})`);
  const least =
    named.length === 0
      ? ''
      : ` Least sure of ${named.length === 1 ? 'its category is' : 'their categories are'} ${listed(named)}.`;
  return `Models stand with another one of their category in ${percent(mean(shares.map(({ share }) => share)), 0)} of the replicates on average (${replicateWords(uncertainty)}).${least}`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
