import { markup } from '../page/markup.ts';
import { decimals, percent } from '../page/number-text.ts';
import { tableView, type TableColumn, type TableView } from '../page/table-view.ts';
import type { StudyFacts } from '../tables/study-facts.ts';
import type { VocabularyHealth } from '../tables/vocabulary-health.ts';

/** Files that went into the study. */
export function inputTable({ inputs = [] }: StudyFacts): TableView {
  return tableView({
    id: 'inputs-table',
    caption: 'Input files and their hashes',
    rows: inputs,
    columns: [
      { title: 'File', value: ({ name }) => name },
      { title: 'Role', value: ({ role }) => role ?? '' },
      {
        title: 'SHA-256',
        value: ({ sha256 }) => sha256,
        cell: ({ sha256 }) => markup`<code class="hash">${sha256}</code>`,
      },
    ],
  });
}

/** Frequency of the concepts in the probe images. */
export function vocabularyTable(vocabulary: readonly VocabularyHealth[]): TableView {
  const score = vocabulary[0]?.reachableScore;
  return tableView({
    id: 'vocabulary-table',
    caption: 'Frequency of the concepts in the probe images',
    interactive: true,
    rows: vocabulary,
    columns: [
      { title: 'Concept', value: ({ concept }) => concept },
      { title: 'Concept category', value: ({ category }) => category },
      { title: 'Images', numeric: true, value: ({ images }) => images },
      {
        title: 'Share of pixels',
        numeric: true,
        value: ({ coverage }) => coverage,
        text: ({ coverage }) => percent(coverage, 3),
      },
      {
        title: 'Reachable IoU',
        numeric: true,
        value: ({ reachableIou }) => reachableIou ?? Number.NaN,
        text: ({ reachableIou }) => decimals(reachableIou ?? Number.NaN, 3),
      },
      ...(score === undefined ? [] : [reachableScore(score.title)]),
    ],
  });
}

/** Column of what a unit could reach of the score that units are matched by, where it is not IoU. */
function reachableScore(title: string): TableColumn<VocabularyHealth> {
  const valueOf = ({ reachableScore: score }: VocabularyHealth) => score?.value ?? Number.NaN;
  return { title: `Reachable ${title}`, numeric: true, value: valueOf, text: (row) => decimals(valueOf(row), 3) };
}
