import { matchSchema, noConcept, type UnitMatchBatch, type UnitTestColumn } from '@intermodel/schemas';
import { buildBatch, distinctFileNames, InputError, isArrowFile } from '@intermodel/streams';
import { concatMap, defer, from, type Observable } from 'rxjs';
import { openArrowCells } from './arrow-cells.ts';
import { findColumn, finiteNumber, missingColumn, numberHint, readCsvRows, type ReadCsvOptions } from './csv-table.ts';
import { ModelNames, type ModelNameRule } from './model-names.ts';
import { SeenUnits } from './seen-units.ts';

/** A column of a score of units. */
export interface UnitScoreColumn {
  /** Its heading. */
  readonly name: string;
  /** Least and most that a score can be. */
  readonly range: readonly [least: number, most: number];
}

/** Options of {@link readUnitTables}. */
export interface ReadUnitTablesOptions extends ReadCsvOptions {
  /** Rule for model names. @default 'exact' */
  readonly modelNames?: ModelNameRule;
  /** Rows of a batch, at least 1. @default 65,536 */
  readonly batchRows?: number;
  /** Score other than IoU that the concepts were matched by: a column of its name is read too. @default none */
  readonly score?: UnitScoreColumn | undefined;
  /** Whether the tables have the columns of tests against chance, which are read too. @default false */
  readonly tested?: boolean;
  /** Told of every model as a file is found to have units of it. */
  readonly onModel?: ((model: string, file: string) => void) | undefined;
}

/** Defaults of {@link readUnitTables}. */
export const readUnitTablesDefaults = {
  modelNames: 'exact',
  batchRows: 65_536,
} as const satisfies ReadUnitTablesOptions;

/**
 * Column names that unit tables are read by; the first is intermodel's own, the others are those of published tables.
 */
export const unitTableColumns = {
  model: ['model', 'name'],
  layer: ['layer'],
  unit: ['unit'],
  concept: ['concept', 'label'],
  category: ['category'],
  iou: ['iou'],
} as const;

/** Columns of tests against chance as unit tables have them: as in CSV, and as in Arrow. */
export const unitTestHeadings = {
  expectedIou: ['expected_iou', 'expectedIou'],
  chanceLift: ['chance_lift', 'chanceLift'],
  p: ['p'],
  pFamily: ['p_family', 'pFamily'],
  q: ['q'],
} as const satisfies Readonly<Record<UnitTestColumn, readonly string[]>>;

const testNames = Object.keys(unitTestHeadings) as UnitTestColumn[];

/** What Network Dissection (Bau et al. 2017) calls the IoU of a unit in its tables, beside a column `label`. */
const networkDissectionIou = 'score';

/**
 * Reads unit tables (CSV or Arrow IPC), one row a unit: model, unit, best IoU, concept and its category, and the layer
 * where there is one. Other columns are passed over. An empty IoU is a dead unit and becomes null.
 *
 * A table of Network Dissection itself (unit, category, label, score, and the counts of each category, which are passed
 * over) says neither model nor IoU: its score is the IoU, and the model is named after the file, with the folders above
 * it where several files have one name.
 *
 * @throws InputError `FILE_MISSING`, `COLUMN_MISSING`, `COLUMN_TYPE`, `IOU_NOT_A_NUMBER`, `IOU_RANGE`,
 *   `SCORE_NOT_A_NUMBER`, `SCORE_RANGE`, `UNIT_NOT_A_NUMBER`,
 * `UNIT_TWICE`, `MODEL_NAMES_COLLIDE`, `TABLE_EMPTY`, `TEXT_ENCODING`, `CSV_BROKEN`, `ARROW_BROKEN`, with file, line
 * and column.
 */
export function readUnitTables(
  files: readonly string[],
  options: ReadUnitTablesOptions = {},
): Observable<UnitMatchBatch> {
  const {
    modelNames = readUnitTablesDefaults.modelNames,
    batchRows = readUnitTablesDefaults.batchRows,
    score,
    tested = false,
    onModel,
    encoding,
  } = options;
  return defer(() => {
    const rows = new UnitRows(new ModelNames(modelNames), files, { score, tested, onModel });
    const nameOfFile = distinctFileNames(files);
    const columnsOf = (index: number) => (headings: readonly string[]) =>
      unitColumns(files[index] as string, headings, nameOfFile[index] as string, score, tested);
    return from(files.keys()).pipe(
      concatMap((index) => {
        const file = files[index] as string;
        return from(
          isArrowFile(file)
            ? arrowBatches(file, rows, batchRows, columnsOf(index))
            : csvBatches(file, rows, batchRows, columnsOf(index), encoding),
        );
      }),
    );
  });
}

type UnitColumn = keyof typeof unitTableColumns | 'score' | UnitTestColumn;

/** Checks rows and gathers them into batches; remembers which units were seen, over all files. */
class UnitRows {
  readonly #names: ModelNames;
  readonly #seen: SeenUnits;
  readonly #score: UnitScoreColumn | undefined;
  readonly #tested: boolean;
  readonly #onModel: ((model: string, file: string) => void) | undefined;
  #columns = emptyColumns();
  #before: { readonly model: string; readonly file: string } | undefined;

  constructor(
    names: ModelNames,
    files: readonly string[],
    { score, tested = false, onModel }: Pick<ReadUnitTablesOptions, 'score' | 'tested' | 'onModel'>,
  ) {
    this.#names = names;
    this.#score = score;
    this.#tested = tested;
    this.#seen = new SeenUnits(files);
    this.#onModel = onModel;
  }

  get length(): number {
    return this.#columns.unit.length;
  }

  add(cells: Readonly<Record<UnitColumn, string>>, file: string, line: number): void {
    const model = this.#names.read(cells.model, file, line);
    if (model !== this.#before?.model || file !== this.#before.file) this.#onModel?.(model, file);
    this.#before = { model, file };
    const unit = finiteNumber(cells.unit);
    if (unit === undefined || !Number.isInteger(unit) || unit < 0 || unit > 0x7fffffff) {
      throw new InputError('UNIT_NOT_A_NUMBER', `"${cells.unit}" is not a unit`, {
        file,
        line,
        column: 'unit',
        expected: 'a whole number of at least 0',
        hint: numberHint(cells.unit, 'Number the units of a layer from 0.'),
      });
    }
    this.#checkOnce(model, cells.layer, unit, file, line);
    this.#columns.model.push(model);
    this.#columns.layer.push(cells.layer);
    this.#columns.unit.push(unit);
    this.#columns.concept.push(cells.concept === '' ? noConcept : cells.concept);
    this.#columns.category.push(cells.category);
    this.#columns.iou.push(readIou(cells.iou, file, line));
    if (this.#score !== undefined) this.#columns.score.push(readScore(cells.score, this.#score, file, line));
    if (!this.#tested) return;
    for (const name of testNames) this.#columns[name].push(readScore(cells[name], testColumns[name], file, line));
  }

  take(): UnitMatchBatch {
    const { score, ...columns } = this.#columns;
    const scored = this.#score === undefined ? columns : { ...columns, [this.#score.name]: score };
    // Columns that the schema lacks are passed over.
    const batch = buildBatch(matchSchema({ score: this.#score?.name, tested: this.#tested }), scored);
    this.#columns = emptyColumns();
    return batch;
  }

  #checkOnce(model: string, layer: string, unit: number, file: string, line: number): void {
    const earlier = this.#seen.add(model, layer, unit, { file, line });
    if (earlier === undefined) return;
    throw new InputError(
      'UNIT_TWICE',
      `unit ${String(unit)} of model "${model}" stands twice, first at ${earlier.file}, line ${String(earlier.line)}`,
      {
        file,
        line,
        column: 'unit',
        models: [model],
        expected: 'every unit of a model and layer once',
        hint: 'Remove one of the rows, or give the models different names.',
      },
    );
  }
}

function emptyColumns() {
  return {
    model: [] as string[],
    layer: [] as string[],
    unit: [] as number[],
    concept: [] as string[],
    category: [] as string[],
    iou: [] as number[],
    score: [] as number[],
    expectedIou: [] as number[],
    chanceLift: [] as number[],
    p: [] as number[],
    pFamily: [] as number[],
    q: [] as number[],
  };
}

const share = [0, 1] as const;

/** What the columns of tests can hold. */
const testColumns: Readonly<Record<UnitTestColumn, UnitScoreColumn>> = {
  expectedIou: { name: 'expected_iou', range: share },
  chanceLift: { name: 'chance_lift', range: [0, Infinity] },
  p: { name: 'p', range: share },
  pFamily: { name: 'p_family', range: share },
  q: { name: 'q', range: share },
};

function readIou(text: string, file: string, line: number): number {
  if (text.trim() === '') return Number.NaN;
  const iou = finiteNumber(text);
  const place = { file, line, column: 'iou', expected: 'a number from 0 to 1, or nothing for a dead unit' };
  if (iou === undefined)
    throw new InputError('IOU_NOT_A_NUMBER', `the IoU "${text}" is not a finite number`, {
      ...place,
      hint: numberHint(text, 'Leave the cell empty if the unit was never active.'),
    });
  if (iou < 0 || iou > 1)
    throw new InputError('IOU_RANGE', `the IoU ${text} lies outside 0..1`, {
      ...place,
      hint: 'Give shares, not per cent.',
    });
  return iou;
}

function readScore(text: string, { name, range: [least, most] }: UnitScoreColumn, file: string, line: number): number {
  if (text.trim() === '') return Number.NaN;
  const score = finiteNumber(text);
  const bounds = most === Infinity ? `of at least ${String(least)}` : `from ${String(least)} to ${String(most)}`;
  const place = { file, line, column: name, expected: `a number ${bounds}, or nothing for a dead unit` };
  if (score === undefined)
    throw new InputError('SCORE_NOT_A_NUMBER', `the score "${text}" is not a finite number`, {
      ...place,
      hint: numberHint(text, 'Leave the cell empty if the unit was never active.'),
    });
  if (score < least || score > most)
    throw new InputError('SCORE_RANGE', `the score ${text} is none that ${name} can have`, {
      ...place,
      hint: `Check that the column holds ${name}.`,
    });
  return score;
}

/** Where the columns of a table are, and the model of all its rows where no column names it. */
interface UnitColumns {
  readonly indices: Readonly<Record<UnitColumn, number | undefined>>;
  readonly model: string | undefined;
}

type ReadHeadings = (headings: readonly string[]) => UnitColumns;

async function* csvBatches(
  file: string,
  rows: UnitRows,
  batchRows: number,
  readHeadings: ReadHeadings,
  encoding: ReadCsvOptions['encoding'],
): AsyncGenerator<UnitMatchBatch> {
  let columns: UnitColumns | undefined;
  let read = 0;
  for await (const { cells, line } of readCsvRows(file, encoding === undefined ? {} : { encoding })) {
    if (columns === undefined) {
      columns = readHeadings(cells);
      continue;
    }
    rows.add(unitCells(cells, columns), file, line);
    read++;
    if (rows.length >= batchRows) yield rows.take();
  }
  checkNotEmpty(file, read);
  if (rows.length > 0) yield rows.take();
}

function* arrowBatches(
  file: string,
  rows: UnitRows,
  batchRows: number,
  readHeadings: ReadHeadings,
): Generator<UnitMatchBatch> {
  const table = openArrowCells(file);
  const columns = readHeadings(table.headings);
  let read = 0;
  for (const { cells, line } of table.rows(Object.values(columns.indices).filter((index) => index !== undefined))) {
    // What a program computed without a result is a dead unit too.
    const unit = unitCells(cells, columns);
    const orDead = (text: string) => (text === 'NaN' ? '' : text);
    const tests = Object.fromEntries(testNames.map((name) => [name, orDead(unit[name])]));
    rows.add({ ...unit, ...tests, iou: orDead(unit.iou), score: orDead(unit.score) }, file, line);
    read++;
    if (rows.length >= batchRows) yield rows.take();
  }
  checkNotEmpty(file, read);
  if (rows.length > 0) yield rows.take();
}

function unitCells(cells: readonly string[], { indices, model }: UnitColumns): Readonly<Record<UnitColumn, string>> {
  const cell = (name: UnitColumn) => cells[indices[name] ?? -1] ?? '';
  return {
    model: model ?? cell('model'),
    layer: cell('layer'),
    unit: cell('unit'),
    concept: cell('concept'),
    category: cell('category'),
    iou: cell('iou'),
    score: cell('score'),
    expectedIou: cell('expectedIou'),
    chanceLift: cell('chanceLift'),
    p: cell('p'),
    pFamily: cell('pFamily'),
    q: cell('q'),
  };
}

/** What can be done where a column is missing. */
const remedies: Partial<Record<keyof typeof unitTableColumns, string>> = {
  model:
    'Add a column "model" with the name of the model in every row. A table of Network Dissection needs none: it has the columns unit, category, label and score.',
  iou: 'Add a column "iou"; "score" is read so beside a column "label".',
};

function unitColumns(
  file: string,
  headings: readonly string[],
  nameOfFile: string,
  scored: UnitScoreColumn | undefined,
  tested: boolean,
): UnitColumns {
  const found = (name: keyof typeof unitTableColumns) => findColumn(headings, unitTableColumns[name]);
  const score =
    headings.includes('label') && found('iou') === undefined ? findColumn(headings, [networkDissectionIou]) : undefined;
  const isNamedByFile =
    found('model') === undefined &&
    ['unit', 'category'].every((name) => headings.includes(name)) &&
    score !== undefined;
  const index = (name: keyof typeof unitTableColumns) => {
    const place = name === 'iou' ? (found(name) ?? score) : found(name);
    if (place === undefined && name !== 'layer' && !(name === 'model' && isNamedByFile))
      throw missingColumn(file, unitTableColumns[name], headings, remedies[name]);
    return place;
  };
  const indices = {
    model: index('model'),
    layer: index('layer'),
    unit: index('unit'),
    concept: index('concept'),
    category: index('category'),
    iou: index('iou'),
    score: scored === undefined ? undefined : scoreIndex(file, headings, scored),
    ...testIndices(file, headings, tested),
  };
  return { indices, model: isNamedByFile ? nameOfFile : undefined };
}

function scoreIndex(file: string, headings: readonly string[], { name }: UnitScoreColumn): number {
  const place = findColumn(headings, [name]);
  if (place === undefined)
    throw missingColumn(file, [name], headings, `Give tables of units that were matched by ${name}.`);
  return place;
}

/** Where the columns of tests are; undefined where they are not asked for. */
function testIndices(
  file: string,
  headings: readonly string[],
  tested: boolean,
): Readonly<Record<UnitTestColumn, number | undefined>> {
  const index = (name: UnitTestColumn) => {
    const place = tested ? findColumn(headings, unitTestHeadings[name]) : undefined;
    if (tested && place === undefined)
      throw missingColumn(
        file,
        unitTestHeadings[name],
        headings,
        'Give unit tables of a dissection with --nulls, or count matches that pass the gate.',
      );
    return place;
  };
  return {
    ...{ expectedIou: index('expectedIou'), chanceLift: index('chanceLift') },
    ...{ p: index('p'), pFamily: index('pFamily'), q: index('q') },
  };
}

function checkNotEmpty(file: string, rows: number): void {
  if (rows === 0)
    throw new InputError('TABLE_EMPTY', 'the table has no rows', {
      file,
      expected: 'one row a unit',
      hint: 'Check that the file was written whole.',
    });
}
