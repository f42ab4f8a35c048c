import path from 'node:path';
import { taskScoreSchema, type TaskScoreBatch } from '@intermodel/schemas';
import { buildBatch, InputError, suggestName } from '@intermodel/streams';
import { concatMap, defer, from, type Observable } from 'rxjs';
import { someOf } from '../images/list-files.ts';
import type { DataWarning } from '../images/labelled-image-set.ts';
import { missingColumn, type CsvRow, type ReadCsvOptions } from './csv-table.ts';
import { keyOf, recogniseColumns, type RecognisedColumns } from './known-score-columns.ts';
import { ModelNames, type ModelNameRule } from './model-names.ts';
import { isMissing, publishedScoreColumns, readDirection, readScore, type ScoreColumn } from './score-columns.ts';
import { findModelColumn, openScoreRows, type ScoreRows } from './score-rows.ts';

/** Options of {@link readScoreTables}. */
export interface ReadScoreTablesOptions extends ReadCsvOptions {
  /** Rule for model names. @default 'exact' */
  readonly modelNames?: ModelNameRule;
  /**
   * What the columns of a wide table mean; columns that it does not name are passed over. @default those of published
   * tables: Ericsson, Gouk, Hospedales 2021; timm; lightly; VTAB
   */
  readonly scoreColumns?: readonly ScoreColumn[];
  /**
   * Models whose scores are wanted. Rows of others stop nothing: those that cannot be read, or stand twice, are passed
   * over. @default all
   */
  readonly models?: readonly string[];
}

/** Defaults of {@link readScoreTables}. */
export const readScoreTablesDefaults = { modelNames: 'exact' } as const satisfies ReadScoreTablesOptions;

/**
 * Reads score tables (CSV, Arrow IPC, or the tables of a Markdown file) in either layout as tidy rows: **tidy** has one
 * row a score with the columns model, task, dataset, metric, score (and, if wanted, column and higherIsBetter);
 * **wide** has one row a model, and its columns are told by the mapping, or known as published. A cell that is empty,
 * `-` or `N/A` is a score that was not measured; percent signs are passed over, and units stay as they are. Where a
 * wide table has a column `Backbone`, models that stand there with several backbones are named with them: `DINO
 * (ViT-S/16)`.
 *
 * @throws InputError `COLUMN_MISSING`, `SCORE_COLUMNS_UNKNOWN`, `SCORE_COLUMN_TWICE`, `SCORE_NOT_A_NUMBER`, `SCORE_TWICE`, `SCORE_DIRECTION`,
 * `MODEL_NAMES_COLLIDE`, `TABLE_EMPTY`, `FILE_MISSING`, with file, line and column.
 */
export function readScoreTables(
  files: readonly string[],
  options: ReadScoreTablesOptions = {},
): Observable<TaskScoreBatch> {
  const { modelNames = readScoreTablesDefaults.modelNames, scoreColumns, models, encoding } = options;
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
  readonly scoreColumns: readonly ScoreColumn[] | undefined;
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
  for await (const { row, reader } of readableRows(file, context, encoding)) {
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
  const model = findModelColumn(headings);
  if (model === undefined) throw missingColumn(file, ['model', 'name'], headings);
  const readModel = ({ cells, line }: CsvRow) => names.read(cells[model] ?? '', file, line);
  const { used, read } = isTidy(headings)
    ? tidyReader(file, headings, readModel)
    : wideReader(file, headings, readModel, columnsOf(file, headings, model, scoreColumns));
  return { used: [model, ...used], modelOf: ({ cells }) => names.nameOf(cells[model] ?? ''), read };
}

function isTidy(headings: readonly string[]): boolean {
  return headings.includes('score');
}

/** Score columns of a wide table, by the mapping, or as they are published. */
function columnsOf(
  file: string,
  headings: readonly string[],
  model: number,
  scoreColumns: readonly ScoreColumn[] | undefined,
): RecognisedColumns {
  if (scoreColumns === undefined) return recogniseColumns(file, headings, model);
  const present = scoreColumns.flatMap((described) => {
    const index = headings.indexOf(described.column);
    return index < 0 ? [] : [{ described, index }];
  });
  return { present, passedOver: [] };
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
    if (isMissing(cell('score'))) return [];
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
        higherIsBetter: readDirection(cell('higherIsBetter'), metric, file, row.line),
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
  { present }: RecognisedColumns,
): Omit<RowReader, 'modelOf'> {
  if (present.length === 0) {
    throw new InputError('SCORE_COLUMNS_UNKNOWN', 'no column of the table is a known score', {
      file,
      line: 1,
      expected:
        'either the tidy columns model, task, dataset, metric, score, or score columns that a mapping describes',
      hint: `Describe the columns in a CSV column,task,dataset,metric,higherIsBetter: \`scoreColumns\`. ${suggestName(
        headings.at(-1) ?? '',
        publishedScoreColumns.map(({ column }) => column),
      )}`,
    });
  }
  const read = (row: CsvRow): Score[] => {
    const model = readModel(row);
    return present.flatMap(({ described, index }) => {
      const text = row.cells[index] ?? '';
      return isMissing(text) ? [] : [{ ...described, model, score: readScore(text, file, row.line, described.column) }];
    });
  };
  return { used: present.map(({ index }) => index), read };
}

/** A row and how it is read. */
interface ReadableRow {
  readonly row: CsvRow;
  readonly reader: RowReader;
}

async function* readableRows(
  file: string,
  context: ScoreContext,
  encoding: ReadCsvOptions['encoding'],
): AsyncGenerator<ReadableRow> {
  let refused: InputError | undefined;
  let tables = 0;
  for await (const table of openScoreRows(file, encoding === undefined ? {} : { encoding })) {
    let reader: RowReader;
    try {
      reader = rowReader(file, table.headings, context);
    } catch (error) {
      // Beside the table of scores, a Markdown file may have others.
      if (!(error instanceof InputError) || error.code !== 'SCORE_COLUMNS_UNKNOWN') throw error;
      refused ??= error;
      continue;
    }
    tables++;
    for await (const row of namedRows(table, reader.used)) yield { row, reader };
  }
  if (tables === 0 && refused !== undefined) throw refused;
}

/** Rows of a table; models that stand in a wide one with several backbones are named with them. */
async function* namedRows({ headings, rows }: ScoreRows, used: readonly number[]): AsyncGenerator<CsvRow> {
  const backbone = headings.findIndex((heading) => keyOf(heading) === 'backbone');
  const model = findModelColumn(headings) ?? 0;
  if (backbone < 0 || isTidy(headings)) {
    yield* rows(used);
    return;
  }
  const kept: CsvRow[] = [];
  const backbones = new Map<string, Set<string>>();
  for await (const row of rows([...used, backbone])) {
    kept.push(row);
    const name = row.cells[model] ?? '';
    backbones.set(name, (backbones.get(name) ?? new Set()).add(row.cells[backbone] ?? ''));
  }
  for (const { cells, line } of kept) {
    const name = cells[model] ?? '';
    const whole = (backbones.get(name)?.size ?? 0) > 1 ? `${name.trim()} (${(cells[backbone] ?? '').trim()})` : name;
    yield { cells: cells.map((cell, index) => (index === model ? whole : cell)), line };
  }
}

/**
 * Tells which columns of wide score tables are passed over, since they are no scores that are known, and which ones of
 * a mapping no table has. Nothing but headings is read.
 *
 * @throws InputError of the readers, `COLUMN_MISSING`, `SCORE_COLUMN_TWICE`.
 */
export async function scoreTableWarnings(
  files: readonly string[],
  { scoreColumns, encoding }: Pick<ReadScoreTablesOptions, 'scoreColumns' | 'encoding'> = {},
): Promise<DataWarning[]> {
  const warnings: DataWarning[] = [];
  const absent = new Set(scoreColumns?.map(({ column }) => column));
  let wide = 0;
  for (const file of files) {
    const passedOver: string[] = [];
    for await (const { headings } of openScoreRows(file, encoding === undefined ? {} : { encoding })) {
      if (isTidy(headings)) continue;
      wide++;
      for (const heading of headings) absent.delete(heading);
      const model = findModelColumn(headings);
      if (model === undefined) throw missingColumn(file, ['model', 'name'], headings);
      passedOver.push(...columnsOf(file, headings, model, scoreColumns).passedOver);
    }
    if (passedOver.length > 0)
      warnings.push({
        code: 'SCORE_COLUMNS_PASSED_OVER',
        message: `${path.basename(file)}: ${passedOver.length === 1 ? 'a column that adds no known score is' : `${String(passedOver.length)} columns that add no known score are`} passed over: ${someOf(passedOver, 20)}`,
      });
  }
  if (wide > 0 && absent.size > 0)
    warnings.push({
      code: 'SCORE_COLUMNS_ABSENT',
      message: `${absent.size === 1 ? 'a score column' : `${String(absent.size)} score columns`} of the mapping ${absent.size === 1 ? 'is' : 'are'} in no table: ${someOf([...absent], 20)}`,
    });
  return warnings;
}
