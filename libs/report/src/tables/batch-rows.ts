import { column, readNumbers, readStrings, checkBatch } from '@intermodel/streams';
import type { WireBatch } from '@intermodel/schemas';
import { DataType, type RecordBatch, type Schema, type TypeMap, type Vector } from 'apache-arrow';
import type { Batches } from './report-tables.ts';

/** Columns of a table read over all of its batches. */
export interface TableReader<T extends TypeMap> {
  /** Rows of all batches together. */
  readonly rows: number;
  /** A text column. */
  text(name: keyof T & string): string[];
  /** A numeric column, NaN for null. */
  numbers(name: keyof T & string): Float64Array;
  /** A column of true and false. */
  flags(name: keyof T & string): boolean[];
  /** A column of lists of fixed size: the lists' values in a row, and their size. */
  lists(name: keyof T & string): { readonly size: number; readonly values: Float64Array };
}

/** Checks the batches of a table against its schema and reads them by column. */
export function readTable<T extends TypeMap>(
  schema: Schema<T> | ((batch: RecordBatch) => Schema<T>),
  batches: Batches<WireBatch<T>>,
): TableReader<T> {
  const checked = batchList(batches).map((batch) =>
    checkBatch<T>('renderReport', typeof schema === 'function' ? schema(batch) : schema, batch),
  );
  return {
    rows: checked.reduce((rows, batch) => rows + batch.numRows, 0),
    text: (name) => checked.flatMap((batch) => readStrings(column(batch, name))),
    numbers: (name) => concatenated(checked.map((batch) => readNumbers(column(batch, name)))),
    flags: (name) => checked.flatMap((batch) => Array.from(column(batch, name) as Vector, Boolean)),
    lists: (name) => {
      const parts = checked.map((batch) => readLists(column(batch, name)));
      return {
        size: Math.max(0, ...parts.map(({ size }) => size)),
        values: concatenated(parts.map(({ values }) => values)),
      };
    },
  };
}

/** Size of the lists of a column, 0 where it is not a column of lists. */
export function listSize(batch: RecordBatch, name: string): number {
  const type = batch.schema.fields.find((field) => field.name === name)?.type as DataType | undefined;
  return type !== undefined && DataType.isFixedSizeList(type) ? type.listSize : 0;
}

function batchList<B>(batches: Batches<B>): readonly B[] {
  return Array.isArray(batches) ? (batches as readonly B[]) : [batches as B];
}

function readLists(vector: Vector): { size: number; values: Float64Array } {
  const type = vector.type as DataType;
  if (!DataType.isFixedSizeList(type)) return { size: 0, values: new Float64Array() };
  const values = new Float64Array(vector.length * type.listSize);
  for (let row = 0; row < vector.length; row++)
    values.set(Array.from(vector.get(row) as Iterable<number>), row * type.listSize);
  return { size: type.listSize, values };
}

function concatenated(parts: readonly Float64Array[]): Float64Array {
  if (parts.length === 1 && parts[0] !== undefined) return parts[0];
  const all = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
