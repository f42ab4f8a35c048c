import { drawScatter, type ScatterPoint } from '../figures/scatter.ts';
import { pixel } from '../figures/ticks.ts';
import { joined, markup, type Markup } from '../page/markup.ts';
import { decimals } from '../page/number-text.ts';
import { colour } from '../page/palette.ts';
import type { StudyChange } from '../tables/study-change.ts';
import type { Embedding } from '../tables/study.ts';
import { componentTitle } from './embedding-view.ts';

/**
 * Draws the models where they are, with arrows from where an earlier run had them, and rings around those that are new.
 */
export function drawChange(
  { points, components, ratios }: Embedding,
  { moved, added }: StudyChange,
  width: number,
  height: number,
): Markup {
  const y = Math.min(1, components - 1);
  const before = new Map(moved.map((move) => [move.model, move]));
  const fresh = new Set(added);
  const drawn = points.map(({ model, group, scores }): ScatterPoint => {
    const move = before.get(model);
    const from =
      move === undefined
        ? {}
        : { from: [move.from[0] ?? Number.NaN, move.from[Math.min(y, move.from.length - 1)] ?? Number.NaN] as const };
    const description =
      move === undefined ? (fresh.has(model) ? 'new' : 'not compared') : `moved by ${decimals(move.distance, 3)}`;
    return {
      name: model,
      x: scores[0] ?? Number.NaN,
      y: scores[y] ?? Number.NaN,
      group,
      description,
      ...from,
      isNew: fresh.has(model),
    };
  });
  return drawScatter({
    points: drawn,
    xTitle: componentTitle({ ratios }, 0),
    yTitle: componentTitle({ ratios }, y),
    label: `Scatter of ${String(points.length)} models with arrows from where the last run had them`,
    width,
    height,
  });
}

/** Models listed beside the drawing. */
const movesListed = 10;

/** Lists the models that moved farthest, with a bar for the distance. */
export function farthestMoves({ moved }: StudyChange): Markup {
  const most = moved[0]?.distance ?? 0;
  const rows = moved.slice(0, movesListed).map(({ model, distance }) => {
    const bar = markup`<svg class="minibar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="${pixel(most > 0 ? (distance / most) * 100 : 0)}" height="8" fill="${colour('accent')}"/></svg>`;
    return markup`<tr><th scope="row">${model}</th><td class="bar">${bar}</td><td class="number">${decimals(distance, 3)}</td></tr>`;
  });
  return markup`<h4>Moved farthest</h4><table class="mini"><thead><tr><th scope="col">Model</th><td></td><th scope="col" class="number">distance</th></tr></thead><tbody>${joined(rows)}</tbody></table>`;
}
