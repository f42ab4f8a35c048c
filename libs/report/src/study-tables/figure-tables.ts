import type { PageData, PageTasks } from '../page/page-data.ts';
import { tableView, type TableView } from '../page/table-view.ts';
import { predictorValue } from '../views/predictor-value.ts';

/** A cell of a surface's grid. */
export interface SurfaceCell {
  /** Place on component 1. */
  readonly pc1: number;
  /** Place on component 2. */
  readonly pc2: number;
  /** Predicted score. */
  readonly score: number;
}

/** Predicted scores over the grid of one surface. */
export function surfaceGridTable(column: string, cells: readonly SurfaceCell[]): TableView {
  return tableView({
    id: `surface-${column}-table`,
    caption: `Predicted ${column} over components 1 and 2`,
    rows: cells,
    columns: [
      { title: 'pc1', numeric: true, value: ({ pc1 }) => pc1 },
      { title: 'pc2', numeric: true, value: ({ pc2 }) => pc2 },
      { title: 'score', numeric: true, value: ({ score }) => score },
    ],
  });
}

/** Models with a property and a score: the points of a relation's scatter. */
export function modelScatterTable(data: PageData, tasks: PageTasks, column: number, predictor: string): TableView {
  const rows = [...data.models.keys()].filter((model) => data.points[model] !== null && typeof tasks.scores[column]?.[model] === 'number');
  return tableView<number>({
    id: `relation-${predictor}-${tasks.columns[column]?.column ?? ''}-table`,
    caption: 'Models with both values',
    rows,
    columns: [
      { title: 'model', value: (model) => data.models[model] ?? '' },
      { title: predictor, numeric: true, value: (model) => predictorValue(data, model, predictor) },
      { title: tasks.columns[column]?.column ?? 'score', numeric: true, value: (model) => tasks.scores[column]?.[model] ?? Number.NaN },
    ],
  });
}
