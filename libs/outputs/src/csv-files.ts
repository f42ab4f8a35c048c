import { batchCsvColumns, csvText, type CsvColumn } from '@intermodel/streams';
import type { RecordBatch } from 'apache-arrow';

/**
 * Columns of the CSV files, a public interface: for each table the column of its batch that each heading shows.
 * A heading that ends in `*` stands for the components of a list: `pc*` becomes pc1, pc2, …
 */
export const csvFiles = {
  profiles: { model: 'model', concept: 'concept', category: 'category', units: 'units', weight: 'weight' },
  summaries: { model: 'model', category: 'category', matches: 'matches', unique: 'unique', redundancy: 'redundancy' },
  significance: {
    model: 'model',
    category: 'category',
    units: 'units',
    passing: 'passing',
    significant: 'significant',
    surviving: 'surviving',
  },
  'embedded-profiles': { model: 'model', concept: 'concept', category: 'category', units: 'units', weight: 'weight' },
  fit: { concept: 'concept', category: 'category', mean: 'mean', 'pc*': 'loadings', 'centre*': 'centroids' },
  embedding: { model: 'model', 'pc*': 'components', cluster: 'cluster' },
  variance: { component: 'component', variance: 'variance', ratio: 'ratio' },
  loadings: { concept: 'concept', category: 'category', 'pc*': 'loadings' },
  clusters: { k: 'k', inertia: 'inertia', silhouette: 'silhouette', gap: 'gap' },
  categories: {
    cluster: 'cluster',
    trait: 'trait',
    concept: 'concept',
    category: 'category',
    inside: 'inside',
    outside: 'outside',
    difference: 'difference',
  },
  scores: {
    model: 'model',
    task: 'task',
    dataset: 'dataset',
    metric: 'metric',
    column: 'column',
    score: 'score',
    higherIsBetter: 'higherIsBetter',
  },
  relations: {
    predictor: 'predictor',
    task: 'task',
    dataset: 'dataset',
    metric: 'metric',
    column: 'column',
    n: 'n',
    pearson: 'pearson',
    pearson_low: 'pearsonLow',
    pearson_high: 'pearsonHigh',
    spearman: 'spearman',
    p: 'p',
    p_floor: 'pFloor',
    p_family: 'pFamily',
    q: 'q',
    q_by: 'qBy',
    loo_low: 'looLow',
    loo_high: 'looHigh',
    lofo_low: 'lofoLow',
    lofo_high: 'lofoHigh',
    lofo_weakest: 'lofoWeakest',
    partial_units: 'partialUnits',
    partial_units_spearman: 'partialUnitsSpearman',
    partial_units_p: 'partialUnitsP',
    given: 'given',
    partial_score: 'partialScore',
    partial_score_spearman: 'partialScoreSpearman',
    partial_score_p: 'partialScoreP',
    unmet: 'unmet',
    supported: 'supported',
  },
  concepts: {
    concept: 'concept',
    category: 'category',
    task: 'task',
    dataset: 'dataset',
    metric: 'metric',
    column: 'column',
    n: 'n',
    pearson: 'pearson',
    pearson_low: 'pearsonLow',
    pearson_high: 'pearsonHigh',
    p: 'p',
    p_floor: 'pFloor',
    p_family: 'pFamily',
    q: 'q',
    q_by: 'qBy',
    lofo_low: 'lofoLow',
    lofo_high: 'lofoHigh',
    unmet: 'unmet',
    supported: 'supported',
  },
  power: {
    table: 'table',
    n: 'n',
    relations: 'relations',
    tests: 'tests',
    correction: 'correction',
    permute_within: 'permuteWithin',
    p_floor: 'pFloor',
    critical_one: 'criticalOne',
    critical_all: 'criticalAll',
    rule: 'rule',
    statement: 'statement',
  },
  families: { model: 'model', family: 'family', reason: 'reason' },
  surfaces: { column: 'column', pc1: 'pc1', pc2: 'pc2', score: 'score' },
  'surface-errors': { column: 'column', n: 'n', error: 'error', mean_error: 'meanError' },
  'probe-scores': {
    model: 'model',
    task: 'task',
    dataset: 'dataset',
    metric: 'metric',
    column: 'column',
    score: 'score',
    low: 'low',
    high: 'high',
    higherIsBetter: 'higherIsBetter',
    n: 'n',
    chosen: 'chosen',
  },
  'probe-differences': {
    model: 'model',
    other: 'other',
    task: 'task',
    dataset: 'dataset',
    metric: 'metric',
    column: 'column',
    n: 'n',
    difference: 'difference',
    low: 'low',
    high: 'high',
    p: 'p',
    q: 'q',
    supported: 'supported',
  },
  'task-images': { dataset: 'dataset', image: 'image', part: 'part', target: 'target' },
  placement: { model: 'model', 'pc*': 'components', cluster: 'cluster', inexpressible: 'inexpressible' },
} as const;

/** Name of a CSV file, without its ending. */
export type CsvFileName = keyof typeof csvFiles;

/** Text of a table's CSV file. */
export function csvFile(name: CsvFileName, batch: RecordBatch): string {
  const own = batchCsvColumns(batch);
  const columns = Object.entries(csvFiles[name]).flatMap(([heading, source]) =>
    heading.endsWith('*')
      ? spread(own, heading, source)
      : own.filter((column) => column.name === source).map(({ cell }) => ({ name: heading, cell })),
  );
  return csvText(columns, batch.numRows);
}

function spread(own: readonly CsvColumn[], heading: string, source: string): CsvColumn[] {
  const isComponent = new RegExp(`^${source}\\d+$`, 'u');
  return own
    .filter(({ name }) => isComponent.test(name))
    .map(({ name, cell }) => ({ name: heading.replace('*', name.slice(source.length)), cell }));
}
