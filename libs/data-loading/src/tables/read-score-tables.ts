import { taskScoreSchema, type TaskScoreBatch } from '@intermodel/schemas';
import { buildBatch, InputError, isArrowFile, readArrowFile, suggestName } from '@intermodel/streams';
import { concatMap, defer, from, type Observable } from 'rxjs';
import { findColumn, missingColumn, readCsvRows, type CsvRow } from './csv-table.ts';
import { ModelNames, type ModelNameRule } from './model-names.ts';
import { publishedScoreColumns, readDirection, readScore, type ScoreColumn } from './score-columns.ts';

/** Options of {@link readScoreTables}. */
export interface ReadScoreTablesOptions {
  /** Rule for model names. @default 'exact' */
  readonly modelNames?: ModelNameRule;
  /** What the columns of a wide table mean; columns that it does not name are passed over. @default the 36 published columns */
  readonly scoreColumns?: readonly ScoreColumn[];
}

/** Defaults of {@link readScoreTables}. */
export const readScoreTablesDefaults = { modelNames: 'exact', scoreColumns: publishedScoreColumns } as const satisfies ReadScoreTablesOptions;

/**
 * Reads score tables (CSV or Arrow IPC) in either layout as tidy rows: **tidy** has one row a score with the columns
 * model, task, dataset, metric, score (and, if wanted, column and higherIsBetter); **wide** has one row a model, and
 * its columns are told by the mapping. An empty cell is a score that was not measured.
 *
 * @throws InputError `COLUMN_MISSING`, `SCORE_COLUMNS_UNKNOWN`, `SCORE_NOT_A_NUMBER`, `SCORE_TWICE`, `SCORE_DIRECTION`,
 * `MODEL_NAMES_COLLIDE`, `TABLE_EMPTY`, `FILE_MISSING`, with file, line and column.
 */
export function readScoreTables(files: readonly string[], options: ReadScoreTablesOptions = {}): Observable<TaskScoreBatch> {
  const { modelNames = readScoreTablesDefaults.modelNames, scoreColumns = readScoreTablesDefaults.scoreColumns } = options;
  return defer(() => {
    const names = new ModelNames(modelNames);
    const seen = new Map<string, string>();
    return from(files).pipe(concatMap((file) => readScores(file, names, scoreColumns, seen)));
  });
}

interface Score extends ScoreColumn {
  readonly model: string;
  readonly score: number;
}

async function readScores(file: string, names: ModelNames, scoreColumns: readonly ScoreColumn[], seen: Map<string, string>): Promise<TaskScoreBatch> {
  const rows = isArrowFile(file) ? arrowRows(file) : readCsvRows(file);
  const scores: Score[] = [];
  let readRow: ((row: CsvRow) => Score[]) | undefined;
  for await (const row of rows) {
    if (readRow === undefined) {
      readRow = rowReader(file, row.cells, names, scoreColumns);
      continue;
    }
    for (const score of readRow(row)) {
      const key = JSON.stringify([score.model, score.column]);
      const earlier = seen.get(key);
      if (earlier !== undefined) {
        throw new InputError('SCORE_TWICE', `"${score.column}" of model "${score.model}" stands twice, first at ${earlier}`, { file, line: row.line, column: score.column, expected: 'every score of a model once', hint: 'Remove one of the rows, or tell the columns apart.' });
      }
      seen.set(key, `${file}, line ${String(row.line)}`);
      scores.push(score);
    }
  }
  if (scores.length === 0) throw new InputError('TABLE_EMPTY', 'the table holds no score', { file, expected: 'at least one row with a score', hint: 'Check that the file was written whole.' });
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

function rowReader(file: string, headings: readonly string[], names: ModelNames, scoreColumns: readonly ScoreColumn[]): (row: CsvRow) => Score[] {
  const model = findColumn(headings, ['model', 'name']);
  if (model === undefined) throw missingColumn(file, ['model', 'name'], headings);
  const readModel = ({ cells, line }: CsvRow) => names.read(cells[model] ?? '', file, line);
  return headings.includes('score') ? tidyReader(file, headings, readModel) : wideReader(file, headings, readModel, scoreColumns);
}

function tidyReader(file: string, headings: readonly string[], readModel: (row: CsvRow) => string): (row: CsvRow) => Score[] {
  for (const name of ['task', 'dataset', 'metric']) if (!headings.includes(name)) throw missingColumn(file, [name], headings);
  return (row) => {
    const cell = (name: string) => row.cells[headings.indexOf(name)] ?? '';
    if (cell('score').trim() === '') return [];
    const [task, dataset, metric] = [cell('task'), cell('dataset'), cell('metric')];
    const column = cell('column') === '' ? `${task}/${dataset}/${metric}` : cell('column');
    return [{ model: readModel(row), task, dataset, metric, column, score: readScore(cell('score'), file, row.line, 'score'), higherIsBetter: readDirection(cell('higherIsBetter'), file, row.line) }];
  };
}

function wideReader(file: string, headings: readonly string[], readModel: (row: CsvRow) => string, scoreColumns: readonly ScoreColumn[]): (row: CsvRow) => Score[] {
  const present = scoreColumns.flatMap((described) => {
    const index = headings.indexOf(described.column);
    return index < 0 ? [] : [{ described, index }];
  });
  if (present.length === 0) {
    throw new InputError('SCORE_COLUMNS_UNKNOWN', 'no column of the table is a known score', {
      file,
      line: 1,
      expected: 'either the tidy columns model, task, dataset, metric, score, or score columns that a mapping describes',
      hint: `Describe the columns with --score-columns FILE (column,task,dataset,metric,higherIsBetter). ${suggestName(headings.at(-1) ?? '', scoreColumns.map(({ column }) => column))}`,
    });
  }
  return (row) => {
    const model = readModel(row);
    return present.flatMap(({ described, index }) => {
      const text = row.cells[index] ?? '';
      return text.trim() === '' ? [] : [{ ...described, model, score: readScore(text, file, row.line, described.column) }];
    });
  };
}

function* arrowRows(file: string): Generator<CsvRow> {
  const { schema, batches } = readArrowFile(file);
  yield { cells: schema.names as string[], line: 0 };
  let line = 0;
  for (const batch of batches) {
    for (const row of batch) {
      const values = schema.names.map((name) => row[name as string] as unknown);
      yield { cells: values.map((value) => (value === null ? '' : String(value as string | number | boolean))), line: ++line };
    }
  }
}
