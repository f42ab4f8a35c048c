import { batchCsvColumns, csvText, type CsvColumn } from '@intermodel/streams';
import type { RecordBatch } from 'apache-arrow';

/**
 * Columns of the CSV files, a public interface: for each table the column of its batch that each heading shows.
 * A heading that ends in `*` stands for the components of a list: `pc*` becomes pc1, pc2, …
 */
export const csvFiles = {
  profiles: { model: 'model', concept: 'concept', category: 'category', units: 'units', weight: 'weight' },
  summaries: { model: 'model', category: 'category', matches: 'matches', unique: 'unique', redundancy: 'redundancy' },
  'model-units': { model: 'model', units: 'units' },
  'embedded-profiles': { model: 'model', concept: 'concept', category: 'category', units: 'units', weight: 'weight' },
  fit: { concept: 'concept', category: 'category', mean: 'mean', 'pc*': 'loadings', 'centre*': 'centroids' },
  embedding: { model: 'model', 'pc*': 'components', cluster: 'cluster' },
  variance: { component: 'component', variance: 'variance', ratio: 'ratio', chance: 'chance', p: 'p' },
  loadings: { concept: 'concept', category: 'category', 'pc*': 'loadings' },
  clusters: { k: 'k', inertia: 'inertia', silhouette: 'silhouette', gap: 'gap', gap_error: 'gapError' },
  categories: {
    cluster: 'cluster',
    trait: 'trait',
    concept: 'concept',
    category: 'category',
    inside: 'inside',
    outside: 'outside',
    difference: 'difference',
  },
  'summary-intervals': {
    model: 'model',
    category: 'category',
    over: 'over',
    replicates: 'replicates',
    matches: 'matches',
    matches_low: 'matchesLow',
    matches_high: 'matchesHigh',
    unique: 'unique',
    unique_low: 'uniqueLow',
    unique_high: 'uniqueHigh',
    redundancy: 'redundancy',
    redundancy_low: 'redundancyLow',
    redundancy_high: 'redundancyHigh',
  },
  'profile-intervals': {
    model: 'model',
    concept: 'concept',
    category: 'category',
    units: 'units',
    low: 'low',
    high: 'high',
    share_high: 'shareHigh',
  },
  clouds: {
    model: 'model',
    over: 'over',
    replicates: 'replicates',
    'offset*': 'offset',
    'covariance*': 'covariance',
    major: 'major',
    minor: 'minor',
    angle: 'angle',
    order: 'order',
  },
  pairs: {
    model: 'model',
    other: 'other',
    distance: 'distance',
    low: 'low',
    high: 'high',
    nearest_share: 'nearestShare',
    together_share: 'togetherShare',
  },
  'loading-intervals': {
    concept: 'concept',
    category: 'category',
    component: 'component',
    loading: 'loading',
    low: 'low',
    high: 'high',
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
    p_family: 'pFamily',
    q: 'q',
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
    p: 'p',
    q: 'q',
  },
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
