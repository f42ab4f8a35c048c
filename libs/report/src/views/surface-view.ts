import { axes } from '../figures/axes.ts';
import { contourBands } from '../figures/contour-bands.ts';
import { hatching } from '../figures/hatching.ts';
import { leaderLine } from '../figures/leader-line.ts';
import { keyLines, nameMarks } from '../figures/named-marks.ts';
import { pointPath } from '../figures/point-mark.ts';
import { textLines } from '../figures/text-lines.ts';
import { pixel, scaled, type LinearScale } from '../figures/ticks.ts';
import { modelLegend, stepLegend, type Legend } from '../page/legend.ts';
import { joined, markup, type Markup } from '../page/markup.ts';
import { decimals, significant } from '../page/number-text.ts';
import type { PageData, PageTasks, ShortSurface } from '../page/page-data.ts';
import { colour, groupColour, groupShape } from '../page/palette.ts';
import { surfaceCells } from '../page/surface-cells.ts';
import { columnWords } from '../words/predictor-words.ts';
import { componentTitle } from './embedding-view.ts';

/** Steps of colour. */
const steps = 8;

/** Decimals by which scores of a range can be told apart: three digits of the range. */
export function surfaceDigits({ range: [low, high] }: Pick<ShortSurface, 'range'>): number {
  return high > low ? Math.min(8, Math.max(0, 2 - Math.floor(Math.log10(high - low)))) : 2;
}

/** Words for the eight steps of a surface's scale. */
export function surfaceSteps(surface: ShortSurface): readonly string[] {
  const [low, high] = surface.range;
  const said = (step: number): string => decimals(low + ((high - low) * step) / steps, surfaceDigits(surface));
  if (high <= low) return [said(0)];
  return Array.from({ length: steps }, (_, step) => `${said(step)}–${said(step + 1)}`);
}

/** Whether a surface is to be read: it predicts models that it has not seen better than their mean does. */
export function isRead({ error }: ShortSurface): boolean {
  return error === null || error[1] < error[2];
}

/** Legend of a surface and the marks on it; without steps where its colours are not drawn. */
export function surfaceLegend(data: PageData, surface: ShortSurface): Legend {
  const steps = isRead(surface) ? stepLegend('Predicted score', 'relief', surfaceSteps(surface)).items : [];
  return { label: 'Predicted score, categories of models', items: [...steps, ...modelLegend(data).items] };
}

/** What the leave-one-out error says of a surface, in words. */
export function surfaceVerdict({ error }: ShortSurface): string {
  if (error === null) return 'Its error was not computed.';
  const [n, surface, mean] = error;
  const errors = `leave-one-out error ${significant(surface)}, against ${significant(mean)} for the mean of the other models (n = ${String(n)})`;
  return surface < mean
    ? `It predicts better than the mean: ${errors}.`
    : `It predicts no better than the mean, so its shape should not be read: ${errors}.`;
}

/** Whether a surface tells more than the mean does, with the errors that say so. */
export function surfaceFacts(surface: ShortSurface): Markup {
  const { error } = surface;
  if (error === null) return markup`<p class="quiet">${surfaceVerdict(surface)}</p>`;
  const [n, own, mean] = error;
  return markup`<p class="verdict ${own < mean ? 'yes' : 'no'}"><strong>${own < mean ? 'Better than the mean' : 'No better than the mean'}</strong> ${own < mean ? 'each model was predicted from the others alone' : 'so its shape should not be read'}</p><dl class="numbers"><div><dt>Leave-one-out error</dt><dd>${significant(own)}</dd></div><div><dt>Error of the mean</dt><dd>${significant(mean)}</dd></div><div><dt>Models</dt><dd>${n}</dd></div></dl>`;
}

const margin = { top: 12, right: 16, bottom: 46, left: 52 } as const;

/** Size and height of a line of the verdict within the figure. */
const [verdictSize, verdictLine] = [12, 16];

/**
 * Draws the predicted score over components 1 and 2 with the models and their own scores: eight steps with smooth
 * edges, which fade with the distance from the models. A surface that predicts no better than the mean is not drawn, its
 * ground is hatched. What its error says stands above.
 */
export function drawSurface(
  data: PageData,
  tasks: PageTasks,
  column: number,
  surface: ShortSurface,
  width: number,
  height: number,
): Markup {
  const verdict = textLines(surfaceVerdict(surface), verdictSize * 1.08, width - margin.left - margin.right);
  const room = { ...margin, top: margin.top + verdict.length * verdictLine };
  const { width: columns } = surface;
  const cells = surfaceCells(surface);
  const rows = Math.round(cells.length / columns);
  const xHalf = (surface.x[1] - surface.x[0]) / Math.max(1, columns - 1) / 2;
  const yHalf = (surface.y[1] - surface.y[0]) / Math.max(1, rows - 1) / 2;
  const xScale: LinearScale = {
    domain: [surface.x[0] - xHalf, surface.x[1] + xHalf],
    range: [room.left, width - room.right],
  };
  const yScale: LinearScale = {
    domain: [surface.y[0] - yHalf, surface.y[1] + yHalf],
    range: [height - room.bottom, room.top],
  };
  const plot: Plot = [room.left, room.top, width - room.right, height - room.bottom];
  const marks = modelMarks(data, tasks, column, surface, xScale, yScale);
  const names = nameMarks(marks, {
    bounds: [plot[0] + 2, plot[1] + 2, plot[2] - 2, plot[3] - 2],
    fontSize: 11,
    radius: 6,
  });
  const key = keyLines(names.key, [room.left, height, width - room.left - room.right]);
  const ground = isRead(surface)
    ? relief(
        cells.map(({ score }) => score),
        columns,
        surface,
        plot,
        marks,
      )
    : hatching('surface-hatching', plot);
  const target = tasks.columns[column];
  const label = `Predicted ${target === undefined ? 'score' : columnWords(target)} over components 1 and 2`;
  const drawn = marks.map(({ x, y, group }, index) => {
    const place = names.names[index];
    const tint = group === undefined ? colour('quiet') : groupColour(group);
    return markup`<g>${leaderLine(x, y, place?.leader)}<path d="${pointPath(group === undefined ? 'circle' : groupShape(group), x, y, 5)}" fill="${tint}" stroke="${colour('panel')}" stroke-width="1"/>${place !== undefined && markup`<text x="${pixel(place.x)}" y="${pixel(place.y)}" font-size="11" fill="${colour('ink')}" stroke="${colour('panel')}" stroke-width="2.5" stroke-linejoin="round" paint-order="stroke">${place.text}</text>`}</g>`;
  });
  const said = verdict.map(
    (line, index) =>
      markup`<text x="${room.left}" y="${margin.top + index * verdictLine + 4}" font-size="${verdictSize}" font-weight="600" fill="${colour(isRead(surface) ? 'accent' : 'alert')}">${line}</text>`,
  );
  return markup`<svg class="figure surface" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${Math.ceil(height + key.height)}" width="${width}" height="${Math.ceil(height + key.height)}" role="img" aria-label="${label}. ${surfaceVerdict(surface)}" font-family="system-ui, sans-serif">${joined(said)}${ground}<rect x="${plot[0]}" y="${plot[1]}" width="${plot[2] - plot[0]}" height="${plot[3] - plot[1]}" fill="none" stroke="${colour('line')}"/>${axes({ xScale, yScale, xTitle: componentTitle(data, 0), yTitle: componentTitle(data, 1), width, height, margin: room, grid: false })}${joined(drawn)}${key.drawing}</svg>`;
}

/** Left, top, right and bottom edge of the plot, in pixels. */
type Plot = readonly [number, number, number, number];

/** The eight steps, as opaque as models are near. */
function relief(
  scores: readonly number[],
  columns: number,
  { range: [low, high] }: ShortSurface,
  [left, top, right, bottom]: Plot,
  marks: readonly Mark[],
): Markup {
  const rows = Math.round(scores.length / columns);
  const [width, height] = [right - left, bottom - top];
  // Rows of a surface go up, those of a drawing down.
  const values = Array.from({ length: rows }, (_, row) =>
    scores.slice((rows - 1 - row) * columns, (rows - row) * columns),
  );
  const levels = Array.from({ length: steps }, (_, step) => low + ((high - low) * step) / steps);
  const bands = contourBands({ values: values.flat(), columns, width, height }, levels);
  const paths = bands.map(
    (path, step) => path !== '' && markup`<path d="${path}" fill="${colour(`relief-${String(step)}`)}"/>`,
  );
  const reach = fadingReach(marks);
  const lights = marks.map(
    ({ x, y }) =>
      markup`<circle cx="${pixel(x - left)}" cy="${pixel(y - top)}" r="${pixel(reach)}" fill="url(#surface-light)"/>`,
  );
  return markup`<defs><radialGradient id="surface-light"><stop offset="0" stop-color="#fff"/><stop offset="0.35" stop-color="#fff"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient><mask id="surface-near" maskUnits="userSpaceOnUse" x="0" y="0" width="${width}" height="${height}">${joined(lights)}</mask></defs><g transform="translate(${left} ${top})"><g mask="url(#surface-near)">${joined(paths)}</g></g>`;
}

/** Distance in pixels at which nothing is left of a surface: the widest gap between a model and its nearest other. */
function fadingReach(marks: readonly Mark[]): number {
  const gaps = marks.map((mark) =>
    Math.min(...marks.filter((other) => other !== mark).map(({ x, y }) => Math.hypot(x - mark.x, y - mark.y))),
  );
  return Math.max(40, ...gaps.filter(Number.isFinite));
}

/** A model of a surface. */
interface Mark {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly group: number | undefined;
}

function modelMarks(
  data: PageData,
  tasks: PageTasks,
  column: number,
  surface: ShortSurface,
  xScale: LinearScale,
  yScale: LinearScale,
): readonly Mark[] {
  return data.models.flatMap((name, model) => {
    const point = data.points[model];
    const score = tasks.scores[column]?.[model];
    if (point === null || point === undefined || typeof score !== 'number') return [];
    return [
      {
        text: `${name} ${decimals(score, surfaceDigits(surface))}`,
        x: scaled(xScale, point[0] ?? 0),
        y: scaled(yScale, point[1] ?? 0),
        group: data.groups[model] ?? undefined,
      },
    ];
  });
}
