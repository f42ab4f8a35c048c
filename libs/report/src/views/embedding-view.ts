import { ellipseReach, type EllipseShape } from '../figures/ellipse-path.ts';
import { drawScatter, type ScatterPoint } from '../figures/scatter.ts';
import type { Markup } from '../page/markup.ts';
import { decimals, percent } from '../page/number-text.ts';
import type { PageData } from '../page/page-data.ts';

/** Which components a scatter of models shows, and how large. */
export interface EmbeddingView {
  /** Component on the horizontal axis, counted from 0. */
  readonly x: number;
  /** Component on the vertical axis, counted from 0. */
  readonly y: number;
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
}

/** Draws the embedded models on two components. */
export function drawEmbedding(data: PageData, { x, y, width, height }: EmbeddingView): Markup {
  const points = data.models.flatMap((name, model): ScatterPoint[] => {
    const scores = data.points[model];
    if (scores === null || scores === undefined) return [];
    const ellipse = modelEllipse(data, model, x, y);
    const description = [
      ...[...new Set([x, y])].map(
        (component) => `component ${String(component + 1)} ${decimals(scores[component] ?? Number.NaN, 2)}`,
      ),
      ...(ellipse === undefined ? [] : [reachWords(ellipse)]),
    ].join(', ');
    return [
      {
        name,
        x: scores[x] ?? Number.NaN,
        y: scores[y] ?? Number.NaN,
        group: data.groups[model] ?? undefined,
        description,
        ...(ellipse === undefined ? {} : { ellipse }),
      },
    ];
  });
  return drawScatter({
    points,
    xTitle: componentTitle(data, x),
    yTitle: componentTitle(data, y),
    label: `Scatter of ${String(points.length)} models on components ${String(x + 1)} and ${String(y + 1)}`,
    width,
    height,
    hulls: true,
  });
}

/** Ellipse of a model on two different components; undefined where nothing was resampled. */
function modelEllipse({ ellipses }: PageData, model: number, x: number, y: number): EllipseShape | undefined {
  const matrix = ellipses[model];
  if (matrix === null || matrix === undefined || x === y) return undefined;
  const components = Math.sqrt(matrix.length);
  const entry = (row: number, column: number): number => matrix[row * components + column] ?? 0;
  return [entry(x, x), entry(x, y), entry(y, y)];
}

function reachWords(ellipse: EllipseShape): string {
  const [across, up] = ellipseReach(ellipse);
  return `95 % ellipse within ±${decimals(across, 2)} and ±${decimals(up, 2)}`;
}

/** Number of components that the models have. */
export function componentCount({ points }: PageData): number {
  return points.reduce((most, scores) => Math.max(most, scores?.length ?? 0), 0);
}

/** Title of a component's axis with the share of variance it explains. */
export function componentTitle({ ratios }: Pick<PageData, 'ratios'>, component: number): string {
  const ratio = ratios[component];
  return `component ${String(component + 1)}${ratio === undefined ? '' : ` (${percent(ratio)} of variance)`}`;
}
