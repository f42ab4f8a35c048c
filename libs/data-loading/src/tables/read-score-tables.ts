import { taskScoreSchema, type TaskScoreBatch } from '@intermodel/schemas';
import { buildBatch, InputError, isArrowFile, suggestName } from '@intermodel/streams';
import { concatMap, defer, from, type Observable } from 'rxjs';
import { openArrowCells } from './arrow-cells.ts';
import { findColumn, missingColumn, readCsvRows, type CsvRow, type ReadCsvOptions } from './csv-table.ts';
import { ModelNames, type ModelNameRule } from './model-names.ts';
import { publishedScoreColumns, readDirection, readScore, type ScoreColumn } from './score-columns.ts';

/** Options of {@link readScoreTables}. */
export interface ReadScoreTablesOptions extends ReadCsvOptions {
  /** Rule for model names. @default 'exact' */
  readonly modelNames?: ModelNameRule;
  /**
   * What the columns of a wide table mean; columns that it does not name are passed over. @default the 36 published
   * columns
   */
  readonly scoreColumns?: readonly ScoreColumn[];
  /**
   * Models whose scores are wanted. Rows of others stop nothing: those that cannot be read, or stand twice, are passed
   * over. @default all
   */
  readonly models?: readonly string[];
}

/** Defaults of {@link readScoreTables}. */
export const readScoreTablesDefaults = {
  modelNames: 'exact',
  scoreColumns: publishedScoreColumns,
} as const satisfies ReadScoreTablesOptions;

/**
 * Reads score tables (CSV or Arrow IPC) in either layout as tidy rows: **tidy** has one row a score with the columns
 * model, task, dataset, metric, score (and, if wanted, column and higherIsBetter); **wide** has one row a model, and
 * its columns are told by the mapping. An empty cell is a score that was not measured.
 *
 * @throws InputError `COLUMN_MISSING`, `SCORE_COLUMNS_UNKNOWN`, `SCORE_NOT_A_NUMBER`, `SCORE_TWICE`, `SCORE_DIRECTION`,
 * `MODEL_NAMES_COLLIDE`, `TABLE_EMPTY`, `FILE_MISSING`, with file, line and column.
 */
export function readScoreTables(
  files: readonly string[],
  options: ReadScoreTablesOptions = {},
): Observable<TaskScoreBatch> {
  const {
    modelNames = readScoreTablesDefaults.modelNames,
    scoreColumns = readScoreTablesDefaults.scoreColumns,
    models,
    encoding,
  } = options;
  const wanted = models === undefined ? undefined : new Set(models);
  return defer(() => {
    const context: ScoreContext = {
      names: new ModelNames(modelNames),
      scoreColumns,
      seen: new Map(),
      isWanted: (model) => wanted?.has(model) ?? true,
    };
    return from(files).pipe(concatMap((file) => readScores(file, context, encoding)));
  });
}

interface Score extends ScoreColumn {
  readonly model: string;
  readonly score: number;
}

/** What the files of a set share. */
interface ScoreContext {
  readonly names: ModelNames;
  readonly scoreColumns: readonly ScoreColumn[];
  /** Where each score was first read. */
  readonly seen: Map<string, string>;
  readonly isWanted: (model: string) => boolean;
}

/** How the rows of a file are read. */
interface RowReader {
  /** Columns that it reads. */
  readonly used: readonly number[];
  /** Name of a row's model by the rule. */
  readonly modelOf: (row: CsvRow) => string;
  /** Scores of a row. */
  readonly read: (row: CsvRow) => Score[];
}

async function readScores(
  file: string,
  context: ScoreContext,
  encoding: ReadCsvOptions['encoding'],
): Promise<TaskScoreBatch> {
  const scores: Score[] = [];
  for await (const { row, reader } of isArrowFile(file) ? arrowRows(file, context) : csvRows(file, context, encoding)) {
    const isWanted = context.isWanted(reader.modelOf(row));
    for (const score of isWanted ? reader.read(row) : readIfSound(row, reader)) {
      const key = JSON.stringify([score.model, score.column]);
      const earlier = context.seen.get(key);
      if (earlier !== undefined && !isWanted) continue;
      if (earlier !== undefined) {
        throw new InputError(
          'SCORE_TWICE',
          `"${score.column}" of model "${score.model}" stands twice, first at ${earlier}`,
          {
            file,
            line: row.line,
            column: score.column,
            models: [score.model],
            expected: 'every score of a model once',
            hint: 'Remove one of the rows, or tell the columns apart.',
          },
        );
      }
      context.seen.set(key, `${file}, line ${String(row.line)}`);
      scores.push(score);
    }
  }
  if (scores.length === 0)
    throw new InputError('TABLE_EMPTY', 'the table holds no score', {
      file,
      expected: 'at least one row with a score',
      hint: 'Check that the file was written whole.',
    });
  return buildBatch(taskScoreSchema, {
    model: scores.map(({ model }) => model),
    task: scores.map(({ task }) => task),
    dataset: scores.map(({ dataset }) => dataset),
    metric: scores.map(({ metric }) => metric),
    column: scores.map(({ column }) => column),
    score: scores.map(({ score }) => score),
    higherIsBetter: scores.map(({ higherIsBetter }) => higherIsBetter),
  });
}

/** Scores of a row that nothing depends on: none where it cannot be read. */
function readIfSound(row: CsvRow, { read }: RowReader): Score[] {
  try {
    return read(row);
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}

function rowReader(file: string, headings: readonly string[], { names, scoreColumns }: ScoreContext): RowReader {
  const model = findColumn(headings, ['model', 'name']);
  if (model === undefined) throw missingColumn(file, ['model', 'name'], headings);
  const readModel = ({ cells, line }: CsvRow) => names.read(cells[model] ?? '', file, line);
  const { used, read } = headings.includes('score')
    ? tidyReader(file, headings, readModel)
    : wideReader(file, headings, readModel, scoreColumns);
  return { used: [model, ...used], modelOf: ({ cells }) => names.nameOf(cells[model] ?? ''), read };
}

function tidyReader(
  file: string,
  headings: readonly string[],
  readModel: (row: CsvRow) => string,
): Omit<RowReader, 'modelOf'> {
  for (const name of ['task', 'dataset', 'metric'])
    if (!headings.includes(name)) throw missingColumn(file, [name], headings);
  const read = (row: CsvRow): Score[] => {
    const cell = (name: string) => row.cells[headings.indexOf(name)] ?? '';
    if (cell('score').trim() === '') return [];
    const task = cell('task');
    const dataset = cell('dataset');
    const metric = cell('metric');
    const column = cell('column') === '' ? `${task}/${dataset}/${metric}` : cell('column');
    return [
      {
        model: readModel(row),
        task,
        dataset,
        metric,
        column,
        score: readScore(cell('score'), file, row.line, 'score'),
        higherIsBetter: readDirection(cell('higherIsBetter'), file, row.line),
      },
    ];
  };
  return {
    used: ['task', 'dataset', 'metric', 'column', 'score', 'higherIsBetter']
      .map((name) => headings.indexOf(name))
      .filter((index) => index >= 0),
    read,
  };
}

function wideReader(
  file: string,
  headings: readonly string[],
  readModel: (row: CsvRow) => string,
  scoreColumns: readonly ScoreColumn[],
): Omit<RowReader, 'modelOf'> {
  const present = scoreColumns.flatMap((described) => {
    const index = headings.indexOf(described.column);
    return index < 0 ? [] : [{ described, index }];
  });
  if (present.length === 0) {
    throw new InputError('SCORE_COLUMNS_UNKNOWN', 'no column of the table is a known score', {
      file,
      line: 1,
      expected:
        'either the tidy columns model, task, dataset, metric, score, or score columns that a mapping describes',
      hint: `Describe the columns in a CSV column,task,dataset,metric,higherIsBetter: \`scoreColumns\`. ${suggestName(
        headings.at(-1) ?? '',
        scoreColumns.map(({ column }) => column),
      )}`,
    });
  }
  const read = (row: CsvRow): Score[] => {
    const model = readModel(row);
    return present.flatMap(({ described, index }) => {
      const text = row.cells[index] ?? '';
      return text.trim() === ''
        ? []
        : [{ ...described, model, score: readScore(text, file, row.line, described.column) }];
    });
  };
  return { used: present.map(({ index }) => index), read };
}

/** A row and how it is read. */
interface ReadableRow {
  readonly row: CsvRow;
  readonly reader: RowReader;
}

async function* csvRows(
  file: string,
  context: ScoreContext,
  encoding: ReadCsvOptions['encoding'],
): AsyncGenerator<ReadableRow> {
  let reader: RowReader | undefined;
  for await (const row of readCsvRows(file, encoding === undefined ? {} : { encoding })) {
    if (reader === undefined) reader = rowReader(file, row.cells, context);
    else yield { row, reader };
  }
}

function* arrowRows(file: string, context: ScoreContext): Generator<ReadableRow> {
  const table = openArrowCells(file);
  const reader = rowReader(file, table.headings, context);
  for (const row of table.rows(reader.used)) yield { row, reader };
}
