import { arrow, newRing } from '../figures/move-mark.ts';
import { pointPath } from '../figures/point-mark.ts';
import { textWidth } from '../figures/label-candidates.ts';
import { joined, markup, type Markup } from './markup.ts';
import { categoryColourNames, colour, groupColour, categoryLetter, groupShape } from './palette.ts';

/** An entry of a legend. */
export interface LegendItem {
  /** What the sign stands for. */
  readonly text: string;
  /** The sign, drawn into a square of 14 by 14 pixels. */
  readonly sign: Markup;
}

/** A legend that can stand on the page or within a saved figure. */
export interface Legend {
  /** What the entries are, for screen readers. */
  readonly label: string;
  /** Entries from left to right. */
  readonly items: readonly LegendItem[];
}

/** Legend of the categories of models, with the number of models in each; `names` tell what sets each apart. */
export function groupLegend(sizes: readonly number[], names: readonly string[] = []): Legend {
  return {
    label: 'Categories of models',
    items: sizes.map((size, group) => {
      const name = names[group] ?? '';
      return {
        text: `${name === '' ? 'Category ' : ''}${categoryLetter(group)}${name === '' ? '' : ` ${name}`} (${String(size)})`,
        sign: groupSign(group),
      };
    }),
  };
}

/** Legend of the categories of the embedded models; of none where there is no embedding. */
export function modelLegend({
  groups,
  categoryNames,
}: {
  readonly groups: readonly (number | null)[];
  readonly categoryNames: readonly string[];
}): Legend {
  const numbers = groups.filter((group) => group !== null);
  const count = numbers.reduce((most, group) => Math.max(most, group + 1), 0);
  return groupLegend(
    Array.from({ length: count }, (_, group) => numbers.filter((each) => each === group).length),
    categoryNames,
  );
}

/** Entry of an arrow from an earlier place. */
export const movedLegendItem: LegendItem = { text: 'moved from', sign: markup`${arrow([1, 11], [12, 4])}` };

/** Sign of the ellipse around a model, for an entry that says of which replicates it is. */
export const ellipseLegendItem = (words: string): LegendItem => ({
  text: words,
  sign: markup`<ellipse cx="7" cy="7" rx="6.5" ry="4" fill="${colour('quiet')}" fill-opacity="0.1" stroke="${colour('quiet')}" stroke-opacity="0.65"/>`,
});

/** Entry of the line that chance gives. */
export const chanceLegendItem: LegendItem = {
  text: 'chance (95 % of permutations)',
  sign: markup`<path d="M0 7h14" stroke="${colour('alert')}" stroke-width="2"/>`,
};

/** Entry of an interval over a bar. */
export const intervalLegendItem: LegendItem = {
  text: '95 % interval',
  sign: markup`<path d="M1 7h12" stroke="${colour('ink')}" stroke-width="1.25"/>`,
};

/** Entry of the ring around a new model. */
export const newLegendItem: LegendItem = { text: 'new', sign: newRing(7, 7, 5.5) };

/** Legend of the concept categories. */
export function categoryLegend(categories: readonly string[]): Legend {
  const tints = categoryColourNames(categories);
  return {
    label: 'Concept categories',
    items: categories.map((name) => ({ text: name, sign: square(colour(tints.get(name) ?? 'quiet')) })),
  };
}

/**
 * Legend of up to eight steps of a scale of colours, with the words for each; before them that of nothing, which is the
 * panel itself.
 */
export function stepLegend(
  label: string,
  scale: 'amount' | 'relief',
  steps: readonly string[],
  nothing?: string,
): Legend {
  const items = steps.map((text, step) => ({ text, sign: square(colour(`${scale}-${String(step)}`)) }));
  return { label, items: nothing === undefined ? items : [{ text: nothing, sign: emptySquare }, ...items] };
}

/** Mark of a group as it stands in running text. */
export function groupMark(group: number): Markup {
  return markup`<svg class="swatch" width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">${groupSign(group)}</svg>`;
}

/** A legend as a list of the page. */
export function legendList({ label, items }: Legend): Markup {
  const entries = items.map(
    ({ text, sign }) =>
      markup`<li><svg class="swatch" width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">${sign}</svg> ${text}</li>`,
  );
  return markup`<ul class="legend" aria-label="${label}">${joined(entries)}</ul>`;
}

/**
 * A legend as a row of signs and words within a saved figure, from `x`, `y` on; wraps at `width`. Returns its height
 * too.
 */
export function legendRow(
  { items }: Legend,
  x: number,
  y: number,
  width: number,
): { readonly drawing: Markup; readonly height: number } {
  let [left, top] = [x, y];
  const drawn = items.map(({ text, sign }) => {
    const size = 20 + textWidth(text, 12) + 14;
    if (left > x && left + size > x + width) [left, top] = [x, top + 20];
    const entry = markup`<g transform="translate(${left} ${top})">${sign}<text x="20" y="11.5" font-size="12" fill="${colour('ink')}">${text}</text></g>`;
    left += size;
    return entry;
  });
  return { drawing: joined(drawn), height: items.length === 0 ? 0 : top - y + 22 };
}

function groupSign(group: number): Markup {
  return markup`<path d="${pointPath(groupShape(group), 7, 7, 5)}" fill="${groupColour(group)}"/>`;
}

const emptySquare = markup`<rect x="0.5" y="0.5" width="13" height="13" rx="2" fill="${colour('panel')}" stroke="${colour('quiet')}" stroke-width="1"/>`;

function square(fill: string): Markup {
  return markup`<rect x="0.5" y="0.5" width="13" height="13" rx="2" fill="${fill}" stroke="${colour('line')}" stroke-width="0.5"/>`;
}
