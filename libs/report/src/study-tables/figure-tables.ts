import type { PageData, PageTasks } from '../page/page-data.ts';
import type { SurfaceCell } from '../page/surface-cells.ts';
import { tableView, type TableView } from '../page/table-view.ts';
import { modelsOfRelation, modelsOfSurface } from '../views/relation-table.ts';

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

/** Models with a score and their places: what the surface of a score is drawn from. */
export function surfaceModelTable(data: PageData, tasks: PageTasks, column: number): TableView {
  return tableView({
    id: 'surface-models-table',
    caption: 'Models behind the surface',
    rows: modelsOfSurface(data, tasks, column),
    columns: [
      { title: 'model', value: ({ model }) => model },
      { title: 'pc1', numeric: true, value: ({ pc1 }) => pc1 },
      { title: 'pc2', numeric: true, value: ({ pc2 }) => pc2 },
      { title: tasks.columns[column]?.column ?? 'score', numeric: true, value: ({ score }) => score },
    ],
  });
}

/** Models with a property and a score: the points of a relation's scatter. */
export function modelScatterTable(data: PageData, tasks: PageTasks, column: number, predictor: string): TableView {
  return tableView({
    id: `relation-${predictor}-${tasks.columns[column]?.column ?? ''}-table`,
    caption: 'Models with both values',
    rows: modelsOfRelation(data, tasks, column, predictor),
    columns: [
      { title: 'model', value: ({ model }) => model },
      { title: predictor, numeric: true, value: ({ x }) => x },
      { title: tasks.columns[column]?.column ?? 'score', numeric: true, value: ({ y }) => y },
    ],
  });
}
