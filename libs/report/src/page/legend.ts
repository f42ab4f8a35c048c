import { pointPath } from '../figures/point-mark.ts';
import { joined, markup, type Markup } from './markup.ts';
import { categoryColourNames, colour, groupColour, groupLetter, groupShape } from './palette.ts';

/** Legend of the groups of models: mark, letter and number of models. */
export function groupLegend(sizes: readonly number[]): Markup {
  const items = sizes.map((size, group) => markup`<li>${groupMark(group)} Group ${groupLetter(group)} <span class="quiet">(${size})</span></li>`);
  return markup`<ul class="legend" aria-label="Groups of models">${joined(items)}</ul>`;
}

/** Legend of the concept categories. */
export function categoryLegend(categories: readonly string[]): Markup {
  const tints = categoryColourNames(categories);
  const items = categories.map(
    (name) => markup`<li><svg class="swatch" width="13" height="13" viewBox="0 0 13 13" aria-hidden="true"><rect width="13" height="13" rx="2" fill="${colour(tints.get(name) ?? 'quiet')}"/></svg> ${name}</li>`,
  );
  return markup`<ul class="legend" aria-label="Concept categories">${joined(items)}</ul>`;
}

/** Mark of a group as it stands in running text. */
export function groupMark(group: number): Markup {
  return markup`<svg class="swatch" width="15" height="15" viewBox="0 0 15 15" aria-hidden="true"><path d="${pointPath(groupShape(group), 7.5, 7.5, 5)}" fill="${groupColour(group)}"/></svg>`;
}
