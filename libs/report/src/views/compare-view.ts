import { joined, markup, type Markup } from '../page/markup.ts';
import { counted, decimals, percent, whole } from '../page/number-text.ts';
import type { PageData } from '../page/page-data.ts';
import { categoryColourNames, colour } from '../page/palette.ts';
import { pixel } from '../figures/ticks.ts';

/** Concepts of two models: those that both have, and those that only one has. */
export interface ModelComparison {
  /** Concepts that both match, the largest sum of units first. */
  readonly both: readonly number[];
  /** Concepts that only the first matches, the most units first. */
  readonly onlyFirst: readonly number[];
  /** Concepts that only the second matches, the most units first. */
  readonly onlySecond: readonly number[];
}

/** Sorts the concepts of two models by who has them. */
export function compareModels({ units }: Pick<PageData, 'units'>, first: number, second: number): ModelComparison {
  const [a, b] = [units[first] ?? [], units[second] ?? []];
  const concepts = [...a.keys()].sort((x, y) => (a[y] ?? 0) + (b[y] ?? 0) - (a[x] ?? 0) - (b[x] ?? 0) || x - y);
  const has = (counts: readonly number[], concept: number): boolean => (counts[concept] ?? 0) > 0;
  return {
    both: concepts.filter((concept) => has(a, concept) && has(b, concept)),
    onlyFirst: concepts.filter((concept) => has(a, concept) && !has(b, concept)),
    onlySecond: concepts.filter((concept) => !has(a, concept) && has(b, concept)),
  };
}

/** Shows two models side by side: what they share, and what only one of them has, with the number of units. */
export function comparisonView(data: PageData, first: number, second: number): Markup {
  const { both, onlyFirst, onlySecond } = compareModels(data, first, second);
  const [a, b] = [data.models[first] ?? '', data.models[second] ?? ''];
  const any = both.length + onlyFirst.length + onlySecond.length;
  const distance = distanceOf(data, first, second);
  const shared = any === 0 ? Number.NaN : both.length / any;
  return markup`<p><strong>${a}</strong> and <strong>${b}</strong> share ${counted(both.length, 'concept')} of ${whole(any)} (${percent(shared, 0)})${distance === undefined ? ' and are not among each other’s nearest' : `, at a distance of ${decimals(distance, 2)}`}.${standingWords(data, first, second)}</p><div class="compare-lists">${pairedList(data, `Both (${whole(both.length)})`, both, [first, second])}${conceptList(data, `Only ${a} (${whole(onlyFirst.length)})`, onlyFirst, first)}${conceptList(data, `Only ${b} (${whole(onlySecond.length)})`, onlySecond, second)}</div>`;
}

/** Distance between two profiles; undefined where the page does not hold it. */
export function distanceOf({ neighbours, distances }: PageData, first: number, second: number): number | undefined {
  const near = (model: number, other: number): number | undefined =>
    neighbours[model]?.find(([each]) => each === other)?.[1];
  if (first === second) return 0;
  return distances[Math.max(first, second)]?.[Math.min(first, second)] ?? near(first, second) ?? near(second, first);
}

/** How sure the distance is, and how often the two stand nearest or together. */
function standingWords({ models, standings, resampling }: PageData, first: number, second: number): string {
  const [there, back] = [standings[first]?.[second], standings[second]?.[first]];
  if (there === null || there === undefined || back === null || back === undefined) return '';
  const [low, high, nearest, together] = there;
  const [a, b] = [models[first] ?? '', models[second] ?? ''];
  const grouped = together === null ? '' : `; both stand in one category of models in ${percent(together, 0)}`;
  return ` Without the noise of the sample the distance is ${decimals(low, 2)} to ${decimals(high, 2)} (95 % interval, ${resampling}). ${b} is the nearest of ${a} in ${percent(nearest, 0)} of the replicates, ${a} of ${b} in ${percent(back[2], 0)}${grouped}.`;
}

function pairedList(
  data: PageData,
  title: string,
  concepts: readonly number[],
  [first, second]: readonly [number, number],
): Markup {
  const tints = categoryColourNames(data.categories);
  const most = Math.max(
    1,
    ...concepts.flatMap((concept) => [units(data, first, concept), units(data, second, concept)]),
  );
  const rows = concepts.map((concept) => {
    const [a, b] = [units(data, first, concept), units(data, second, concept)];
    const tint = colour(tints.get(categoryOf(data, concept)) ?? 'quiet');
    const bars = markup`<svg class="twobars" viewBox="0 0 200 8" preserveAspectRatio="none" aria-hidden="true"><rect x="${pixel(99 - (a / most) * 99)}" width="${pixel((a / most) * 99)}" height="8" fill="${tint}"/><rect x="101" width="${pixel((b / most) * 99)}" height="8" fill="${tint}"/></svg>`;
    return markup`<tr>${conceptCell(data, concept)}<td class="number">${a}</td><td class="bar">${bars}</td><td class="number left">${b}</td></tr>`;
  });
  return block(
    title,
    markup`<th scope="col">Concept</th><th scope="col" class="number">${data.models[first]}</th><td></td><th scope="col">${data.models[second]}</th>`,
    rows,
  );
}

function conceptList(data: PageData, title: string, concepts: readonly number[], model: number): Markup {
  return block(
    title,
    markup`<th scope="col">Concept</th><th scope="col" class="number">units</th>`,
    concepts.map(
      (concept) => markup`<tr>${conceptCell(data, concept)}<td class="number">${units(data, model, concept)}</td></tr>`,
    ),
  );
}

function block(title: string, head: Markup, rows: readonly Markup[]): Markup {
  const table =
    rows.length === 0
      ? markup`<p class="quiet">None.</p>`
      : markup`<div class="scroll tall" role="region" aria-label="${title}" tabindex="0"><table class="mini"><thead><tr>${head}</tr></thead><tbody>${joined(rows)}</tbody></table></div>`;
  return markup`<div><h4>${title}</h4>${table}</div>`;
}

function conceptCell(data: PageData, concept: number): Markup {
  return markup`<th scope="row">${data.concepts[concept]} <span class="quiet">${categoryOf(data, concept)}</span></th>`;
}

function categoryOf({ categories, conceptCategories }: PageData, concept: number): string {
  return categories[conceptCategories[concept] ?? 0] ?? '';
}

function units(data: PageData, model: number, concept: number): number {
  return data.units[model]?.[concept] ?? 0;
}
