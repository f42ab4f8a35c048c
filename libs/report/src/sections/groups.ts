import { foldedTable } from '../page/data-table.ts';
import { groupMark } from '../page/legend.ts';
import { joined, markup, type Markup } from '../page/markup.ts';
import { counted, decimals, listed, significant } from '../page/number-text.ts';
import type { PageContext } from '../page/page-context.ts';
import { groupLetter } from '../page/palette.ts';
import type { Embedding, Trait } from '../tables/study.ts';

/** Concepts named for each group and direction. */
const conceptsNamed = 5;

/** The groups (categories of models): who is in each, and what sets it apart from all other models. */
export function groupsBlock({ study }: PageContext, embedding: Embedding): Markup {
  const cards = Array.from({ length: embedding.groups }, (_, group) => groupCard(embedding, group));
  const chosen = embedding.quality.find(({ k }) => k === embedding.groups);
  const quality =
    chosen === undefined
      ? undefined
      : markup` With k = ${embedding.groups} the mean silhouette is ${decimals(chosen.silhouette, 2)}, the gap statistic ${decimals(chosen.gap, 2)}.`;
  return markup`<h3 id="groups">Groups of models</h3><p>k-means over the concept profiles puts the ${counted(embedding.points.length, 'model')} into ${counted(embedding.groups, 'group')}.${quality} Every number compares the mean of the group with the mean of all other embedded models; it describes these models and is no test.</p><div class="cards">${joined(cards)}</div>${traitTable(embedding)}${qualityTable(embedding)}${study.profiles.models.length > embedding.points.length && markup`<p class="quiet">${counted(study.profiles.models.length - embedding.points.length, 'model')} of the study ${study.profiles.models.length - embedding.points.length === 1 ? 'is' : 'are'} not part of the embedding.</p>`}`;
}

function groupCard({ points, traits }: Embedding, group: number): Markup {
  const members = points.filter((point) => point.group === group).map(({ model }) => model);
  const own = traits.filter((trait) => trait.group === group && Number.isFinite(trait.difference));
  const weights = own.filter(({ trait }) => trait === 'weight').sort((a, b) => b.difference - a.difference);
  const more = weights.filter(({ difference }) => difference > 0).slice(0, conceptsNamed);
  const less = weights.filter(({ difference }) => difference < 0).slice(-conceptsNamed).reverse();
  return markup`<article class="card" aria-labelledby="group-${groupLetter(group)}"><h4 id="group-${groupLetter(group)}">${groupMark(group)} Group ${groupLetter(group)}</h4><p class="members">${listed(members)}</p><ul class="plain">${summaryLines(own)}${conceptLine('More than the others', more)}${conceptLine('Less than the others', less)}</ul></article>`;
}

function summaryLines(traits: readonly Trait[]): readonly Markup[] {
  const names = { matches: 'Matching units', unique: 'Unique concepts', redundancy: 'Units per unique concept' } as const;
  return Object.entries(names).flatMap(([name, words]) => {
    const rows = traits.filter(({ trait }) => trait === name);
    if (rows.length === 0) return [];
    const digits = name === 'redundancy' ? 2 : 1;
    const parts = rows.map(({ category, inside, outside }) => markup`<span class="nowrap">${category} ${decimals(inside, digits)} <span class="quiet">(others ${decimals(outside, digits)})</span></span>`);
    return [markup`<li><strong>${words}</strong> ${joined(parts, ' · ')}</li>`];
  });
}

function conceptLine(words: string, traits: readonly Trait[]): Markup | false {
  if (traits.length === 0) return false;
  return markup`<li><strong>${words}</strong> ${joined(traits.map(({ concept, category }) => markup`<span class="nowrap">${concept} <span class="quiet">(${category})</span></span>`), ', ')}</li>`;
}

function traitTable({ traits }: Embedding): Markup | false {
  if (traits.length === 0) return false;
  return foldedTable(
    {
      id: 'traits-table',
      caption: 'What sets each group apart: means inside and outside of the group',
      rows: traits,
      columns: [
        { title: 'Group', cell: ({ group }) => groupLetter(group) },
        { title: 'Trait', cell: ({ trait, concept }) => (concept === '' ? trait : `${trait} of ${concept}`) },
        { title: 'Concept category', cell: ({ category }) => category },
        { title: 'Inside', numeric: true, cell: ({ inside }) => significant(inside, 4) },
        { title: 'Outside', numeric: true, cell: ({ outside }) => significant(outside, 4) },
        { title: 'Difference', numeric: true, cell: ({ difference }) => significant(difference, 4) },
      ],
    },
    'All traits of the groups',
  );
}

function qualityTable({ quality }: Embedding): Markup | false {
  if (quality.length === 0) return false;
  return foldedTable(
    {
      id: 'quality-table',
      caption: 'How well k groups describe the models',
      rows: quality,
      columns: [
        { title: 'k', cell: ({ k }) => k },
        { title: 'Inertia', numeric: true, cell: ({ inertia }) => significant(inertia, 5) },
        { title: 'Silhouette', numeric: true, cell: ({ silhouette }) => decimals(silhouette, 3) },
        { title: 'Gap', numeric: true, cell: ({ gap }) => decimals(gap, 3) },
      ],
    },
    'Other numbers of groups',
  );
}
