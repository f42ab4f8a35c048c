import {
  Bool,
  DataType,
  makeData,
  RecordBatch,
  Struct,
  Utf8,
  type Data,
  type Field,
  type Schema,
  type TypeMap,
} from 'apache-arrow';
import { Interner } from './read-columns.ts';

/** Lists of numbers (or of planes of numbers), one after the other: those of row `i` are `offsets[i]` to `offsets[i + 1]`. */
export interface ListValues {
  /** Rows + 1 indices of entries. */
  readonly offsets: Int32Array;
  /** All entries, flat. */
  readonly values: Uint16Array | Uint32Array | Float64Array;
}

/** A text column of few distinct values, without a string for every row. */
export interface CodedText {
  /** For every row the index of its value. */
  readonly codes: Int32Array;
  /** The values; not all have to occur. */
  readonly values: readonly string[];
}

/** A text column that has the same value in all of its rows. */
export interface RepeatedText {
  /** The value. */
  readonly value: string;
  /** Rows of the column. */
  readonly rows: number;
}

/** Values of one column as {@link buildBatch} takes them; lists of fixed size come flat. */
export type ColumnValues =
  readonly string[] | CodedText | RepeatedText | readonly boolean[] | ArrayLike<number> | ListValues;

/** Values of a batch, by column. */
export type BatchValues<T extends TypeMap> = { readonly [K in keyof T]: ColumnValues };

/**
 * Builds a record batch of a wire table from plain arrays. Typed arrays of a column's own kind are viewed, not copied.
 * In a nullable float column NaN stands for null ("undefined statistic").
 *
 * @throws RangeError if a column has another length than the first, or a code has no value.
 */
export function buildBatch<T extends TypeMap>(schema: Schema<T>, columns: BatchValues<T>): RecordBatch<T> {
  const children = schema.fields.map((field) => columnData(field as Field, columns[field.name as keyof T]));
  const length = children[0]?.length ?? 0;
  schema.fields.forEach((field, index) => {
    const rows = children[index]?.length ?? 0;
    if (rows !== length) {
      throw new RangeError(
        `buildBatch: column "${field.name}" has ${String(rows)} rows, but the first has ${String(length)}`,
      );
    }
  });
  const data = makeData({
    type: new Struct<T>(schema.fields),
    nullCount: 0,
    length,
    children: children as Data<T[keyof T]>[],
  });
  return new RecordBatch(schema, data);
}

/** A batch without rows, so that the schema of an empty stream is known all the same. */
export function emptyBatch<T extends TypeMap>(schema: Schema<T>): RecordBatch<T> {
  const columns = schema.fields.map((field) => [
    field.name,
    DataType.isList(field.type) ? { offsets: new Int32Array(1), values: new Uint16Array() } : [],
  ]);
  return buildBatch(schema, Object.fromEntries(columns) as BatchValues<T>);
}

function columnData({ type, nullable }: Field, values: ColumnValues): Data {
  if (DataType.isUtf8(type)) return utf8Data(values as TextValues);
  if (DataType.isBool(type)) return boolData(values as readonly boolean[]);
  if (DataType.isFixedSizeList(type)) {
    const child = columnData(type.children[0] as Field, values);
    return makeData({ type, nullCount: 0, length: child.length / type.listSize, child });
  }
  if (DataType.isList(type)) {
    const { offsets, values: entries } = values as ListValues;
    const child = columnData(type.children[0] as Field, entries);
    return makeData({ type, nullCount: 0, length: offsets.length - 1, valueOffsets: offsets, child });
  }
  if (DataType.isFloat(type) || DataType.isInt(type)) return numberData(type, nullable, values as ArrayLike<number>);
  throw new RangeError(`buildBatch: no column of type ${String(type)} in wire tables`);
}

function numberData(type: DataType, nullable: boolean, values: ArrayLike<number>): Data {
  const kind = (type as { ArrayType?: new (values: ArrayLike<number>) => Float64Array }).ArrayType;
  if (kind === undefined)
    throw new RangeError(`buildBatch: no numbers in a column of type ${String(type as { toString(): string })}`);
  const data = values instanceof kind ? values : new kind(values);
  if (!nullable || !DataType.isFloat(type)) return makeData({ type, length: data.length, nullCount: 0, data } as never);
  const nullBitmap = new Uint8Array(Math.ceil(data.length / 8));
  let nullCount = 0;
  for (let row = 0; row < data.length; row++) {
    if (Number.isNaN(data[row])) nullCount++;
    else nullBitmap[row >> 3] = (nullBitmap[row >> 3] as number) | (1 << (row & 7));
  }
  if (nullCount === 0) return makeData({ type, length: data.length, nullCount, data } as never);
  // Computed NaN bear either sign, by whichever code the engine had compiled: the same values must give the same bytes.
  return makeData({
    type,
    length: data.length,
    nullCount,
    nullBitmap,
    data: data.map((value) => (Number.isNaN(value) ? Number.NaN : value)),
  } as never);
}

function boolData(values: readonly boolean[]): Data {
  const data = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((value, row) => {
    if (value) data[row >> 3] = (data[row >> 3] as number) | (1 << (row & 7));
  });
  return makeData({ type: wireBool, length: values.length, nullCount: 0, data });
}

type TextValues = readonly string[] | CodedText | RepeatedText;

function utf8Data(text: TextValues): Data {
  const bytes = 'rows' in text ? repeatBytes(text) : codedBytes('codes' in text ? text : codeText(text));
  return makeData({ type: wireUtf8, length: bytes.valueOffsets.length - 1, nullCount: 0, ...bytes });
}

interface TextBytes {
  readonly valueOffsets: Int32Array;
  readonly data: Uint8Array;
}

function repeatBytes({ value, rows }: RepeatedText): TextBytes {
  const bytes = Buffer.from(value, 'utf8');
  const valueOffsets = new Int32Array(rows + 1);
  for (let row = 1; row <= rows; row++) valueOffsets[row] = row * bytes.length;
  const data = new Uint8Array(rows * bytes.length);
  data.set(bytes.subarray(0, data.length));
  // What is there is doubled.
  for (let filled = bytes.length; filled > 0 && filled < data.length; filled *= 2) data.copyWithin(filled, 0, filled);
  return { valueOffsets, data };
}

function codeText(strings: readonly string[]): CodedText {
  const interner = new Interner();
  const codes = new Int32Array(strings.length);
  strings.forEach((value, row) => {
    codes[row] = interner.code(value);
  });
  return { codes, values: interner.values };
}

function codedBytes({ codes, values }: CodedText): TextBytes {
  const encoded = values.map((value) => Buffer.from(value, 'utf8'));
  const starts = new Int32Array(encoded.length + 1);
  encoded.forEach(({ length }, code) => {
    starts[code + 1] = (starts[code] as number) + length;
  });
  const valueOffsets = new Int32Array(codes.length + 1);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] as number;
    if (code < 0 || code >= encoded.length)
      throw new RangeError(`buildBatch: code ${String(code)} in a text column of ${String(encoded.length)} values`);
    valueOffsets[row + 1] = (valueOffsets[row] as number) + (starts[code + 1] as number) - (starts[code] as number);
  }
  return {
    valueOffsets,
    data: gatherBytes(Buffer.concat(encoded), starts, codes, new Uint8Array(valueOffsets[codes.length] as number)),
  };
}

/**
 * Puts the bytes of each code one after the other, one by one: for short names a call of `set` costs more than its
 * bytes.
 */
function gatherBytes(bytes: Uint8Array, starts: Int32Array, codes: Int32Array, data: Uint8Array): Uint8Array {
  let at = 0;
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] as number;
    const end = starts[code + 1] as number;
    for (let byte = starts[code] as number; byte < end; byte++) data[at++] = bytes[byte] as number;
  }
  return data;
}

const wireUtf8 = new Utf8();
const wireBool = new Bool();
