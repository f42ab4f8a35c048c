import { decimals, percent } from '../page/number-text.ts';
import { tableView, type TableView } from '../page/table-view.ts';
import type { StudyChange } from '../tables/study-change.ts';

interface ChangedModel {
  readonly model: string;
  readonly change: 'new' | 'gone' | 'moved' | 'kept';
  readonly distance: number;
}

/** Models that are new or gone since an earlier run, and how far the others moved. */
export function changeTable({ added, removed, moved, spread, isDetermined }: StudyChange): TableView {
  const list = (models: readonly string[], change: ChangedModel['change']): ChangedModel[] =>
    models.map((model) => ({ model, change, distance: Number.NaN }));
  return tableView<ChangedModel>({
    id: 'change-table',
    caption: 'Models that are new or gone since the last run, and how far the others moved',
    interactive: true,
    rows: [
      ...list(added, 'new'),
      ...list(removed, 'gone'),
      ...(isDetermined
        ? moved.map(({ model, distance }) => ({ model, change: 'moved' as const, distance }))
        : list(
            moved.map(({ model }) => model),
            'kept',
          )),
    ],
    columns: [
      { title: 'Model', value: ({ model }) => model },
      { title: 'Change', value: ({ change }) => change },
      {
        title: 'Distance',
        hint: 'After the earlier places were laid on the present ones',
        numeric: true,
        value: ({ distance }) => distance,
        text: ({ distance }) => decimals(distance, 3),
      },
      {
        title: 'Share of the spread',
        hint: 'Distance divided by the root mean square distance of the models from their centre',
        numeric: true,
        value: ({ distance }) => distance / spread,
        text: ({ distance }) => percent(distance / spread, 0),
      },
    ],
  });
}
