/**
 * Makes the bundled study from the two published CSV tables:
 *   npx tsx --conditions=@intermodel/source tools/data/build-ssl-2022.ts UNITS.csv SCORES.csv
 * The tables are written as Arrow files with dictionary-encoded text, and say the same as the CSV, to the last bit.
 */
import { fileURLToPath } from 'node:url';
import { readScoreTables, readUnitTables } from '@intermodel/data-loading';
import { column, readNumbers, readStrings, writeFileAtomically } from '@intermodel/streams';
import {
  Bool,
  Dictionary,
  Float64,
  Int16,
  Int8,
  Table,
  tableToIPC,
  Utf8,
  vectorFromArray,
  type Vector,
} from 'apache-arrow';
import { lastValueFrom } from 'rxjs';

const [units, scores] = process.argv.slice(2);
if (units === undefined || scores === undefined) throw new Error('usage: build-ssl-2022.ts UNITS.csv SCORES.csv');
const target = (table: string) =>
  fileURLToPath(new URL(`../../libs/data-loading/data/ssl-2022/${table}.arrow`, import.meta.url));
const text = (values: readonly string[], id: number) =>
  vectorFromArray(values, new Dictionary(new Utf8(), new Int8(), id));
const write = (file: string, columns: Record<string, Vector>) => {
  writeFileAtomically(file, tableToIPC(new Table(columns), 'file'));
};

const unitBatch = await lastValueFrom(readUnitTables([units]));
write(target('units'), {
  model: text(readStrings(column(unitBatch, 'model')), 0),
  unit: vectorFromArray([...readNumbers(column(unitBatch, 'unit'))], new Int16()),
  iou: vectorFromArray([...column(unitBatch, 'iou')], new Float64()),
  concept: vectorFromArray(readStrings(column(unitBatch, 'concept')), new Dictionary(new Utf8(), new Int16(), 1)),
  category: text(readStrings(column(unitBatch, 'category')), 2),
});

const scoreBatch = await lastValueFrom(readScoreTables([scores]));
write(target('scores'), {
  model: text(readStrings(column(scoreBatch, 'model')), 0),
  task: text(readStrings(column(scoreBatch, 'task')), 1),
  dataset: text(readStrings(column(scoreBatch, 'dataset')), 2),
  metric: text(readStrings(column(scoreBatch, 'metric')), 3),
  column: text(readStrings(column(scoreBatch, 'column')), 4),
  score: vectorFromArray([...readNumbers(column(scoreBatch, 'score'))], new Float64()),
  higherIsBetter: vectorFromArray([...column(scoreBatch, 'higherIsBetter')], new Bool()),
});
