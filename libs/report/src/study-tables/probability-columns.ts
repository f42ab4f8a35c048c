import { probability } from '../page/number-text.ts';
import type { TableColumn } from '../page/table-view.ts';

/** Column of the probabilities of single tests. */
export function pColumn<R extends { readonly p: number }>(): TableColumn<R> {
  return { title: 'p', numeric: true, value: ({ p }) => p, text: ({ p }) => probability(p) };
}

/** Column of the false discovery rates over all rows of a table. */
export function qColumn<R extends { readonly q: number }>(): TableColumn<R> {
  return {
    title: 'q',
    hint: 'Benjamini-Hochberg over the whole table',
    numeric: true,
    value: ({ q }) => q,
    text: ({ q }) => probability(q),
  };
}
