import type { Mutant } from '../mutant.ts';

/** Faults in what a report says of significance: words, numbers beside them, rounding. */
export const reportMutants: readonly Mutant[] = [
  {
    name: 'pearson-printed-as-spearman',
    find: "['Spearman', decimals(spearman, 3)],",
    replace: "['Spearman', decimals(pearson, 3)],",
  },
  {
    name: 'p-printed-as-family-p',
    find: "['p (family)', probability(pFamily)],",
    replace: "['p (family)', probability(p)],",
  },
  {
    name: 'p-printed-as-q',
    find: "['q', probability(q)],",
    replace: "['q', probability(p)],",
  },
  {
    name: 'interval-turned-round',
    find: "['95 % interval', rangeWords(low, high)],",
    replace: "['95 % interval', rangeWords(high, low)],",
  },
  {
    name: 'all-supported',
    find: "<strong>${supported ? 'Supported' : 'Not supported'}</strong>",
    replace: '<strong>Supported</strong>',
  },
  {
    name: 'table-spearman-is-pearson',
    find: 'text: ({ spearman }) => decimals(spearman, 3),',
    replace: 'text: ({ pearson }) => decimals(pearson, 3),',
    spec: 'task-tables.spec.ts',
  },
  {
    name: 'table-family-p-is-p',
    find: 'text: ({ pFamily }) => probability(pFamily),',
    replace: 'text: ({ p }) => probability(p),',
  },
  { name: 'table-q-is-p', find: 'text: ({ q }) => probability(q),\n', replace: 'text: ({ p }) => probability(p),\n' },
  {
    name: 'concept-table-q-is-p',
    find: "text: ({ q }) => probability(q) },\n      { title: 'Supported'",
    replace: "text: ({ p }) => probability(p) },\n      { title: 'Supported'",
  },
  {
    name: 'concept-table-all-supported',
    find: "pColumn(),\n      { title: 'q', numeric: true, value: ({ q }) => q, text: ({ q }) => probability(q) },\n      { title: 'Supported', value: ({ supported }) => (supported ? 'yes' : 'no') },",
    replace:
      "pColumn(),\n      { title: 'q', numeric: true, value: ({ q }) => q, text: ({ q }) => probability(q) },\n      { title: 'Supported', value: () => 'yes' },",
  },
  {
    name: 'read-pearson-as-spearman',
    find: 'spearman: spearman[row] as number,',
    replace: 'spearman: pearson[row] as number,',
  },
  {
    name: 'read-p-as-q',
    find: "const pFamily = table.numbers('pFamily');\n  const q = table.numbers('q');",
    replace: "const pFamily = table.numbers('pFamily');\n  const q = table.numbers('p');",
  },
  { name: 'page-pearson-as-spearman', find: 'short(relation.spearman),', replace: 'short(relation.pearson), ' },
  {
    name: 'page-model-range-as-family-range',
    find: 'short(relation.lofoLow),\n    short(relation.lofoHigh),',
    replace: 'short(relation.looLow),\n    short(relation.looHigh),',
  },
  {
    name: 'read-units-as-score',
    find: 'partialScore: score[row] as number,',
    replace: 'partialScore: units[row] as number,',
  },
  {
    name: 'weakest-of-the-other-end',
    find: 'decimals(pearson > 0 ? lofoLow : lofoHigh, 2)',
    replace: 'decimals(pearson > 0 ? lofoHigh : lofoLow, 2)',
  },
  { name: 'page-p-as-family-p', find: 'short(relation.pFamily),', replace: 'short(relation.p), ' },
  {
    name: 'hundredths-are-small',
    find: "return value < 0.001 ? '<0.001' : value.toFixed(3);",
    replace: "return value < 0.01 ? '<0.001' : value.toFixed(3);",
  },
  {
    name: 'two-decimals-of-p',
    find: "return value < 0.001 ? '<0.001' : value.toFixed(3);",
    replace: "return value < 0.001 ? '<0.001' : value.toFixed(2);",
  },
  {
    name: 'small-p-as-equal',
    find: 'Number.isFinite(value) && value < 0.001',
    replace: 'Number.isFinite(value) && value < 0',
    file: 'number-text.ts',
  },
  { name: 'percent-of-one', find: 'decimals(share * 100, digits)', replace: 'decimals(share, digits)' },
  { name: 'minus-of-zero', find: 'return value < 0 && Number(text) !== 0 ?', replace: 'return value < 0 ?' },
  {
    name: 'errors-are-better',
    find: '(column?.higherIsBetter ?? true) === pearson > 0',
    replace: 'pearson > 0',
  },
  {
    name: 'sentence-p-as-q',
    find: "${probabilityStatement('q', relation.q)}, n\\u00a0=\\u00a0${String(relation.n)} models",
    replace: "${probabilityStatement('q', relation.p)}, n\\u00a0=\\u00a0${String(relation.n)} models",
  },
  {
    name: 'sentence-interval-turned-round',
    find: '95 % interval ${decimals(relation.low, 2)} to ${decimals(relation.high, 2)}',
    replace: '95 % interval ${decimals(relation.high, 2)} to ${decimals(relation.low, 2)}',
  },
  {
    name: 'all-concepts-are-findings',
    find: 'defined.filter((link) => link.supported).sort',
    replace: 'defined.filter(() => true).sort',
  },
  {
    name: 'unsupported-relations-stated',
    find: 'byStrength.filter((relation) => relation.supported)',
    replace: 'byStrength.filter(() => true)',
  },
  {
    name: 'needs-p-as-q',
    find: '${probability(q ?? Number.NaN)}</td></tr>',
    replace: '${probability(p ?? Number.NaN)}</td></tr>',
  },
  {
    name: 'needs-of-errors-untold',
    find: 'columns[column]?.higherIsBetter === false;',
    replace: 'columns[column]?.higherIsBetter === undefined;',
  },
  {
    name: 'grid-q-of-none',
    find: "${probabilityStatement('q', q)}, n = ${String(n)}${supported ? ', supported' :",
    replace: "${probabilityStatement('q', q)}, n = ${String(n)}${pearson < 2 ? ', supported' :",
  },
  {
    name: 'grid-interval-turned-round',
    find: '95 % interval ${decimals(low, 2)} to ${decimals(high, 2)}, ${probabilityStatement',
    replace: '95 % interval ${decimals(high, 2)} to ${decimals(low, 2)}, ${probabilityStatement',
  },
  {
    name: 'surface-better-at-the-mean',
    find: '(error ?? Infinity) < (meanError ?? Infinity)',
    replace: '(error ?? Infinity) <= (meanError ?? Infinity)',
  },
  { name: 'small-moves-of-half', find: 'export const smallMove = 0.1;', replace: 'export const smallMove = 0.5;' },
  {
    name: 'strongest-concept-p-as-q',
    find: "${probabilityStatement('q', first.q)}",
    replace: "${probabilityStatement('q', first.p)}",
  },
  {
    name: 'strongest-relation-unsupported-first',
    find: 'Number(b.supported) - Number(a.supported) || strength(b) - strength(a)',
    replace: 'Number(a.supported) - Number(b.supported) || strength(b) - strength(a)',
  },
  {
    name: 'share-of-the-first-model',
    find: 'both.length / any',
    replace: 'both.length / (both.length + onlyFirst.length)',
    spec: 'views.spec.ts',
  },
  {
    name: 'panel-unique-is-matches',
    find: 'rows.reduce((sum, [, count]) => sum + count, 0)',
    replace: 'rows.reduce((sum, [count]) => sum + count, 0)',
    spec: 'views.spec.ts',
  },
  {
    name: 'trend-turned-round',
    find: '(x - xMean) * (y - yMean)) / spread',
    replace: '(xMean - x) * (y - yMean)) / spread',
    spec: 'views.spec.ts',
  },
  {
    name: 'score-across',
    find: '    name: model,\n    x,\n    y,',
    replace: '    name: model,\n    x: y,\n    y: x,',
    spec: 'views.spec.ts',
  },
  {
    name: 'trait-outside-is-inside',
    find: 'text: ({ outside }) => significant(outside, 4),',
    replace: 'text: ({ inside }) => significant(inside, 4),',
  },
  {
    name: 'gap-is-silhouette',
    find: 'text: ({ gap }) => decimals(gap, 3)',
    replace: 'text: ({ silhouette }) => decimals(silhouette, 3)',
  },
  {
    name: 'model-unique-is-matches',
    find: "totalColumn('Unique concepts', 'unique', 0, study)",
    replace: "totalColumn('Unique concepts', 'matches', 0, study)",
  },
  {
    name: 'ellipse-of-other-components',
    find: 'return [entry(x, x), entry(x, y), entry(y, y)];',
    replace: 'return [entry(y, y), entry(x, y), entry(x, x)];',
  },
  {
    name: 'chance-in-variance',
    find: 'ratio: (chance[row] as number) / total',
    replace: 'ratio: chance[row] as number',
  },
  {
    name: 'share-of-the-spread-turned-round',
    find: 'text: ({ distance }) => percent(distance / spread, 0)',
    replace: 'text: ({ distance }) => percent(spread / distance, 0)',
  },
  { name: 'new-is-gone', find: "...list(removed, 'gone'),", replace: "...list(removed, 'new')," },
  {
    name: 'group-means-swapped',
    find: "${cells('inside')}</tr>",
    replace: "${cells('outside')}</tr>",
  },
  {
    name: 'less-is-more',
    find: "conceptLine('Less than the others', less)",
    replace: "conceptLine('Less than the others', more)",
  },
  {
    name: 'read-outside-as-inside',
    find: 'outside: outside[row] as number,',
    replace: 'outside: inside[row] as number,',
  },
  { name: 'read-gap-as-silhouette', find: 'gap: gap[row] as number,', replace: 'gap: silhouette[row] as number,' },
  {
    name: 'read-unique-as-matches',
    find: 'unique: unique[row] as number,',
    replace: 'unique: matches[row] as number,',
  },
  {
    name: 'key-numbers-of-one-model',
    find: 'sum + rows.reduce((part, row) => part + row.matches, 0), 0);',
    replace: 'Math.max(sum, rows.reduce((part, row) => part + row.matches, 0)), 0);',
  },
  {
    name: 'map-of-other-models',
    find: 'const units = data.units[model]?.[concept] ?? 0;',
    replace: 'const units = data.units[column]?.[concept] ?? 0;',
  },
];
