import { groupMark } from '../page/legend.ts';
import { markup } from '../page/markup.ts';
import { categoryLetter } from '../page/palette.ts';
import type { TableColumn } from '../page/table-view.ts';

/**
 * Column with the category of models: a letter on the page, in CSV the number that the column `cluster` of the study's
 * tables has (A is 0), since `category` is that of concepts there.
 */
export function categoryOfModels<R>(groupOf: (row: R) => number | undefined): TableColumn<R> {
  return {
    title: 'Category of models',
    hint: 'None for a model outside of the embedding; A is cluster 0 in CSV files',
    value: (row) => {
      const group = groupOf(row);
      return group === undefined ? '–' : categoryLetter(group);
    },
    cell: (row) => {
      const group = groupOf(row);
      return group === undefined ? '–' : markup`${groupMark(group)} ${categoryLetter(group)}`;
    },
    csv: [{ name: 'cluster', value: (row) => groupOf(row) ?? '' }],
  };
}
