import { InputError } from '@intermodel/streams';
import { finiteNumber, findColumn, missingColumn, numberHint, readCsvRows, type ReadCsvOptions } from './csv-table.ts';

/** Metrics that are errors wherever they stand, in lower case. */
const errorMetrics: readonly string[] = [
  'mean angle error',
  'median angle error',
  'rmse',
  'top-1 error',
  'top-5 error',
];

/** Whether more of a metric is better, where nothing says so: of what is not known as an error. */
export function isHigherBetter(metric: string): boolean {
  return !errorMetrics.includes(metric.trim().toLowerCase());
}

/** What a column of a wide score table means. */
export interface ScoreColumn {
  /** Heading of the column, such as `dt_CIFAR10`. */
  readonly column: string;
  /** Downstream task, such as `many-shot classification`. */
  readonly task: string;
  /** Data set of the task. */
  readonly dataset: string;
  /** What the score measures, such as `accuracy`. */
  readonly metric: string;
  /** False for errors, where less is better. */
  readonly higherIsBetter: boolean;
}

/** The four tasks of Ericsson, Gouk, Hospedales 2021. */
export const tasks = {
  manyShot: 'many-shot classification',
  detection: 'object detection',
  fewShot: 'few-shot classification',
  normals: 'surface normal estimation',
} as const;

const manyShotDatasets = [
  'ImageNet',
  'Aircraft',
  'Caltech101',
  'Cars',
  'CIFAR10',
  'CIFAR100',
  'DTD',
  'Flowers',
  'Food',
  'Pets',
  'SUN397',
  'VOC2007',
  'Avg.',
];
const fewShotDatasets = ['ISIC', 'ChestX', 'CropDiseases', 'EuroSAT'];

/**
 * The 36 score columns of the published table of 14 self-supervised and supervised models (Ericsson, Gouk, Hospedales
 * 2021). `voc_forzen_*` is spelt as published. `dt_Avg.` is the mean over the eleven many-shot data sets but ImageNet.
 */
export const publishedScoreColumns: readonly ScoreColumn[] = [
  ...manyShotDatasets.map((dataset) =>
    score(`dt_${dataset}`, tasks.manyShot, dataset === 'Avg.' ? 'average' : dataset, 'accuracy'),
  ),
  ...[
    ['forzen', 'frozen'],
    ['tuned', 'fine-tuned'],
  ].flatMap(([spelt, meant]) =>
    [
      ['ap', 'AP'],
      ['ap_50', 'AP50'],
      ['ap_75', 'AP75'],
    ].map(([suffix, metric]) =>
      score(`voc_${String(spelt)}_${String(suffix)}`, tasks.detection, 'VOC', `${String(metric)} ${String(meant)}`),
    ),
  ),
  ...fewShotDatasets.flatMap((dataset) =>
    [5, 20, 50].map((shots) =>
      score(`${dataset}_${String(shots)}_shot`, tasks.fewShot, dataset, `${String(shots)}-shot accuracy`),
    ),
  ),
  score('sne_Mean', tasks.normals, 'NYUv2', 'mean angle error'),
  score('sne_Median', tasks.normals, 'NYUv2', 'median angle error'),
  ...['11.25', '22.5', '30'].map((angle) => score(`sne_${angle}`, tasks.normals, 'NYUv2', `within ${angle} degrees`)),
];

/**
 * Reads a column mapping for wide score tables: CSV with column, task, dataset, metric and, if some scores are errors,
 * higherIsBetter (true or false).
 *
 * @throws InputError `COLUMN_MISSING` or `SCORE_DIRECTION`.
 */
export async function readScoreColumns(file: string, options: ReadCsvOptions = {}): Promise<readonly ScoreColumn[]> {
  const columns: ScoreColumn[] = [];
  let headings: readonly string[] | undefined;
  for await (const { cells, line } of readCsvRows(file, options)) {
    if (headings === undefined) {
      headings = cells;
      continue;
    }
    const names = headings;
    const cell = (name: string) => {
      const index = findColumn(names, [name]);
      if (index === undefined) throw missingColumn(file, [name], names);
      return cells[index] ?? '';
    };
    const direction = names.includes('higherIsBetter') ? cell('higherIsBetter') : '';
    columns.push({
      column: cell('column'),
      task: cell('task'),
      dataset: cell('dataset'),
      metric: cell('metric'),
      higherIsBetter: readDirection(direction, cell('metric'), file, line),
    });
  }
  return columns;
}

/**
 * Reads whether higher is better: true or false in any case, 1 or 0; nothing stands for false where the metric is known
 * as an error, else for true.
 *
 * @throws InputError `SCORE_DIRECTION`.
 */
export function readDirection(text: string, metric: string, file: string, line: number): boolean {
  const direction = { true: true, '1': true, '': isHigherBetter(metric), false: false, '0': false }[
    text.trim().toLowerCase()
  ];
  if (direction !== undefined) return direction;
  throw new InputError('SCORE_DIRECTION', `"${text}" does not say whether higher is better`, {
    file,
    line,
    column: 'higherIsBetter',
    expected: 'true or false',
    hint: 'Write false for errors, true for all other scores.',
  });
}

/** Largest magnitude of a score: errors of predicting scores, up to twice as large, have to be numbers too. */
const largestScore = Number.MAX_VALUE / 2;

/** Whether a cell says that a score was not measured. */
export function isMissing(text: string): boolean {
  return ['', '-', '\u2013', '\u2014', 'N/A'].includes(text.trim());
}

/** Reads a score, which a percent sign may follow: units stay as they are. @throws InputError `SCORE_NOT_A_NUMBER`, `SCORE_RANGE`. */
export function readScore(text: string, file: string, line: number, column: string): number {
  const value = finiteNumber(text.replace(/\s*%\s*$/u, ''));
  if (value !== undefined && Math.abs(value) > largestScore)
    throw new InputError('SCORE_RANGE', `the score "${text}" is too large to compute with`, {
      file,
      line,
      column,
      expected: `a magnitude of at most ${String(largestScore)}`,
      hint: 'Give the scores in a larger unit.',
    });
  if (value !== undefined) return value;
  throw new InputError('SCORE_NOT_A_NUMBER', `the score "${text}" is not a finite number`, {
    file,
    line,
    column,
    expected: 'a finite number, or nothing where the model was not measured',
    hint: numberHint(text, 'Leave the cell empty where there is no score.'),
  });
}

/** A score column whose direction the metric tells. */
export function score(column: string, task: string, dataset: string, metric: string): ScoreColumn {
  return { column, task, dataset, metric, higherIsBetter: isHigherBetter(metric) };
}
