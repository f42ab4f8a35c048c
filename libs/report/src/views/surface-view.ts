import { axes } from '../figures/axes.ts';
import { leaderLine } from '../figures/leader-line.ts';
import { placeLabels } from '../figures/place-labels.ts';
import { pointPath } from '../figures/point-mark.ts';
import { pixel, scaled, type LinearScale } from '../figures/ticks.ts';
import { joined, markup, type Markup } from '../page/markup.ts';
import { significant } from '../page/number-text.ts';
import type { PageData, PageTasks, ShortSurface } from '../page/page-data.ts';
import { colour, groupShape } from '../page/palette.ts';
import { columnWords } from '../words/predictor-words.ts';
import { componentTitle } from './embedding-view.ts';

/** Words for the eight steps of a surface's scale. */
export function surfaceSteps({ range: [low, high] }: ShortSurface): readonly string[] {
  if (high <= low) return [significant(low, 4)];
  return Array.from(
    { length: 8 },
    (_, step) =>
      `${significant(low + ((high - low) * step) / 8, 3)}–${significant(low + ((high - low) * (step + 1)) / 8, 3)}`,
  );
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

/** Draws the predicted score over components 1 and 2 in eight steps, with the models and their own scores. */
export function drawSurface(
  data: PageData,
  tasks: PageTasks,
  column: number,
  surface: ShortSurface,
  width: number,
  height: number,
): Markup {
  const { width: columns, steps } = surface;
  const rows = Math.round(steps.length / columns);
  const xHalf = (surface.x[1] - surface.x[0]) / Math.max(1, columns - 1) / 2;
  const yHalf = (surface.y[1] - surface.y[0]) / Math.max(1, rows - 1) / 2;
  const xScale: LinearScale = {
    domain: [surface.x[0] - xHalf, surface.x[1] + xHalf],
    range: [margin.left, width - margin.right],
  };
  const yScale: LinearScale = {
    domain: [surface.y[0] - yHalf, surface.y[1] + yHalf],
    range: [height - margin.bottom, margin.top],
  };
  const cellWidth = (xScale.range[1] - xScale.range[0]) / columns;
  const cellHeight = (yScale.range[0] - yScale.range[1]) / rows;
  const bands = Array.from({ length: 8 }, (_, step) =>
    bandPath(steps, columns, rows, String(step), cellWidth, cellHeight),
  );
  const drawn = bands.map(
    (path, step) => path !== '' && markup`<path d="${path}" fill="${colour(`relief-${String(step)}`)}"/>`,
  );
  const target = tasks.columns[column];
  const label = `Predicted ${target === undefined ? 'score' : columnWords(target)} over components 1 and 2`;
  return markup`<svg class="figure surface" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}. ${surfaceVerdict(surface)}" font-family="system-ui, sans-serif"><g transform="translate(${margin.left} ${margin.top})" shape-rendering="crispEdges">${joined(drawn)}</g>${axes({ xScale, yScale, xTitle: componentTitle(data, 0), yTitle: componentTitle(data, 1), width, height, margin, grid: false })}${modelMarks(data, tasks, column, xScale, yScale, [margin.left, margin.top, width - 2, height - margin.bottom])}</svg>`;
}

function modelMarks(
  data: PageData,
  tasks: PageTasks,
  column: number,
  xScale: LinearScale,
  yScale: LinearScale,
  bounds: readonly [number, number, number, number],
): Markup {
  const marks = data.models.flatMap((name, model) => {
    const point = data.points[model];
    const score = tasks.scores[column]?.[model];
    if (point === null || point === undefined || typeof score !== 'number') return [];
    return [
      {
        text: `${name} ${significant(score, 3)}`,
        x: scaled(xScale, point[0] ?? 0),
        y: scaled(yScale, point[1] ?? 0),
        shape: groupShape(data.groups[model] ?? 0),
      },
    ];
  });
  const labels = placeLabels(marks, { bounds, fontSize: 11, radius: 6 });
  return joined(
    marks.map(({ text, x, y, shape }, index) => {
      const place = labels[index];
      return markup`<g>${leaderLine(x, y, place?.leader)}<path d="${pointPath(shape, x, y, 4.5)}" fill="${colour('panel')}" stroke="${colour('ink')}" stroke-width="1.5"/>${place !== undefined && markup`<text x="${pixel(place.x)}" y="${pixel(place.y)}" font-size="11" fill="${colour('ink')}">${text}</text>`}</g>`;
    }),
  );
}

/** Cells of one step as a path; neighbours in a row are joined into one rectangle. */
function bandPath(
  steps: string,
  columns: number,
  rows: number,
  step: string,
  cellWidth: number,
  cellHeight: number,
): string {
  let path = '';
  for (let row = 0; row < rows; row++) {
    const line = steps.slice(row * columns, (row + 1) * columns);
    for (let from = line.indexOf(step); from >= 0;) {
      let to = from;
      while (line[to] === step) to++;
      path += `M${pixel(from * cellWidth)} ${pixel((rows - 1 - row) * cellHeight)}H${pixel(to * cellWidth)}V${pixel((rows - row) * cellHeight)}H${pixel(from * cellWidth)}z`;
      from = line.indexOf(step, to);
    }
  }
  return path;
}
