import type { RecordBatch } from 'apache-arrow';
import { noConcept, unitMatchSchema, type UnitMatchBatch } from '@intermodel/schemas';
import { buildBatch, InputError, isArrowFile, readArrowFile, readNumbers, readStrings } from '@intermodel/streams';
import { concatMap, defer, from, type Observable } from 'rxjs';
import { findColumn, finiteNumber, missingColumn, readCsvRows } from './csv-table.ts';
import { ModelNames, type ModelNameRule } from './model-names.ts';

/** Options of {@link readUnitTables}. */
export interface ReadUnitTablesOptions {
  /** Rule for model names. @default 'exact' */
  readonly modelNames?: ModelNameRule;
  /** Rows of a batch, at least 1. @default 65,536 */
  readonly batchRows?: number;
}

/** Defaults of {@link readUnitTables}. */
export const readUnitTablesDefaults = { modelNames: 'exact', batchRows: 65_536 } as const satisfies ReadUnitTablesOptions;

/** Column names that unit tables are read by; the first is intermodel's own, the others are those of published tables. */
export const unitTableColumns = {
  model: ['model', 'name'],
  layer: ['layer'],
  unit: ['unit'],
  concept: ['concept', 'label'],
  category: ['category'],
  iou: ['iou'],
} as const;

/**
 * Reads unit tables (CSV or Arrow IPC), one row a unit: model, unit, best IoU, concept and its category, and the layer
 * where there is one. Other columns are passed over. An empty IoU is a dead unit and becomes null.
 *
 * @throws InputError `FILE_MISSING`, `COLUMN_MISSING`, `IOU_NOT_A_NUMBER`, `IOU_RANGE`, `UNIT_NOT_A_NUMBER`,
 * `UNIT_TWICE`, `MODEL_NAMES_COLLIDE`, `TABLE_EMPTY`, `CSV_BROKEN`, `ARROW_BROKEN`, with file, line and column.
 */
export function readUnitTables(files: readonly string[], options: ReadUnitTablesOptions = {}): Observable<UnitMatchBatch> {
  const { modelNames = readUnitTablesDefaults.modelNames, batchRows = readUnitTablesDefaults.batchRows } = options;
  return defer(() => {
    const rows = new UnitRows(new ModelNames(modelNames));
    return from(files).pipe(concatMap((file) => from(isArrowFile(file) ? arrowBatches(file, rows) : csvBatches(file, rows, batchRows))));
  });
}

type UnitColumn = keyof typeof unitTableColumns;

/** Checks rows and gathers them into batches; remembers which units were seen, over all files. */
class UnitRows {
  readonly #names: ModelNames;
  readonly #seen = new Map<string, Map<number, string>>();
  #columns = emptyColumns();

  constructor(names: ModelNames) {
    this.#names = names;
  }

  get length(): number {
    return this.#columns.unit.length;
  }

  add(cells: Readonly<Record<UnitColumn, string>>, file: string, line: number): void {
    const model = this.#names.read(cells.model, file, line);
    const unit = finiteNumber(cells.unit);
    if (unit === undefined || !Number.isInteger(unit) || unit < 0 || unit > 0x7fffffff) {
      throw new InputError('UNIT_NOT_A_NUMBER', `"${cells.unit}" is not a unit`, { file, line, column: 'unit', expected: 'a whole number of at least 0', hint: 'Number the units of a layer from 0.' });
    }
    this.#checkOnce(model, cells.layer, unit, file, line);
    this.#columns.model.push(model);
    this.#columns.layer.push(cells.layer);
    this.#columns.unit.push(unit);
    this.#columns.concept.push(cells.concept === '' ? noConcept : cells.concept);
    this.#columns.category.push(cells.category);
    this.#columns.iou.push(readIou(cells.iou, file, line));
  }

  take(): UnitMatchBatch {
    const batch = buildBatch(unitMatchSchema, this.#columns);
    this.#columns = emptyColumns();
    return batch;
  }

  #checkOnce(model: string, layer: string, unit: number, file: string, line: number): void {
    const key = JSON.stringify([model, layer]);
    let units = this.#seen.get(key);
    if (units === undefined) this.#seen.set(key, (units = new Map<number, string>()));
    const earlier = units.get(unit);
    if (earlier !== undefined) {
      throw new InputError('UNIT_TWICE', `unit ${String(unit)} of model "${model}" stands twice, first at ${earlier}`, { file, line, column: 'unit', expected: 'every unit of a model and layer once', hint: 'Remove one of the rows, or give the models different names.' });
    }
    units.set(unit, `${file}, line ${String(line)}`);
  }
}

function emptyColumns() {
  return { model: [] as string[], layer: [] as string[], unit: [] as number[], concept: [] as string[], category: [] as string[], iou: [] as number[] };
}

function readIou(text: string, file: string, line: number): number {
  if (text.trim() === '') return Number.NaN;
  const iou = finiteNumber(text);
  const place = { file, line, column: 'iou', expected: 'a number from 0 to 1, or nothing for a dead unit' };
  if (iou === undefined) throw new InputError('IOU_NOT_A_NUMBER', `the IoU "${text}" is not a finite number`, { ...place, hint: 'Leave the cell empty if the unit was never active.' });
  if (iou < 0 || iou > 1) throw new InputError('IOU_RANGE', `the IoU ${text} lies outside 0..1`, { ...place, hint: 'Give shares, not per cent.' });
  return iou;
}

async function* csvBatches(file: string, rows: UnitRows, batchRows: number): AsyncGenerator<UnitMatchBatch> {
  let indices: Readonly<Record<UnitColumn, number | undefined>> | undefined;
  let read = 0;
  for await (const { cells, line } of readCsvRows(file)) {
    if (indices === undefined) {
      indices = columnIndices(file, cells);
      continue;
    }
    const cell = (name: UnitColumn) => cells[indices?.[name] ?? -1] ?? '';
    rows.add({ model: cell('model'), layer: cell('layer'), unit: cell('unit'), concept: cell('concept'), category: cell('category'), iou: cell('iou') }, file, line);
    read++;
    if (rows.length >= batchRows) yield rows.take();
  }
  checkNotEmpty(file, read);
  if (rows.length > 0) yield rows.take();
}

function* arrowBatches(file: string, rows: UnitRows): Generator<UnitMatchBatch> {
  const { schema, batches } = readArrowFile(file);
  const indices = columnIndices(file, schema.names as string[]);
  let line = 0;
  for (const batch of batches) {
    const text = (name: UnitColumn) => textColumn(batch, indices[name]);
    const [models, layers, concepts, categories] = [text('model'), text('layer'), text('concept'), text('category')];
    const numbers = (name: UnitColumn) => numberColumn(batch, indices[name] as number, file);
    const [units, ious] = [numbers('unit'), numbers('iou')];
    for (let row = 0; row < batch.numRows; row++) {
      const iou = ious[row] as number;
      rows.add(
        { model: models[row] ?? '', layer: layers[row] ?? '', unit: String(units[row]), concept: concepts[row] ?? '', category: categories[row] ?? '', iou: Number.isNaN(iou) ? '' : String(iou) },
        file,
        ++line,
      );
    }
    if (rows.length > 0) yield rows.take();
  }
  checkNotEmpty(file, line);
}

function columnIndices(file: string, headings: readonly string[]): Readonly<Record<UnitColumn, number | undefined>> {
  const index = (name: UnitColumn) => {
    const found = findColumn(headings, unitTableColumns[name]);
    if (found === undefined && name !== 'layer') throw missingColumn(file, unitTableColumns[name], headings);
    return found;
  };
  return { model: index('model'), layer: index('layer'), unit: index('unit'), concept: index('concept'), category: index('category'), iou: index('iou') };
}

function textColumn(batch: RecordBatch, index: number | undefined): readonly string[] {
  const vector = index === undefined ? null : batch.getChildAt(index);
  return vector === null ? [] : readStrings(vector);
}

function numberColumn(batch: RecordBatch, index: number, file: string): Float64Array {
  const vector = batch.getChildAt(index);
  const type = String(vector?.type);
  if (vector === null || !/^(?:Int|Uint|Float)(?:16|32|64|8)$/u.test(type)) {
    throw new InputError('COLUMN_TYPE', `is of type ${type}`, { file, column: batch.schema.names[index] as string, expected: 'numbers', hint: 'Write the column as integers or floats.' });
  }
  return readNumbers(vector);
}

function checkNotEmpty(file: string, rows: number): void {
  if (rows === 0) throw new InputError('TABLE_EMPTY', 'the table has no rows', { file, expected: 'one row a unit', hint: 'Check that the file was written whole.' });
}
