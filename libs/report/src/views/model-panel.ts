import { groupMark } from '../page/legend.ts';
import { joined, markup, type Markup } from '../page/markup.ts';
import { counted, decimals, percent, whole } from '../page/number-text.ts';
import type { PageData } from '../page/page-data.ts';
import { categoryColourNames, colour, categoryLetter } from '../page/palette.ts';
import { pixel } from '../figures/ticks.ts';

/** Concepts named in the panel. */
const conceptsNamed = 8;

/** The profile of one model in short: its counts by category, its largest concepts, its nearest neighbours. */
export function modelPanel(data: PageData, model: number): Markup {
  const group = data.groups[model];
  const rows = data.summaries[model] ?? [];
  const matches = rows.reduce((sum, [count]) => sum + count, 0);
  const unique = rows.reduce((sum, [, count]) => sum + count, 0);
  return markup`<h4>${typeof group === 'number' && groupMark(group)} ${data.models[model]}</h4><p class="quiet">${typeof group === 'number' ? `Category ${categoryLetter(group)}, ` : 'Outside of the embedding, '}${counted(matches, 'matching unit')}, ${counted(unique, 'unique concept')}</p>${categoryBars(data, model)}<h5>Most units</h5><p>${topConcepts(data, model)}</p><h5>Nearest profiles</h5><ol class="neighbours">${neighbours(data, model)}</ol>${data.standings.length > 0 && markup`<p class="quiet">In brackets the 95 % interval of the distance without noise, then how often the model is the nearest (${data.resampling}).</p>`}`;
}

function categoryBars({ categories, summaries }: PageData, model: number): Markup {
  const tints = categoryColourNames(categories);
  const most = Math.max(1, ...summaries.flatMap((rows) => rows.map(([matches]) => matches)));
  const rows = categories.map((category, index) => {
    const [matches, unique, redundancy] = summaries[model]?.[index] ?? [0, 0, null];
    const bar = markup`<svg class="minibar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="${pixel((matches / most) * 100)}" height="8" fill="${colour(tints.get(category) ?? 'quiet')}"/></svg>`;
    return markup`<tr><th scope="row">${category}</th><td class="bar">${bar}</td><td class="number">${whole(matches)}</td><td class="number">${whole(unique)}</td><td class="number">${decimals(redundancy ?? Number.NaN, 1)}</td></tr>`;
  });
  return markup`<table class="mini"><thead><tr><th scope="col">Concepts</th><td></td><th scope="col" class="number">units</th><th scope="col" class="number">unique</th><th scope="col" class="number" title="Redundancy: matching units per unique concept"><span class="hidden">redundancy</span><span aria-hidden="true">redun&shy;dancy</span></th></tr></thead><tbody>${joined(rows)}</tbody></table>`;
}

function topConcepts({ units, concepts, conceptCategories, categories }: PageData, model: number): Markup {
  const counts = units[model] ?? [];
  const top = [...counts.keys()]
    .filter((concept) => (counts[concept] ?? 0) > 0)
    .sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b)
    .slice(0, conceptsNamed);
  if (top.length === 0) return markup`none`;
  return joined(
    top.map(
      (concept) =>
        markup`<span class="nowrap">${concepts[concept]} <span class="quiet">${categories[conceptCategories[concept] ?? 0]}, ${counts[concept]}</span></span>`,
    ),
    ' · ',
  );
}

function neighbours({ models, groups, neighbours: near, standings }: PageData, model: number): readonly Markup[] {
  return (near[model] ?? []).map(([other, distance]) => {
    const group = groups[other];
    const standing = standings[model]?.[other];
    const sure =
      standing !== null &&
      standing !== undefined &&
      markup` <span class="unbroken">(${decimals(standing[0], 2)}–${decimals(standing[1], 2)}),</span> nearest in ${percent(standing[2], 0)}`;
    return markup`<li>${typeof group === 'number' && groupMark(group)} ${models[other]} <span class="quiet">at ${decimals(distance, 2)}${sure}</span></li>`;
  });
}
