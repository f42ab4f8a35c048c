import { joined, markup, type Markup } from '../page/markup.ts';
import { counted, percent, significant } from '../page/number-text.ts';
import { colour } from '../page/palette.ts';
import type { CurveChoice, CurveLayout, CurveLevel, CurvePoint } from '../views/claim-curve.ts';
import { textWidth } from './label-candidates.ts';
import { fitted, widthOf } from './panel-grid.ts';
import { niceTicks, paddedRange, pixel, scaled, type LinearScale } from './ticks.ts';

/** Width of a curve on a wide page. */
export const curveWidth = 960;

/** Sizes of the type. */
const type = { title: 11.5, name: 11, small: 10.5 } as const;

/** Where effects are drawn, from the top, and heights of the rows below. */
const [plotTop, plotBottom] = [40, 230];
const [titleHeight, rowHeight, tickHeight] = [21, 13, 8];

/** Most of the width that the names of levels take. */
const nameShare = 0.36;

/** Signs of a curve, each in a square of 14 pixels. */
export const curveSigns = {
  so: dots('M7 7h.01', 7, true),
  notSo: dots('M7 7h.01', 7, false),
  study: studyMark(7, 7, true),
  interval: markup`<path d="M7 1v12M4 1h6M4 13h6" stroke="${colour('ink')}" stroke-width="1.5" fill="none"/>`,
} as const;

/** Scales of a curve. */
interface CurveSpace {
  readonly left: number;
  readonly right: number;
  readonly step: number;
  readonly effects: LinearScale;
}

/**
 * Draws a specification curve (Simonsohn, Simmons and Nelson 2020): the effects of all universes in ascending order,
 * and below them which level of each choice a universe has.
 */
export function drawSpecificationCurve(layout: CurveLayout, width: number = curveWidth): Markup {
  const { points, interval, choices } = layout;
  const names = choices.flatMap(({ levels }) => levels.map(({ text }) => text));
  const left = Math.max(48, widthOf(names, type.name, width * nameShare)) + 8;
  const right = width - 10;
  const values = [...points.map(({ effect }) => effect), ...(interval ?? [])];
  const space: CurveSpace = {
    ...{ left, right, step: (right - left) / points.length },
    effects: { domain: paddedRange(values), range: [plotBottom, plotTop] },
  };
  let top = plotBottom + 8;
  const panels = choices.map((choice) => {
    const drawing = drawChoice(choice, layout, space, top);
    top += titleHeight + choice.levels.length * rowHeight;
    return drawing;
  });
  const height = Math.ceil(top + 8);
  return markup`<svg class="figure" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${curveWords(layout)}"><text y="11" font-size="${type.title}" font-weight="600" fill="${colour('ink')}">${fitted(layout.measure, width, type.title)}</text>${drawAxis(space)}${joined(panels)}${drawStudyLine(layout, space, height)}${drawPoints(layout, space)}${drawStudy(layout, space)}</svg>`;
}

/** What a curve shows, in a sentence. */
function curveWords({ measure, points, study, choices }: CurveLayout): string {
  const [first, last, own] = [points[0], points[points.length - 1], points[study]];
  const so = points.filter(({ isSo }) => isSo).length;
  const most = choices[0];
  return `Specification curve of ${measure} over ${counted(points.length, 'universe')}: ${significant(first?.effect ?? Number.NaN)} to ${significant(last?.effect ?? Number.NaN)}${own === undefined ? '' : `, ${significant(own.effect)} in the study`}; so in ${String(so)} of them${most === undefined || most.share === null ? '' : `; ${most.title} explains most, ${percent(most.share, 0)} of the variance`}.`;
}

function drawAxis({ left, right, effects }: CurveSpace): Markup {
  const lines = niceTicks(effects.domain[0], effects.domain[1], 4).map((tick) => {
    const y = scaled(effects, tick);
    return markup`<line x1="${pixel(left)}" x2="${pixel(right)}" y1="${pixel(y)}" y2="${pixel(y)}" stroke="${colour(tick === 0 ? 'quiet' : 'faint')}"/><text x="${pixel(left - 7)}" y="${pixel(y + 3.8)}" text-anchor="end" font-size="${type.small}" fill="${colour('quiet')}">${significant(tick, 6)}</text>`;
  });
  return joined(lines);
}

function drawPoints({ points, study }: CurveLayout, space: CurveSpace): Markup {
  const size = Math.min(6.4, Math.max(3.6, space.step));
  const path = (isSo: boolean): string =>
    points
      .map((point, place) =>
        place === study || point.isSo !== isSo ? '' : `M${at(point, place, space).join(' ')}h.01`,
      )
      .join('');
  return joined([false, true].map((isSo) => path(isSo) !== '' && dots(path(isSo), size, isSo)));
}

/** Dots, filled or open: ends of lines without a length, which take less text than circles. */
function dots(path: string, size: number, isFilled: boolean): Markup {
  const line = (stroke: string, width: number): Markup =>
    markup`<path d="${path}" stroke="${colour(stroke)}" stroke-width="${pixel(width)}" stroke-linecap="round" fill="none"/>`;
  return markup`${line('accent', size)}${!isFilled && line('panel', size - 2)}`;
}

function at({ effect }: CurvePoint, place: number, { left, step, effects }: CurveSpace): readonly [string, string] {
  return [pixel(left + (place + 0.5) * step), pixel(scaled(effects, effect))];
}

function drawStudyLine({ points, study }: CurveLayout, space: CurveSpace, height: number): Markup | false {
  const own = points[study];
  if (own === undefined) return false;
  const [x] = at(own, study, space);
  return markup`<line x1="${x}" x2="${x}" y1="${plotTop - 8}" y2="${height - 6}" stroke="${colour('ink')}" stroke-opacity="0.45"/>`;
}

/** The study as it was made, with its interval and a label above. */
function drawStudy({ points, study, interval }: CurveLayout, space: CurveSpace): Markup | false {
  const own = points[study];
  if (own === undefined) return false;
  const [x, y] = at(own, study, space).map(Number) as [number, number];
  const label = 'study';
  const half = textWidth(label, type.name) / 2;
  const middle = Math.min(space.right - half, Math.max(space.left + half, x));
  const ends = interval?.map((value) => pixel(scaled(space.effects, value)));
  return markup`<text x="${pixel(middle)}" y="${plotTop - 13}" text-anchor="middle" font-size="${type.name}" font-weight="600" fill="${colour('ink')}">${label}</text>${ends !== undefined && markup`<path d="M${pixel(x)} ${ends[0]}V${ends[1]}M${pixel(x - 4)} ${ends[0]}h8M${pixel(x - 4)} ${ends[1]}h8" stroke="${colour('ink')}" stroke-width="1.5" fill="none"/>`}${studyMark(x, y, own.isSo)}`;
}

function studyMark(x: number, y: number, isSo: boolean): Markup {
  return markup`<path d="M${pixel(x)} ${pixel(y - 6)}l6 6-6 6-6-6z" fill="${colour(isSo ? 'accent' : 'panel')}" stroke="${colour('ink')}" stroke-width="1.5"/>`;
}

function drawChoice(choice: CurveChoice, { points, study }: CurveLayout, space: CurveSpace, top: number): Markup {
  const { title, share, levels } = choice;
  const { left, right } = space;
  const rows = levels.map((level, index) => {
    const y = top + titleHeight + (index + 0.5) * rowHeight;
    const name = fitted(level.text, left - 8, type.name);
    return markup`<g><title>${levelWords(choice, level, points)}</title><text x="${pixel(left - 7)}" y="${pixel(y + 3.8)}" text-anchor="end" font-size="${type.name}"${level.places.includes(study) && markup` font-weight="700"`} fill="${colour('ink')}">${name}</text><line x1="${pixel(left)}" x2="${pixel(right)}" y1="${pixel(y)}" y2="${pixel(y)}" stroke="${colour('faint')}"/><path d="${runs(level.places, space, y)}" stroke="${colour('quiet')}" stroke-width="${tickHeight}"/></g>`;
  });
  return markup`<text y="${pixel(top + 14)}" font-size="${type.name}" font-weight="600" fill="${colour('ink')}">${title}${share !== null && markup`<tspan font-weight="400" fill="${colour('quiet')}" dx="6">${percent(share, 0)} of the variance</tspan>`}</text>${joined(rows)}`;
}

/** Places next to each other make one line. */
function runs(places: readonly number[], { left, step }: CurveSpace, y: number): string {
  let path = '';
  for (let index = 0; index < places.length;) {
    const first = places[index] as number;
    let last = first;
    while (places[++index] === last + 1) last++;
    const start = left + first * step;
    path += `M${pixel(start)} ${pixel(y)}H${pixel(Math.max(start + 0.7, left + (last + 1) * step))}`;
  }
  return path;
}

function levelWords({ title }: CurveChoice, { text, places }: CurveLevel, points: readonly CurvePoint[]): string {
  const so = places.filter((place) => points[place]?.isSo === true).length;
  return `${title}, ${text}: so in ${String(so)} of ${counted(places.length, 'universe')}`;
}
