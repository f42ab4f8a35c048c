import type { PageData } from '../page/page-data.ts';

/** Value of a model for a predictor such as `pc1`, `matches` or `unique:object`; NaN where the model has none. */
export function predictorValue({ points, summaries, categories }: PageData, model: number, predictor: string): number {
  const component = /^pc(\d+)$/u.exec(predictor)?.[1];
  if (component !== undefined) return points[model]?.[Number(component) - 1] ?? Number.NaN;
  const rows = summaries[model] ?? [];
  if (predictor === 'matches') return rows.reduce((sum, [matches]) => sum + matches, 0);
  const colon = predictor.indexOf(':');
  const row = rows[categories.indexOf(predictor.slice(colon + 1))];
  const at = ['matches', 'unique', 'redundancy'].indexOf(predictor.slice(0, Math.max(0, colon)));
  return row?.[at] ?? Number.NaN;
}
