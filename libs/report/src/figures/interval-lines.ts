import { colour } from '../page/palette.ts';
import type { PlotHost } from './plot-host.ts';

/** Lines from `low` to `high` over the bars of a figure, with a pale edge so that they stand out from dark bars. */
export function intervalLines<R extends { readonly low: number; readonly high: number }>(
  plot: PlotHost['plot'],
  rows: readonly R[],
  y: keyof R & string,
): ReturnType<PlotHost['plot']['ruleY']>[] {
  return [
    { stroke: colour('panel'), strokeWidth: 3.5 },
    { stroke: colour('ink'), strokeWidth: 1.25 },
  ].map((line) => plot.ruleY([...rows], { y, x1: 'low', x2: 'high', ...line }));
}
