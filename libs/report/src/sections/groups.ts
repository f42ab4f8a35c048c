import { groupMark } from '../page/legend.ts';
import { joined, markup, type Markup } from '../page/markup.ts';
import { counted, decimals, listed } from '../page/number-text.ts';
import type { PageContext } from '../page/page-context.ts';
import { categoryLetter } from '../page/palette.ts';
import { foldedTable } from '../page/table-view.ts';
import { qualityTable, traitTable } from '../study-tables/embedding-tables.ts';
import type { Embedding, Trait } from '../tables/study.ts';
import { categoryNames } from '../words/category-names.ts';
import { fewModelsSentence } from '../words/few-models.ts';
import { gapSentence, groupSentence } from '../words/uncertainty-words.ts';
import { pairsBlock } from './pairs.ts';

/** Concepts named for each category of models and direction. */
const conceptsNamed = 5;

/** The categories of models: who is in each, and what sets it apart from all other models. */
export function groupsBlock(page: PageContext, embedding: Embedding): Markup {
  const { study } = page;
  const cards = Array.from({ length: embedding.groups }, (_, group) => groupCard(embedding, group));
  const chosen = embedding.quality.find(({ k }) => k === embedding.groups);
  const quality =
    chosen === undefined
      ? undefined
      : markup` With k = ${embedding.groups} the mean silhouette is ${decimals(chosen.silhouette, 2)}, the gap statistic ${decimals(chosen.gap, 2)}.${bestWords(embedding)}`;
  return markup`<h3 id="categories">Categories of models</h3><p>k-means over the concept profiles puts the ${counted(embedding.points.length, 'model')} into ${counted(embedding.groups, 'category', 'categories')}.${quality} ${fewModelsSentence(embedding) ?? ''} ${gapSentence(embedding)} ${groupSentence(embedding, study.uncertainty)} Every number compares the mean of the category with the mean of all other embedded models; it describes these models and is no test.</p><div class="cards">${joined(cards)}</div>${pairsBlock(page, embedding)}${embedding.traits.length > 0 && foldedTable(traitTable(embedding), 'All traits of the categories of models')}${embedding.quality.length > 0 && foldedTable(qualityTable(embedding), 'Other numbers of categories')}${study.profiles.models.length > embedding.points.length && markup`<p class="quiet">${counted(study.profiles.models.length - embedding.points.length, 'model')} of the study ${study.profiles.models.length - embedding.points.length === 1 ? 'is' : 'are'} not part of the embedding.</p>`}`;
}

/** Which other number the silhouette prefers, among those that leave three models for each; '' where it is the same. */
function bestWords({ quality, groups, points }: Embedding): string {
  const rated = quality.filter(({ k, silhouette }) => k <= points.length / 3 && Number.isFinite(silhouette));
  const best = rated.reduce<(typeof rated)[number] | undefined>(
    (most, each) => (most === undefined || each.silhouette > most.silhouette ? each : most),
    undefined,
  );
  return best === undefined || best.k === groups
    ? ''
    : ` The silhouette is best for k = ${String(best.k)} (${decimals(best.silhouette, 2)}).`;
}

function groupCard(embedding: Embedding, group: number): Markup {
  const { points, traits } = embedding;
  const name = categoryNames(embedding)[group] ?? '';
  const members = points.filter((point) => point.group === group).map(({ model }) => model);
  const own = traits.filter((trait) => trait.group === group && Number.isFinite(trait.difference));
  const weights = own.filter(({ trait }) => trait === 'weight').sort((a, b) => b.difference - a.difference);
  const more = weights.filter(({ difference }) => difference > 0).slice(0, conceptsNamed);
  const less = weights
    .filter(({ difference }) => difference < 0)
    .slice(-conceptsNamed)
    .reverse();
  return markup`<article class="card" aria-labelledby="category-${categoryLetter(group)}"><h4 id="category-${categoryLetter(group)}">${groupMark(group)} Category ${categoryLetter(group)}${name !== '' && `: ${name}`}</h4><p class="members">${listed(members)}</p>${summaryRows(own, categoryLetter(group))}<ul class="plain">${conceptLine('More than the others', more)}${conceptLine('Less than the others', less)}</ul></article>`;
}

/** Means of a category of models by concept category, with those of all other models beside them. */
function summaryRows(traits: readonly Trait[], letter: string): Markup | false {
  const names = ['matches', 'unique', 'redundancy'] as const;
  const categories = [...new Set(traits.filter(({ trait }) => trait !== 'weight').map(({ category }) => category))];
  if (categories.length === 0) return false;
  const rows = categories.map((category) => {
    const cells = (side: 'inside' | 'outside'): readonly Markup[] =>
      names.map((name) => {
        const found = traits.find((trait) => trait.trait === name && trait.category === category);
        return markup`<td class="number">${decimals(found?.[side] ?? Number.NaN, name === 'redundancy' ? 2 : 1)}</td>`;
      });
    return markup`<tr><th scope="rowgroup" rowspan="2">${category}</th><th scope="row">${letter}</th>${cells('inside')}</tr><tr class="quiet"><th scope="row">others</th>${cells('outside')}</tr>`;
  });
  return markup`<table class="mini"><caption>Means of the category and of all others</caption><thead><tr><th scope="col">Concepts</th><th scope="col">models</th><th scope="col" class="number">units</th><th scope="col" class="number">unique</th><th scope="col" class="number" title="Redundancy: matching units per unique concept"><span class="hidden">redundancy</span><span aria-hidden="true">redun&shy;dancy</span></th></tr></thead>${joined(rows.map((row) => markup`<tbody>${row}</tbody>`))}</table>`;
}

function conceptLine(words: string, traits: readonly Trait[]): Markup | false {
  if (traits.length === 0) return false;
  return markup`<li><strong>${words}</strong> ${joined(
    traits.map(
      ({ concept, category }) =>
        markup`<span class="nowrap">${concept} <span class="quiet">(${category})</span></span>`,
    ),
    ', ',
  )}</li>`;
}
