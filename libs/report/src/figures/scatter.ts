import { joined, markup, trusted, type Markup } from '../page/markup.ts';
import { colour, groupColour, categoryLetter, groupShape } from '../page/palette.ts';
import { axes } from './axes.ts';
import { ellipsePath, ellipseReach, type EllipseShape } from './ellipse-path.ts';
import { hullPath } from './hull.ts';
import type { Line } from './label-candidates.ts';
import { leaderLine } from './leader-line.ts';
import { arrow, newRing } from './move-mark.ts';
import { keyLines, nameMarks } from './named-marks.ts';
import { pointPath } from './point-mark.ts';
import { paddedRange, pixel, scaled, type LinearScale } from './ticks.ts';

/** A model in a scatter. */
export interface ScatterPoint {
  /** Name, printed beside the mark where there is room. */
  readonly name: string;
  /** Value on the horizontal axis. */
  readonly x: number;
  /** Value on the vertical axis. */
  readonly y: number;
  /** Group of models that gives colour and shape, or undefined for a model without one. */
  readonly group?: number | undefined;
  /** Where the point stood before: an arrow leads from there. */
  readonly from?: readonly [x: number, y: number];
  /** Ellipse around the point. @default none */
  readonly ellipse?: EllipseShape;
  /** Whether a ring marks the point as new. @default false */
  readonly isNew?: boolean;
  /** What a screen reader and the tooltip say besides the name. */
  readonly description: string;
}

/** What a scatter shows and how large it is. */
export interface ScatterFigure {
  /** Points; those with a coordinate that is not finite are left out. */
  readonly points: readonly ScatterPoint[];
  /** Title of the horizontal axis. */
  readonly xTitle: string;
  /** Title of the vertical axis. */
  readonly yTitle: string;
  /** What the figure is, for screen readers. */
  readonly label: string;
  /** Width in pixels. @default 1000 */
  readonly width?: number;
  /** Height in pixels. @default 520 */
  readonly height?: number;
  /** Whether both axes have one scale, so that distances can be judged by eye. @default true */
  readonly equalScale?: boolean;
  /** Whether the ground of each category of several models is tinted. @default false */
  readonly hulls?: boolean;
  /** Whether the line of least squares is drawn with its 95 % confidence band. @default false */
  readonly trend?: boolean;
  /** A line of words above the plot. @default none */
  readonly note?: string;
  /** Size of the model names in pixels. @default 12.5 */
  readonly fontSize?: number;
}

/** Points up to which a name may stand off from its mark. */
const leadersUpTo = 40;

const margin = { top: 14, right: 18, bottom: 46, left: 56 } as const;

/**
 * Draws a scatter whose points are told apart by colour and shape, with names that overlap neither each other nor a
 * mark.
 */
export function drawScatter({
  points,
  xTitle,
  yTitle,
  label,
  width = 1000,
  height = 520,
  equalScale = true,
  trend = false,
  hulls = false,
  note = '',
  fontSize = 12.5,
}: ScatterFigure): Markup {
  const shown = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  const radius = shown.length > 80 ? 4 : 5.5;
  const earlier = shown.flatMap(({ from }) => (from === undefined ? [] : [{ x: from[0], y: from[1] }]));
  const edges = shown.flatMap(({ x, y, ellipse }) => {
    if (ellipse === undefined) return [];
    const [across, up] = ellipseReach(ellipse);
    return [
      { x: x - across, y: y - up },
      { x: x + across, y: y + up },
    ];
  });
  const [xScale, yScale] = plotScales([...shown, ...earlier, ...edges], width, height, equalScale);
  const marks = shown.map(({ name, x, y }) => ({ text: name, x: scaled(xScale, x), y: scaled(yScale, y) }));
  const bounds = [margin.left + 2, margin.top, width - 4, height - margin.bottom - 2] as const;
  const moves = shown.map(({ from }, index) =>
    from === undefined
      ? undefined
      : ([scaled(xScale, from[0]), scaled(yScale, from[1]), marks[index]?.x ?? 0, marks[index]?.y ?? 0] as const),
  );
  const fitted = trend ? trendLine(shown, xScale, yScale) : undefined;
  const lines = [...moves.filter((move) => move !== undefined), ...(fitted === undefined ? [] : [fitted])];
  const { names, key } = nameMarks(marks, {
    bounds,
    fontSize,
    radius: radius + (points.some(({ isNew }) => isNew === true) ? 5 : 2),
    leaders: shown.length <= leadersUpTo,
    lines,
  });
  const keyText = keyLines(key, [margin.left, height, width - margin.left - margin.right]);
  const grounds = hulls ? categoryHulls(shown, marks) : [];
  // Behind all marks, so that none is covered.
  const ellipses = shown.flatMap(({ x, y, group, ellipse }) => {
    if (ellipse === undefined) return [];
    const tint = group === undefined ? colour('quiet') : groupColour(group);
    return [
      markup`<path d="${ellipsePath([x, y], ellipse, xScale, yScale)}" fill="${tint}" fill-opacity="0.1" stroke="${tint}" stroke-opacity="0.65"/>`,
    ];
  });
  const body = shown.map((point, index) => {
    const mark = marks[index] as (typeof marks)[number];
    const [place, move] = [names[index], moves[index]];
    const shape = point.group === undefined ? 'circle' : groupShape(point.group);
    const tint = point.group === undefined ? colour('quiet') : groupColour(point.group);
    const text = place ?? { x: mark.x + radius + 3, y: mark.y + fontSize * 0.36 };
    return markup`<g class="point${place === undefined ? ' crowded' : ''}" data-model="${point.name}" role="img" tabindex="${index === 0 ? 0 : -1}" aria-label="${point.name}${point.group === undefined ? '' : `, category ${categoryLetter(point.group)}`}: ${point.description}"><title>${point.name}: ${point.description}</title>${move !== undefined && arrow([move[0], move[1]], [mark.x, mark.y], radius + 1.5)}${leaderLine(mark.x, mark.y, place?.leader)}${point.isNew === true && newRing(mark.x, mark.y, radius + 3.5)}<path class="mark" d="${pointPath(shape, mark.x, mark.y, radius)}" fill="${tint}" stroke="${colour('panel')}" stroke-width="1"/><circle class="reach" cx="${pixel(mark.x)}" cy="${pixel(mark.y)}" r="12" fill="transparent"/><text x="${pixel(text.x)}" y="${pixel(text.y)}" font-size="${fontSize}" fill="${colour('ink')}" stroke="${colour('panel')}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"${place === undefined ? trusted(' opacity="0"') : ''}>${place?.text ?? point.name}</text></g>`;
  });
  return markup`<svg class="figure scatter" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height + keyText.height}" width="${width}" height="${height + keyText.height}" role="group" aria-label="${label}" font-family="system-ui, sans-serif">${axes({ xScale, yScale, xTitle, yTitle, width, height, margin })}${note !== '' && markup`<text x="4" y="9" font-size="11" fill="${colour('quiet')}">${note}</text>`}${joined(grounds)}${trend && confidenceBand(shown, xScale, yScale)}${fitted !== undefined && markup`<path class="trend" d="M${pixel(fitted[0])} ${pixel(fitted[1])}L${pixel(fitted[2])} ${pixel(fitted[3])}" stroke="${colour('quiet')}" stroke-width="1.5" stroke-dasharray="5 4" fill="none"/>`}${ellipses.length > 0 && markup`<g class="ellipses" aria-hidden="true">${joined(ellipses)}</g>`}${joined(body)}${keyText.drawing}</svg>`;
}

/** Steps in which the band is drawn. */
const bandSteps = 24;

/** Pointwise 95 % confidence band of the line of least squares; nothing with fewer than four points. */
function confidenceBand(points: readonly ScatterPoint[], xScale: LinearScale, yScale: LinearScale): Markup | false {
  const n = points.length;
  const line = leastSquares(points);
  if (n < 4 || line === undefined) return false;
  const { xMean, yMean, spread, slope } = line;
  const rest = points.reduce((sum, { x, y }) => sum + (y - yMean - slope * (x - xMean)) ** 2, 0);
  const reach = studentQuantile(n - 2) * Math.sqrt(rest / (n - 2));
  const [first, last] = [Math.min(...points.map(({ x }) => x)), Math.max(...points.map(({ x }) => x))];
  const side = (sign: number): string[] =>
    Array.from({ length: bandSteps + 1 }, (_, step) => {
      const x = first + ((last - first) * step) / bandSteps;
      const y = yMean + slope * (x - xMean) + sign * reach * Math.sqrt(1 / n + (x - xMean) ** 2 / spread);
      const [low, high] = [Math.min(...yScale.range), Math.max(...yScale.range)];
      return `${pixel(scaled(xScale, x))} ${pixel(Math.min(high, Math.max(low, scaled(yScale, y))))}`;
    });
  return markup`<path class="band" d="M${[...side(1), ...side(-1).reverse()].join('L')}Z" fill="${colour('quiet')}" fill-opacity="0.12"/>`;
}

/** 97.5th percentile of Student's t by its expansion at the normal one (Abramowitz and Stegun 26.7.5), to 1 % from 2 on. */
function studentQuantile(freedom: number): number {
  const z = 1.959964;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ];
  return terms.reduce((sum, term, index) => sum + term / freedom ** (index + 1), z);
}

/** Tinted ground of each category of models that has several. */
function categoryHulls(
  points: readonly ScatterPoint[],
  marks: readonly { readonly x: number; readonly y: number }[],
): readonly (Markup | false)[] {
  const groups = [...new Set(points.flatMap(({ group }) => group ?? []))];
  return groups.map((group) => {
    const path = hullPath(
      marks.filter((_, index) => points[index]?.group === group).map(({ x, y }) => [x, y] as const),
    );
    return (
      path !== '' &&
      markup`<path d="${path}" opacity="0.09" fill="${groupColour(group)}" stroke="${groupColour(group)}" stroke-width="30" stroke-linejoin="round" aria-hidden="true"/>`
    );
  });
}

/** Names that {@link drawScatter} has no room for. */
export function crowdedNames(figure: Markup): number {
  return figure.toString().split('class="point crowded"').length - 1;
}

/** Means, sum of squares of x, and slope of the line of least squares; undefined where all points have one x. */
function leastSquares(
  points: readonly ScatterPoint[],
): { readonly xMean: number; readonly yMean: number; readonly spread: number; readonly slope: number } | undefined {
  const sum = (of: (point: ScatterPoint) => number): number => points.reduce((total, point) => total + of(point), 0);
  const [xMean, yMean] = [sum(({ x }) => x) / points.length, sum(({ y }) => y) / points.length];
  const spread = sum(({ x }) => (x - xMean) ** 2);
  return spread > 0
    ? { xMean, yMean, spread, slope: sum(({ x, y }) => (x - xMean) * (y - yMean)) / spread }
    : undefined;
}

/** Line of least squares over the range of the points, in pixels; none where it has no slope to speak of. */
function trendLine(points: readonly ScatterPoint[], xScale: LinearScale, yScale: LinearScale): Line | undefined {
  const line = leastSquares(points);
  if (points.length < 3 || line === undefined) return undefined;
  const { xMean, yMean, slope } = line;
  const first = Math.min(...points.map(({ x }) => x));
  const last = Math.max(...points.map(({ x }) => x));
  const height = (x: number): number => scaled(yScale, yMean + slope * (x - xMean));
  return [scaled(xScale, first), height(first), scaled(xScale, last), height(last)];
}

function plotScales(
  points: readonly Pick<ScatterPoint, 'x' | 'y'>[],
  width: number,
  height: number,
  equal: boolean,
): readonly [LinearScale, LinearScale] {
  const xRange: readonly [number, number] = [margin.left, width - margin.right];
  const yRange: readonly [number, number] = [height - margin.bottom, margin.top];
  let xDomain = paddedRange(
    points.map(({ x }) => x),
    0.08,
  );
  let yDomain = paddedRange(
    points.map(({ y }) => y),
    0.1,
  );
  if (equal) {
    const xUnit = (xDomain[1] - xDomain[0]) / (xRange[1] - xRange[0]);
    const yUnit = (yDomain[1] - yDomain[0]) / (yRange[0] - yRange[1]);
    if (xUnit > yUnit) yDomain = widened(yDomain, xUnit / yUnit);
    else xDomain = widened(xDomain, yUnit / xUnit);
  }
  return [
    { domain: xDomain, range: xRange },
    { domain: yDomain, range: yRange },
  ];
}

function widened([low, high]: readonly [number, number], factor: number): readonly [number, number] {
  const [middle, half] = [(low + high) / 2, ((high - low) / 2) * factor];
  return [middle - half, middle + half];
}
